// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace wbsync;

namespace {

struct store_buffering {
    atomic_t x{"x"}, y{"y"};
    std::int64_t r0 = 0, r1 = 0;

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

/// Fails the same way, after more steps.
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

options replaying(const std::string& schedule) {
    options o;
    o.replay = schedule;
    return o;
}

template <class Check>
void expect_same(const result& first, Check again) {
    REQUIRE(first.outcome == verdict::finding);
    INFO(first.schedule);
    const result second = again(replaying(first.schedule));
    CHECK(second.executions == 1);
    CHECK(second.what == first.what);
    CHECK(report::counterexample(second.counterexample, second.what) ==
          report::counterexample(first.counterexample, first.what));
}

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

TEST_CASE("every finding of the models is replayed byte for byte") {
    for (const models::model& m : models::all())
        for (const memory_kind memory : {memory_kind::sc, memory_kind::weak})
            for (const int n : {1, 2}) {
                models::parameter_values p;
                for (const auto& parameter : m.parameters)
                    p[parameter.name] = parameter.value;
                p["switchers"] = p["inodes"] = p["superblocks"] = n;
                if (m.expected(memory, p).outcome != verdict::finding)
                    continue; // a search to the end for nothing
                CAPTURE(m.name);
                options o;
                o.memory = memory;
                const result first = m.check(o, p);
                if (first.outcome == verdict::finding)
                    expect_same(first, [&](const options& r) { return m.check(r, p); });
            }
}

TEST_CASE("a schedule of another model is refused with the step where it stops to fit") {
    const result r = check<store_buffering>();
    const result other = check<deadlock>(replaying(r.schedule));
    CHECK(other.incomplete());
    CHECK(other.limit.find("the schedule does not fit the model") != std::string::npos);
    CHECK(check<longer>(replaying(r.schedule)).limit.find("without a finding") !=
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
