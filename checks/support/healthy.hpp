// SPDX-License-Identifier: BSD-3-Clause
// For checks of models that end badly.
#pragma once

#include <wbsync/wbsync.hpp>

/// A correct model: shows that an error in one check does not affect the next.
struct healthy {
    wbsync::atomic_t x{"x"};
    void threads(wbsync::scenario& s) {
        s.threads("P", 2, [this](int) { WRITE_ONCE(x, READ_ONCE(x) + 1); });
    }
    void finally() { BUG_ON(READ_ONCE(x) == 0); }
};

/// From a result; unlike that, it may be dropped.
struct failure {
    wbsync::finding what;
    wbsync::trace counterexample;
};
