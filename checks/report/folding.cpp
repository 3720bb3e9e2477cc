// SPDX-License-Identifier: BSD-3-Clause
// Which steps of a counterexample are shown, which two are marked, and what is said between them.

#include "checks/support/contains.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/report/folding.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace wbsync;

namespace {

site at_line(unsigned line) {
    return {"umount.hpp", "evict_inodes", line};
}

/// Steps of two threads, one line after the other.
struct story {
    trace t{{"umount", "switcher"}, {}};

    trace_step& add(int thread, event_kind kind, const char* verb, int object) {
        t.steps.push_back({.kind = kind,
                           .thread = thread,
                           .verb = verb,
                           .object = {object, std::string(1, static_cast<char>('a' + object))},
                           .where = at_line(static_cast<unsigned>(t.steps.size()) + 1)});
        return t.steps.back();
    }
    void store(int thread, int object, event_order order = event_order::relaxed) {
        trace_step& s = add(thread, event_kind::store, "WRITE_ONCE", object);
        s.after = std::int64_t{1};
        s.order = order;
    }
    void load(int thread, int object, std::int64_t value, int from = -1,
              event_order order = event_order::relaxed) {
        trace_step& s = add(thread, event_kind::load, "READ_ONCE", object);
        s.before = value;
        s.reads_from = from;
        s.order = order;
    }
    [[nodiscard]] std::vector<bool> needed(const finding& f) const {
        std::vector<bool> out;
        const report::folding all(t, f, 0);
        for (std::size_t i = 0; i != t.steps.size(); ++i)
            out.push_back(all.needs(i));
        return out;
    }
};

const finding busy{"P1", "busy", at_line(99), 0};

using all = std::vector<bool>;

} // namespace

TEST_CASE("folding: what another thread has stored is needed, and who reads it") {
    story s;
    s.store(1, 0);
    s.store(1, 1);
    s.load(0, 2, 0);
    s.load(0, 0, 1, 0);
    s.load(0, 3, 0);
    CHECK(s.needed(busy) == all{true, false, false, true, true}); // the last one has led there
}

TEST_CASE("folding: a load that misses another thread's store is needed, and that store") {
    story s;
    s.load(0, 0, 0);
    s.load(0, 1, 0);
    s.store(1, 0);
    s.store(1, 2);
    s.load(0, 3, 0);
    CHECK(s.needed(busy) == all{true, false, true, false, true});
}

TEST_CASE("folding: what a thread has seen before it stored is needed as well, not what it saw "
          "later") {
    story s;
    s.t.threads.emplace_back("third");
    s.store(2, 0);
    s.load(1, 0, 1, 0);
    s.store(1, 1);
    s.store(2, 3);
    s.load(1, 3, 1, 3);
    s.load(0, 1, 1, 2);
    CHECK(s.needed(busy) == all{true, true, true, false, false, true});
}

TEST_CASE("folding: locks are needed only where the finding is about them") {
    story s;
    s.add(1, event_kind::lock, "spin_lock", 0);
    s.add(1, event_kind::unlock, "spin_unlock", 0);
    s.add(0, event_kind::lock, "spin_lock", 0).reads_from = 1;
    s.load(0, 3, 0);
    CHECK(s.needed(busy) == all{false, false, false, true});
    CHECK(s.needed({"lockdep", "lock a is taken twice", at_line(9), 0}) ==
          all{false, true, true, true});
}

TEST_CASE("folding: stale reads, frees, and grace periods that wait are needed") {
    story s;
    s.load(0, 0, 0);
    s.t.steps.back().stale = true;
    s.add(0, event_kind::free, "kfree", 1);
    s.add(0, event_kind::grace_period_begin, "synchronize_rcu", -1).waits_for = {1};
    s.add(0, event_kind::grace_period_begin, "synchronize_rcu", -1);
    s.load(0, 3, 0);
    CHECK(s.needed(busy) == all{true, true, true, false, true});
}

namespace {

/// What P1 does may be ordered after what P0 does.
struct hands_over {
    bool release;
    bool acquire;
    plain<int> data{"data"};
    atomic_t flag{"flag"};

    hands_over(bool with_release, bool with_acquire)
        : release(with_release), acquire(with_acquire) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            data.write(1);
            if (release)
                smp_store_release(flag, 1);
            else
                WRITE_ONCE(flag, 1);
        });
        s.thread("P1", [this] {
            const bool seen = acquire ? smp_load_acquire(flag) == 1 : READ_ONCE(flag) == 1;
            if (seen)
                (void)data.read();
        });
    }
};

std::string text_of(const result& r) {
    return report::text(r, report::style_for(r));
}

} // namespace

TEST_CASE("the two accesses of a race are marked, and what is missing is said between them") {
    const result r = check<hands_over>(options{}, false, false);
    REQUIRE(found(r, "data-race"));
    const std::string text = text_of(r);
    CHECK(contains(text, "write(data, 1) \u25c4 A\n"));
    CHECK(contains(text, "-- nothing orders 1 (A) before 4 (B): a release at 2 and an acquire at 3 "
                         "would --\n"));
    CHECK(contains(text, "read(data) \u25c4 B\n"));
    CHECK(contains(text, "     A: step 1, folding.cpp:"));
    CHECK(contains(text, "     B: step 4, folding.cpp:"));
}

TEST_CASE("only what is missing is said to be missing, and with it nothing is") {
    const std::string with_release = text_of(check<hands_over>(options{}, true, false));
    CHECK(contains(with_release, "(B): an acquire at 3 would --\n"));
    const std::string with_acquire = text_of(check<hands_over>(options{}, false, true));
    CHECK(contains(with_acquire, "(B): a release at 2 would --\n"));
    CHECK(verified(check<hands_over>(options{}, true, true)));
}

TEST_CASE("another access on the line of the later one is not taken for it") {
    story s;
    s.add(0, event_kind::plain_write, "write", 0);
    s.load(1, 1, 1);
    const site here = s.t.steps.back().where;
    const collision with{collision::pair::race, "a", "write", 0, s.t.steps.front().where};
    const finding race{"data-race", "read of a races with the write", here, 1, with};
    CHECK(report::colliding_steps_of(s.t, race).earlier == 0);
    CHECK_FALSE(report::colliding_steps_of(s.t, race).later);
    s.add(1, event_kind::plain_read, "read", 0).where = here;
    CHECK(report::colliding_steps_of(s.t, race).later == 2);
}
