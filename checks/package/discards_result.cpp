// SPDX-License-Identifier: BSD-3-Clause
// Must not compile with -Werror: a result that nobody looks at is a check that never fails. It must
// compile with WBSYNC_LOOK_AT_RESULT, which shows that the file has no other error.

#include <wbsync/check.hpp>

struct empty_model {
    void threads(wbsync::scenario& s) {
        s.thread("P0", [] {});
    }
};

int main() {
#if defined(WBSYNC_LOOK_AT_RESULT)
    return wbsync::check<empty_model>().verified() ? 0 : 1;
#else
    wbsync::check<empty_model>();
    return 0;
#endif
}
