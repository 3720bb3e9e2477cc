// SPDX-License-Identifier: BSD-3-Clause
// A model may have a name of <sys/stat.h>: what the library needs of the system does not bring it.
#include <wbsync/wbsync.hpp>

struct stat {
    wbsync::atomic_t x{"x"};

    void threads(wbsync::scenario& s) {
        s.threads("adder", 2, [this](int) { atomic_inc(x); });
    }
    void finally() { BUG_ON(atomic_read(x) != 2); }
};

int main() {
    return wbsync::check<stat>().verified() ? 0 : 1;
}
