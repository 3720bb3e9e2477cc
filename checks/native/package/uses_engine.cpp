// SPDX-License-Identifier: BSD-3-Clause
// The engine is no part of the native platform. Without WBSYNC_USE_ENGINE it compiles.

#include <wbsync/wbsync.hpp>

#ifdef WBSYNC_USE_ENGINE
#include <wbsync/engine/execution.hpp>
#endif

int main() {}
