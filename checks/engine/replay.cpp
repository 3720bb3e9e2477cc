// SPDX-License-Identifier: BSD-3-Clause
#include "checks/engine/replay.hpp"
#include "checks/support/store_buffering.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/report/limit.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace wbsync;
using namespace replay;

namespace {

/// Fails in the same way, after more steps.
struct longer : store_buffering {
    void threads(scenario& s) {
        store_buffering::threads(s);
        s.thread("P2", [this] { READ_ONCE(x); });
    }
};

struct deadlock {
    spinlock_t a{"a"}, b{"b"};

    void threads(scenario& s) {
        s.thread("P0", [this] { nest(a, b); });
        s.thread("P1", [this] { nest(b, a); });
    }
    static void nest(spinlock_t& outer, spinlock_t& inner) {
        spin_lock(outer);
        spin_lock(inner);
        spin_unlock(inner);
        spin_unlock(outer);
    }
};

template <class Model>
void expect_same_replay(const options& o) {
    expect_same(check<Model>(o), [](const options& r) { return check<Model>(r); });
}

} // namespace

TEST_CASE("a finding's schedule leads to the same trace, byte for byte") {
    expect_same_replay<store_buffering>({});
    expect_same_replay<deadlock>({});
    options reference;
    reference.scheduler = scheduler_kind::reference;
    expect_same_replay<store_buffering>(reference);
}

TEST_CASE("a schedule of another model is refused with the step where it stops to fit") {
    const result r = check<store_buffering>();
    const result other = check<deadlock>(replaying(r.schedule));
    CHECK(other.incomplete());
    CHECK(report::text_of(other.limit).find("the schedule does not fit the model") !=
          std::string::npos);
    CHECK(report::text_of(check<longer>(replaying(r.schedule)).limit).find("without a finding") !=
          std::string::npos);
}

TEST_CASE("what is no schedule is refused with the character where it stops to be one") {
    const auto refused = [](const char* text) {
        CAPTURE(text);
        CHECK_THROWS_AS((void)check<store_buffering>(replaying(text)), std::invalid_argument);
    };
    for (const char* text : {"x", "w", "w:G", "w:a0", "w:a'", "w:a'64", "w:a123456", "w:a b"})
        refused(text);
}
