// SPDX-License-Identifier: BSD-3-Clause
// One place for every ordering: the table of the places that ask, and the result of a check if one
// of them orders less.

#include <wbsync/doctest.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace wbsync;

namespace {

/// Store buffering: two barriers, both of which are needed; and one that is not.
struct two_barriers {
    atomic_t x{"x"}, y{"y"};
    std::int64_t missed_x = 0, missed_y = 0;

    void first() {
        WRITE_ONCE(x, 1);
        smp_mb();
        missed_y = READ_ONCE(y) == 0;
        smp_mb(); // useless: no access comes after it
    }
    void second() {
        WRITE_ONCE(y, 1);
        smp_mb();
        missed_x = READ_ONCE(x) == 0;
    }
    void threads(scenario& s) {
        s.thread("first", [this] { first(); });
        s.thread("second", [this] { second(); });
    }
    void finally() { BUG_ON(missed_x && missed_y); }
};

/// A fully ordered read-modify-write between two accesses to the other thread's variables. The
/// fence before it orders `data`, the one after it the load of `y`.
struct both_fences {
    plain<int> data{"data"};
    atomic_t x{"x"}, y{"y"};
    std::int64_t missed_x = 0, missed_y = 0;

    void publish() {
        data.write(1);
        atomic_inc_return(x);
        missed_y = READ_ONCE(y) == 0;
    }
    void look() {
        WRITE_ONCE(y, 1);
        smp_mb();
        missed_x = READ_ONCE(x) == 0;
        if (smp_load_acquire(x) != 0)
            BUG_ON(data.read() != 1);
    }
    void threads(scenario& s) {
        s.thread("P0", [this] { publish(); });
        s.thread("P1", [this] { look(); });
    }
    void finally() { BUG_ON(missed_x && missed_y); }
};

options with(std::vector<weakening> weaken) {
    options o;
    o.weaken = std::move(weaken);
    return o;
}

template <class Model>
ordering_table places(options o = {}) {
    ordering_table all;
    o.orderings = &all;
    CHECK(verified(check<Model>(o)));
    return all;
}

weakening of(const ordering_place& p) {
    return {p.file, p.line, p.function, p.verb, p.part, ordering::relaxed};
}

/// A model that passes a value on by a spinlock or another primitive.
template <class Primitive>
struct passes_on {
    plain<int> data{"data"};
    Primitive by;

    void threads(scenario& s) {
        s.thread("P0", [this] {
            data.write(1);
            by.send();
        });
        s.thread("P1", [this] {
            if (by.receive())
                BUG_ON(data.read() != 1);
        });
    }
};

struct by_fences {
    atomic_t flag{"flag"};
    void send() {
        smp_wmb();
        WRITE_ONCE(flag, 1);
    }
    bool receive() {
        const bool sent = READ_ONCE(flag) == 1;
        smp_rmb();
        return sent;
    }
};
struct by_atomic_fences {
    atomic_t flag{"flag"};
    void send() {
        smp_mb__before_atomic();
        atomic_inc(flag);
    }
    bool receive() {
        const bool sent = atomic_cmpxchg_relaxed(flag, 1, 2) == 1;
        smp_mb__after_atomic();
        return sent;
    }
};
struct by_accesses {
    atomic_t flag{"flag"};
    void send() { smp_store_release(flag, 1); }
    bool receive() { return smp_load_acquire(flag) == 1; }
};
struct by_pointer {
    atomic_t target{"target"};
    pointer<atomic_t> p{"p"};
    void send() { rcu_assign_pointer(p, &target); }
    bool receive() { return rcu_dereference(p) != nullptr; }
};
struct by_try_cmpxchg {
    atomic_t flag{"flag"};
    void send() { atomic_xchg_release(flag, 1); }
    bool receive() {
        std::int64_t old = 1;
        return atomic_try_cmpxchg_acquire(flag, &old, 2);
    }
};
struct by_wait {
    atomic_t flag{"flag"};
    void send() { clear_and_set(); }
    void clear_and_set() { atomic_set_release(flag, 1); }
    bool receive() {
        await_acquire(flag, [](std::int64_t v) { return v == 1; });
        return true;
    }
};
struct by_refcount {
    refcount_t count{"count", 2};
    void send() { refcount_dec_and_test(count); }
    bool receive() { return refcount_dec_and_test(count); }
};

/// Each of the places is needed.
template <class Primitive>
void check_each_is_needed(std::size_t at_least, options o = {}) {
    using model = passes_on<Primitive>;
    const ordering_table all = places<model>(o);
    CHECK(all.size() >= at_least);
    for (const ordering_place& p : all) {
        CAPTURE(p.str());
        o.weaken = {of(p)};
        CHECK(found(check<model>(o), "data-race"));
    }
}

} // namespace

TEST_CASE("orderings: the table has each place that was asked, and no relaxed access") {
    const ordering_table all = places<both_fences>();
    std::vector<std::string> texts;
    for (const ordering_place& p : all)
        texts.push_back(p.function + ": " + p.verb + ", " + name_of(p.asked) + " " + p.part);
    CHECK(texts == std::vector<std::string>{"publish: atomic_inc_return, smp_mb() after",
                                            "publish: atomic_inc_return, smp_mb() before",
                                            "look: smp_mb, smp_mb() ",
                                            "look: smp_load_acquire, acquire "});
    CHECK(all.begin()->file == "orderings.cpp");
    CHECK(all.begin()->line != 0);
}

TEST_CASE("orderings: a barrier that is needed, weakened by its site, lets a finding through") {
    CHECK(verified(check<two_barriers>()));
    const ordering_table all = places<two_barriers>();
    REQUIRE(all.size() == 3);
    std::vector<bool> needed;
    for (const ordering_place& p : all)
        needed.push_back(check<two_barriers>(with({of(p)})).found("BUG_ON"));
    CHECK(needed == std::vector<bool>{true, false, true});
    for (const ordering_place& p : all)
        if (p.line == std::next(all.begin())->line)
            CHECK(verified(check<two_barriers>(with({of(p)}))));
}

TEST_CASE("orderings: the two fences of a fully ordered read-modify-write are two places") {
    const auto weaken = [](const char* part) {
        return with({{.function = "publish", .verb = "atomic_inc_return", .part = part}});
    };
    CHECK(found(check<both_fences>(weaken("before")), "data-race"));
    CHECK(found(check<both_fences>(weaken("after")), "BUG_ON"));
    // Under sc weakening has no effect.
    options sc = weaken("after");
    sc.memory = memory_kind::sc;
    CHECK(verified(check<both_fences>(sc)));
}

TEST_CASE("orderings: a fence can be made a half of one") {
    const auto leave = [](ordering left) {
        return with({{.function = "publish", .part = "before", .left = left}});
    };
    CHECK(verified(check<both_fences>(leave(ordering::write_fence))));
    CHECK(found(check<both_fences>(leave(ordering::read_fence)), "data-race"));
}

TEST_CASE("orderings: a trace says what a fence that is weakened orders") {
    const result r = check<two_barriers>(with({{.function = "second", .verb = "smp_mb"}}));
    REQUIRE(r.found("BUG_ON"));
    const std::string text = report::counterexample(r.counterexample, r.what);
    CHECK(text.find("weakened: orders nothing") != std::string::npos);
    const result whole = check<both_fences>(with({{.function = "publish", .part = "after"}}));
    REQUIRE(whole.found("BUG_ON"));
    CHECK(report::counterexample(whole.counterexample, whole.what).find("weakened") ==
          std::string::npos); // P1's barrier is unchanged
}

TEST_CASE("orderings: fences and accesses of all kinds are places") {
    check_each_is_needed<by_fences>(2);
    check_each_is_needed<by_atomic_fences>(2);
    check_each_is_needed<by_accesses>(2);
    // Under lkmm rcu_dereference() orders nothing but what is reached by the pointer.
    check_each_is_needed<by_pointer>(2, {.memory = memory_kind::rc11});
    check_each_is_needed<by_try_cmpxchg>(2);
    check_each_is_needed<by_wait>(2);
    check_each_is_needed<by_refcount>(2);
}

TEST_CASE("orderings: several can be weakened, and by less than all that is known of them") {
    CHECK(found(check<two_barriers>(with({{.verb = "smp_mb"}})), "BUG_ON"));
    CHECK(found(check<two_barriers>(with({{.function = "first"}})), "BUG_ON"));
    CHECK(found(check<passes_on<by_accesses>>(
                    with({{.verb = "smp_load_acquire"}, {.verb = "smp_store_release"}})),
                "data-race"));
}

TEST_CASE("orderings: what names no place makes the result vacuous, and says so") {
    for (const weakening& w : {weakening{.verb = "smp_rmb"}, weakening{.file = "other.cpp"},
                               weakening{.function = "third"}, weakening{.line = 1},
                               weakening{.verb = "smp_mb", .left = ordering::acquire}}) {
        CAPTURE(w.str());
        options o = with({{.verb = "READ_ONCE"}});
        o.weaken = {w};
        const result r = check<two_barriers>(o);
        CHECK(r.vacuous());
        CHECK(r.vacuity.find("options::weaken changes nothing") != std::string::npos);
        o.accept_vacuous = true;
        CHECK(check<two_barriers>(o).vacuous());
    }
    CHECK(!check<two_barriers>(with({{.function = "first"}})).vacuous());
}

TEST_CASE("orderings: divided among processes it is found as well that a place was there") {
    options o;
    o.jobs = 2;
    o.divide = {.first = 1, .each = 1, .tasks = 4, .parts = 2, .always = true};
    const ordering_table all = places<two_barriers>();
    o.weaken = {of(*std::next(all.begin()))};
    CHECK(verified(check<two_barriers>(o)));
    o.weaken = {{.verb = "smp_rmb"}};
    CHECK(check<two_barriers>(o).vacuous());
}

TEST_CASE("orderings: a schedule is replayed under the same weakening only") {
    options o = with({{.function = "second", .verb = "smp_mb"}});
    const result r = check<two_barriers>(o);
    REQUIRE(r.found("BUG_ON"));
    o.replay = r.schedule;
    CHECK(check<two_barriers>(o).found("BUG_ON"));
    o.weaken = {{.function = "first"}};
    CHECK_THROWS_WITH_AS(static_cast<void>(check<two_barriers>(o)),
                         doctest::Contains("under other options::weaken"), std::invalid_argument);
    o.weaken.clear();
    CHECK_THROWS_AS(static_cast<void>(check<two_barriers>(o)), std::invalid_argument);
    o.replay = r.schedule.substr(0, r.schedule.find('~'));
    o.weaken = {{.function = "second", .verb = "smp_mb"}};
    CHECK_THROWS_WITH_AS(static_cast<void>(check<two_barriers>(o)),
                         doctest::Contains("not weakened"), std::invalid_argument);
}

TEST_CASE("orderings: a weakened search is another search to a resume file") {
    const search::subject what{typeid(two_barriers), {}};
    const auto key = [&](std::vector<weakening> w) {
        options o = with(std::move(w));
        o.name = "m";
        return search::key_of(what, o).options;
    };
    CHECK(key({}) != key({{.verb = "smp_mb"}}));
    CHECK(key({{.verb = "smp_mb"}}) != key({{.verb = "smp_mb", .part = "before"}}));
    CHECK(key({{.verb = "smp_mb"}}) != key({{.verb = "smp_mb", .left = ordering::read_fence}}));
    CHECK(key({{.verb = "smp_mb"}}) == key({{.verb = "smp_mb"}}));
}
