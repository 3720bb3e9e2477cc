// SPDX-License-Identifier: BSD-3-Clause
// Lesson 7: a protocol of your own, in a shape that the library has.
//
// Errors of a file are reported later, by somebody who then drops the file's inode. Umount has to
// wait for all of that. The protocol is that of fs/fserror.c: a count that is biased by 1 for the
// superblock itself. A report takes a count unless there is none left; umount gives up the bias,
// and waits for 0. Since nobody gets in after that, no barrier and no second look are needed, as
// they are with a count that starts at 0 (checks/models/patterns.cpp has that one).
//
// The threads, the object that ends, the search for a use after its end: all that is the shape
// `last_use`. What is left to write is the protocol. docs/patterns.md has the five shapes.
//
// New here: patterns::last_use, patterns::guarded, and a control.
#include <wbsync/doctest.hpp>
#include <wbsync/patterns/last_use.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

enum class broken { nothing, enters_after_the_end, drops_too_early, nobody_wakes };

template <broken What>
struct error_reports {
    static constexpr patterns::thread_names called{"report", "umount"};

    patterns::guarded object{"sb"};
    atomic_t pending{"s_pending_errors", 1};

    bool enter() {
        if constexpr (What == broken::enters_after_the_end) {
            atomic_inc(pending); // also from 0
            return true;
        } else {
            return atomic_inc_not_zero(pending);
        }
    }
    void leave() {
        if constexpr (What != broken::drops_too_early)
            object.use("iput");
        if (atomic_dec_and_test(pending) && What != broken::nobody_wakes)
            wake_up_var(pending);
        if constexpr (What == broken::drops_too_early)
            object.use("iput");
    }
    void wait_and_free() {
        if (!atomic_dec_and_test(pending))
            wait_var_event(pending, [this] { return atomic_read_acquire(pending) == 0; });
        object.end("kill_sb");
    }
};

using patterns::last_use;

TEST_CASE("a biased count keeps the superblock for three reports") {
    CHECK(verified(check<last_use<error_reports<broken::nothing>>>(options{}, 3)));
}

TEST_CASE("the model has teeth: without waiting, umount is too early") {
    const result r = check<last_use<error_reports<broken::nothing>>>(
        options{}, 1, patterns::control::free_at_once);
    CHECK(found(r, "use-after-end"));
}

TEST_CASE("a count taken from 0 is taken after the end") {
    CHECK(found(check<last_use<error_reports<broken::enters_after_the_end>>>(), "after kill_sb"));
}

TEST_CASE("a count that is dropped before the inode does not keep the superblock") {
    CHECK(found(check<last_use<error_reports<broken::drops_too_early>>>(), "use-after-end"));
}

TEST_CASE("without a wake-up umount waits for ever") {
    CHECK(found(check<last_use<error_reports<broken::nobody_wakes>>>(), "deadlock"));
}
