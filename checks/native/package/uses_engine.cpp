// SPDX-License-Identifier: BSD-3-Clause
#include <wbsync/wbsync.hpp>

#include <wbsync/engine/execution.hpp>

int main() {
    return wbsync::engine::execution::current() == nullptr ? 0 : 1;
}
