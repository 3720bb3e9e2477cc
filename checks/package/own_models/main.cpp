// SPDX-License-Identifier: BSD-3-Clause
// A thread that goes through a door announces that first; a thread that locks the door checks
// whether somebody is going through. Without a barrier on either side both may proceed.
#include <wbsync/main.hpp>

#include <wbsync/wbsync.hpp>

#include <cstdint>
#include <cstdlib>

#include <signal.h>
#include <unistd.h>

using namespace wbsync;

WBSYNC_BOUNDS(people, (guests, 1, 1, 2, "people who go through the door"));

template <bool Barrier>
struct door {
    explicit door(const people& n) : guests(n.guests) {}

    int guests;
    atomic_t inside{"inside"}, locked{"locked"};
    plain<std::int64_t> alone{"alone"};
    atomic_t entered{"entered"};

    static void barrier() {
        if constexpr (Barrier)
            smp_mb();
    }
    void threads(scenario& s) {
        s.threads("guest", guests, [this] {
            atomic_inc(inside);
            barrier();
            if (READ_ONCE(locked) == 0)
                atomic_inc(entered);
        });
        s.thread("guard", [this] {
            WRITE_ONCE(locked, 1);
            barrier();
            alone.write(READ_ONCE(inside) == 0 ? 1 : 0);
        });
    }
    void finally() {
        ensure(alone.read() == 0 || READ_ONCE(entered) == 0, "locked-in", "a guest is locked in");
    }
};

/// Is interrupted before its first execution if DOOR_INTERRUPT is set: as by Ctrl-C, which reaches
/// the program first.
template <bool Barrier>
result check_door(const options& with, const catalogue::parameter_values& size) {
    if (std::getenv("DOOR_INTERRUPT") != nullptr) {
        ::kill(::getppid(), SIGINT);
        while (*with.interrupt == 0)
            ::usleep(1000);
    }
    return check<door<Barrier>>(with, people::from(size));
}

program::description wbsync_program() {
    using namespace catalogue;
    const bool finding = std::getenv("DOOR_EXPECTS_FINDING") != nullptr;
    return {.version = "1.0",
            .summary = "Checks who may lock a door.",
            .models = {{.version = "door/careful",
                        .summary = "with a barrier on either side",
                        .parameters = people{}.parameters(),
                        .expected = sc_and_weak(finding ? fails({"locked-in"}) : holds),
                        .check = &check_door<true>},
                       {.version = "door/careless",
                        .summary = "without",
                        .parameters = people{}.parameters(),
                        .expected = {{"sc", holds}, {"rc11", fails({"locked-in"})}},
                        .check = &check_door<false>}}};
}
