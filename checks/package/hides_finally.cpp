// SPDX-License-Identifier: BSD-3-Clause
// A member finally() that check() cannot call is an error, and so is one with a result that would
// be ignored. WBSYNC_MODEL selects the kind of the model, WBSYNC_FINALLY the declaration of its
// member; without them it compiles.

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

/// An inherited finally() is fine.
struct base {
    void finally() {}
};
struct model_of_base : base {
    void threads(wbsync::scenario& s) {
        s.thread("P", [] {});
    }
};

/// A final class may have one as well.
struct model_that_is_final final : base {
    void threads(wbsync::scenario& s) {
        s.thread("P", [] {});
    }
};

/// The model has no such member: another name cannot be recognised as an error.
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
