// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// Stands before every function that is defined in a header which the sources of wbsync::compiled
/// include, and which users include only without it.
///
/// Header-only, the target wbsync::wbsync: such a header comes with the one that declares the
/// function, and the function is inline. Compiled, the target wbsync::compiled, which defines
/// WBSYNC_COMPILED: a file below src/ includes it, once.
#ifdef WBSYNC_COMPILED
#define WBSYNC_INLINE
#else
#define WBSYNC_INLINE inline
#endif
