// SPDX-License-Identifier: BSD-3-Clause
// The execution that a finding is shown in: few thread switches, and an end before the use.

#include <wbsync/doctest.hpp>
#include <wbsync/search/shortest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace wbsync;

namespace {

/// One thread uses what the other one frees, and nothing keeps the two apart.
struct frees {
    struct object {
        atomic_t x{"x"};
    };
    object* o = kmalloc<object>("o");
    atomic_t y{"y"};
    bool frees_first;

    explicit frees(bool first) : frees_first(first) {}

    void threads(scenario& s) {
        for (const bool frees_it : {frees_first, !frees_first})
            if (frees_it)
                s.thread("frees", [this] {
                    READ_ONCE(y);
                    kfree(o);
                });
            else
                s.thread("uses", [this] {
                    READ_ONCE(y);
                    READ_ONCE(o->x);
                });
    }
};

/// The same, but P1 frees only what P0 has done with, in an order that the model does not know of.
struct frees_later {
    struct object {
        atomic_t x{"x"};
    };
    object* o = kmalloc<object>("o");
    atomic_t done{"done"};

    void threads(scenario& s) {
        s.thread("P0", [this] {
            READ_ONCE(o->x);
            WRITE_ONCE(done, 1);
        });
        s.thread("P1", [this] {
            await(done, [](auto v) { return v == 1; });
            kfree(o);
        });
    }
};

/// P2 has nothing to do with it, and the others need not take turns.
struct takes_turns {
    atomic_t x{"x"};
    atomic_t y{"y"};
    atomic_t z{"z"};

    void threads(scenario& s) {
        s.thread("P0", [this] {
            atomic_inc(x);
            atomic_inc(y);
            atomic_inc(x);
        });
        s.thread("P1", [this] {
            READ_ONCE(y);
            READ_ONCE(x);
            BUG_ON(READ_ONCE(x) == 2);
        });
        s.thread("P2", [this] {
            atomic_inc(y);
            atomic_inc(z);
        });
    }
};

options shown(bool shortest) {
    options with;
    with.jobs = 1;
    with.shortest = shortest;
    return with;
}

/// Thread switches and steps of the schedule of a finding.
search::difficulty difficulty_of(const result& r) {
    return search::difficulty_of(engine::parse_schedule(r.schedule).decisions, r.what);
}

} // namespace

TEST_CASE("a finding is shown with an end that comes before the use, where there is such an "
          "execution") {
    bool was_hidden = false;
    for (const bool frees_first : {false, true}) {
        const result first = check<frees>(shown(false), frees_first);
        REQUIRE(found(first, "use-after-free"));
        was_hidden = was_hidden || first.what.with.what == collision::pair::unordered_end;
        const result r = check<frees>(shown(true), frees_first);
        REQUIRE(found(r, "use-after-free"));
        CHECK(r.what.with.what == collision::pair::use_after_end);
        CHECK(r.what.with.verb == "kfree");
    }
    CHECK(was_hidden);
}

TEST_CASE("an end that comes after the use in all executions is shown after it") {
    const result r = check<frees_later>(shown(true));
    REQUIRE(found(r, "use-after-free"));
    CHECK(r.what.with.what == collision::pair::unordered_end);
}

TEST_CASE("a finding is shown in an execution with few thread switches, without idle threads") {
    const result first = check<takes_turns>(shown(false));
    const result r = check<takes_turns>(shown(true));
    REQUIRE(found(first, "BUG_ON"));
    REQUIRE(found(r, "BUG_ON"));
    CHECK(difficulty_of(r) < difficulty_of(first));
    CHECK(difficulty_of(r) == search::difficulty{false, 1, 6});
}

TEST_CASE("which execution a finding is shown in makes no difference to what is counted") {
    const result first = check<takes_turns>(shown(false));
    const result r = check<takes_turns>(shown(true));
    CHECK(r.executions == first.executions);
    CHECK(r.events == first.events);
    CHECK(r.sleep_set_blocked == first.sleep_set_blocked);
}

TEST_CASE("the schedule of the execution that is shown leads there again") {
    const result r = check<takes_turns>(shown(true));
    options with;
    with.replay = r.schedule;
    const result again = check<takes_turns>(with);
    CHECK(found(again, "BUG_ON"));
    CHECK(again.counterexample.steps.size() == r.counterexample.steps.size());
}
