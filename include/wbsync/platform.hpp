// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The parts of primitives that are written once for both platforms: shared variables and fences,
// scopes and lifetimes. `platform` is the model checker's engine, or, with WBSYNC_NATIVE, real
// threads. A primitive that has to know more about where it runs has a separate header for each
// platform.

#ifdef WBSYNC_NATIVE

#include <wbsync/native/variable.hpp>
#include <wbsync/native/watched.hpp>

namespace wbsync {
namespace platform = native;
} // namespace wbsync

#else

#include <wbsync/engine/platform.hpp>
#include <wbsync/engine/variable.hpp>

namespace wbsync {
namespace platform = engine;
} // namespace wbsync

#endif
