// Store buffering: each of two CPUs writes one variable and reads the other. Can both read the old
// value? With smp_mb() between write and read they cannot; without it they can.
#include <wbsync/wbsync.hpp>

#include <cstdio>
#include <cstdlib>

using namespace wbsync;

struct store_buffering {
    atomic_t x{"x"}, y{"y"};
    int r0 = 0, r1 = 0;

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 1);
            smp_mb();
            r0 = READ_ONCE(y);
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y, 1);
            smp_mb();
            r1 = READ_ONCE(x);
        });
    }
    void finally() { BUG_ON(r0 == 0 && r1 == 0); }
};

struct store_buffering_without_mb {
    atomic_t x{"x"}, y{"y"};
    int r0 = 0, r1 = 0;

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 1);
            r0 = READ_ONCE(y);
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y, 1);
            r1 = READ_ONCE(x);
        });
    }
    void finally() { BUG_ON(r0 == 0 && r1 == 0); }
};

int main() {
    const bool forbidden = check<store_buffering>().verified();
    const bool found = check<store_buffering_without_mb>().found("BUG_ON");
    std::printf("with smp_mb():    %s\n", forbidden ? "verified" : "NOT verified");
    std::printf("without smp_mb(): %s\n", found ? "outcome found" : "outcome NOT found");
    return forbidden && found ? EXIT_SUCCESS : EXIT_FAILURE;
}
