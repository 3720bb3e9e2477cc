// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// Stands before every function that is defined in a header which the sources of wbsync::compiled
/// include; users include that header only without wbsync::compiled.
///
/// Header-only (target wbsync::wbsync), such a header comes with the one that declares the
/// function, and the function is inline. Compiled (target wbsync::compiled, which defines
/// WBSYNC_COMPILED), exactly one file below src/ includes it.
#ifdef WBSYNC_COMPILED
#define WBSYNC_INLINE
#else
#define WBSYNC_INLINE inline
#endif
