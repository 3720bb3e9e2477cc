// SPDX-License-Identifier: BSD-3-Clause
// A member finally() that check() cannot call is a mistake: one that may not be called from outside
// (WBSYNC_PRIVATE_FINALLY), or that wants arguments (WBSYNC_FINALLY_TAKES). Without either it
// compiles.

#include <wbsync/check.hpp>

struct model {
    void threads(wbsync::scenario& s) {
        s.thread("P", [] {});
    }
#if defined(WBSYNC_PRIVATE_FINALLY)
private:
    void finally() {}
#elif defined(WBSYNC_FINALLY_TAKES)
    void finally(int) {}
#else
    void finally() {}
#endif
};

/// Nothing that is called so in the model: another name is no mistake that can be seen.
struct model_without {
    void threads(wbsync::scenario& s) {
        s.thread("P", [] {});
    }
    void finaly() {}
};

bool is_verified() {
    return wbsync::check<model>().verified() && wbsync::check<model_without>().verified();
}
