// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What primitives are made of that are written once for both platforms: shared variables and
// fences, scopes and lifetimes. `platform` is the model checker's engine, or, with WBSYNC_NATIVE,
// real threads. A primitive that has to know more than this of where it runs has a header of its
// own on each.

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
