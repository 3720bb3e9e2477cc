// SPDX-License-Identifier: BSD-3-Clause
// A member finally() that check() cannot call is a mistake, and so is one whose result nobody would
// look at. WBSYNC_MODEL says of what kind the model is, WBSYNC_FINALLY how it declares its member;
// without them it compiles.

#include <wbsync/check.hpp>

#ifndef WBSYNC_MODEL
#define WBSYNC_MODEL model
#endif
#ifndef WBSYNC_FINALLY
#define WBSYNC_FINALLY void finally()
#endif

struct WBSYNC_MODEL {
    void threads(wbsync::scenario& s) {
        s.thread("P", [] {});
    }
    WBSYNC_FINALLY {}
};

/// One that it inherits will do.
struct base {
    void finally() {}
};
struct model_of_base : base {
    void threads(wbsync::scenario& s) {
        s.thread("P", [] {});
    }
};

/// One that is final can have one as well.
struct model_that_is_final final : base {
    void threads(wbsync::scenario& s) {
        s.thread("P", [] {});
    }
};

/// Nothing that is called so in the model: another name is no mistake that can be seen.
struct model_without {
    void threads(wbsync::scenario& s) {
        s.thread("P", [] {});
    }
    void finaly() {}
};

bool is_verified() {
    return wbsync::check<model>().verified() && wbsync::check<model_of_base>().verified() &&
           wbsync::check<model_that_is_final>().verified() &&
           wbsync::check<model_without>().verified();
}
