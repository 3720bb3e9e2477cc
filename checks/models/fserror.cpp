// SPDX-License-Identifier: BSD-3-Clause
// fserror's count of pending errors: biased, and taken only if it is not 0.

#include "checks/models/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace model_checks;

namespace {

const parameter_values two{{"reporters", 2}};

} // namespace

TEST_CASE("fserror/report holds under sc, without a barrier between the count and SB_ACTIVE") {
    CHECK(verified(sc("fserror/report", two)));
    CHECK(verified(weak("fserror/report+mb+acquire", two))); // neither orders these two
}

TEST_CASE("fserror/report-order: umount goes on while the worker still has the inode") {
    const result r = sc("fserror/report-order");
    CHECK(found(r, "P1"));
    CHECK(tells(r, {"event[0].kworker: refcount_dec_and_test(s_pending_errors) 2 -> 1",
                    "umount: refcount_dec_and_test(s_pending_errors) 1 -> 0",
                    "umount: kfree(s_fs_info)", "umount: P1"}));
}

TEST_CASE("fserror/report: a release decrement loses the wake-up, under weak only") {
    struct version {
        const char* name;
        const char* looks; ///< umount, with that
    };
    for (const version& v : {version{"fserror/report", "refcount_read"},
                             version{"fserror/report+acquire", "atomic_read_acquire"}}) {
        CAPTURE(v.name);
        const result r = weak(v.name);
        CHECK(found(r, "P5"));
        CHECK(tells(r, {"io[0]: refcount_dec_and_test(s_pending_errors) 1 -> 0",
                        "io[0]: waitqueue_active(s_pending_errors.waitqueue) empty",
                        "umount: prepare_to_wait(s_pending_errors.waitqueue)",
                        fmt::format("umount: {}(s_pending_errors) 1 (stale", v.looks),
                        "umount: schedule"}));
    }
    CHECK(verified(sc("fserror/report+acquire")));
}

TEST_CASE("fserror/report: umount reads the count, and then an old i_count, under weak only") {
    CHECK(tells(weak("fserror/report+mb"),
                {"event[0].kworker: atomic_dec_and_test(inode[0].i_count) 1 -> 0",
                 "event[0].kworker: refcount_dec_and_test(s_pending_errors) 1 -> 0",
                 "umount: refcount_read(s_pending_errors) 0",
                 "umount: atomic_read(inode[0].i_count) 1 (stale", "umount: P1"}));
    CHECK(verified(sc("fserror/report+mb")));
    CHECK(verified(weak("fserror/report+mb+cgwb", two)));
}

TEST_CASE("fserror/report-bias: a count that starts with 0 needs barriers") {
    CHECK(verified(sc("fserror/report-bias", two)));
    CHECK(found(weak("fserror/report-bias"), "P1"));
    CHECK(verified(weak("fserror/report-bias+mb", two)));
}
