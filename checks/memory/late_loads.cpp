// SPDX-License-Identifier: BSD-3-Clause
// Late loads (load buffering) under the kernel's memory model: which there are, in how many
// executions, what is found by them, and what would need a value out of thin air.

#include "checks/engine/late_loads.hpp"
#include "checks/engine/replay.hpp"

#include <wbsync/engine/schedule.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

using namespace wbsync;
using late_loads::program;
using late_loads::state;

namespace {

options under(memory_kind memory, scheduler_kind by = scheduler_kind::dpor) {
    options with;
    with.memory = memory;
    with.scheduler = by;
    with.jobs = 1; // the states are left in this process
    with.accept_vacuous = true;
    return with;
}

options lkmm() {
    return under(memory_kind::lkmm);
}

struct explored {
    result what;
    std::set<state> states;
};

explored explore(const program& p, const options& with) {
    explored e;
    e.what = check<late_loads::model>(with, &p.threads, &e.states);
    CHECK(e.what.verified());
    return e;
}

} // namespace

TEST_CASE("lkmm: load buffering has the states that the kernel's model gives it, each one once") {
    for (const auto& list : {late_loads::programs(), late_loads::without_results()})
        for (const program& p : list) {
            CAPTURE(p.name);
            const explored seen = explore(p, lkmm());
            CHECK(seen.states.size() == p.states);
            CHECK(seen.what.executions == p.states);
            CHECK(seen.what.sleep_set_blocked == 0);
            CHECK(seen.states ==
                  explore(p, under(memory_kind::lkmm, scheduler_kind::reference)).states);
        }
}

TEST_CASE("lkmm: only load buffering costs executions that rc11 does not have") {
    for (const program& p : late_loads::programs()) {
        CAPTURE(p.name);
        const explored seen = explore(p, lkmm());
        const explored without = explore(p, under(memory_kind::weak));
        CHECK((seen.what.discarded != 0) == p.has_late);
        CHECK((seen.what.executions > without.what.executions) == p.has_late);
        CHECK((seen.states != without.states) == p.has_late);
    }
    for (const program& p : late_loads::without_cycles()) {
        CAPTURE(p.name);
        const explored seen = explore(p, lkmm());
        const explored without = explore(p, under(memory_kind::weak));
        CHECK(seen.states.size() == p.states);
        CHECK(seen.states == without.states);
        CHECK(seen.what.executions == without.what.executions);
        CHECK(seen.what.discarded == 0);
    }
}

namespace {

/// How P0 keeps its store behind its load.
enum class kept_by : std::uint8_t { nothing, data, full_barrier };

/// P0: r = x; y = 1. P1: q = y; x = q + 1. That r is 2 needs a late load.
template <class Derived>
struct buffers {
    kept_by kept;
    atomic_t x{"x"};
    atomic_t y{"y"};
    value<std::int64_t> r{0};

    explicit buffers(kept_by by) : kept(by) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            static_cast<Derived&>(*this).before();
            r = static_cast<Derived&>(*this).load();
            static_cast<Derived&>(*this).between();
            if (kept == kept_by::full_barrier)
                smp_mb();
            WRITE_ONCE(y, kept == kept_by::data ? r * 0 + 1 : value<std::int64_t>(1));
            static_cast<Derived&>(*this).after();
        });
        s.thread("P1", [this] {
            static_cast<Derived&>(*this).other_before();
            const auto q = READ_ONCE(y);
            WRITE_ONCE(x, q + 1);
            static_cast<Derived&>(*this).other_after();
        });
    }
    [[nodiscard]] bool is_late() const { return r.peek() == 2; }

    value<std::int64_t> load() { return READ_ONCE(x); }
    void before() {}
    void between() {}
    void after() {}
    void other_before() {}
    void other_after() {}
};

struct fails_in_the_end : buffers<fails_in_the_end> {
    using buffers::buffers;
    void finally() { BUG_ON(is_late()); }
};

struct fails_after_store : buffers<fails_after_store> {
    using buffers::buffers;
    void after() { BUG_ON(is_late()); }
    void finally() {}
};

struct exchanges : buffers<exchanges> {
    using buffers::buffers;
    value<std::int64_t> load() { return atomic_xchg_relaxed(x, 7); }
    void finally() { BUG_ON(is_late()); }
};

/// What is late has no result.
struct adds : buffers<adds> {
    using buffers::buffers;
    value<std::int64_t> load() {
        atomic_inc(x);
        return value<std::int64_t>(0);
    }
    void finally() { BUG_ON(READ_ONCE(x) == 3); }
};

/// A change that is made only if the load is late.
struct changes : buffers<changes> {
    using buffers::buffers;
    value<std::int64_t> load() { return atomic_cmpxchg_relaxed(x, 2, 7); }
    void finally() { BUG_ON(READ_ONCE(x) == 7 && is_late()); }
};

/// The other thread fails, for which the load is a condition.
struct fails_elsewhere : buffers<fails_elsewhere> {
    using buffers::buffers;
    atomic_t told{"told"};
    void after() { smp_store_release(told, is_late() ? 1 : 0); }
    void other_after() { BUG_ON(smp_load_acquire(told) == 1); }
    void finally() {}
};

/// Whoever fails there never stores what the load needs.
struct fails_before_store : buffers<fails_before_store> {
    using buffers::buffers;
    void between() { BUG_ON(is_late()); }
    void finally() {}
};

struct object {
    atomic_t data{"data"};
};

struct uses_after_free : buffers<uses_after_free> {
    using buffers::buffers;
    object* it = kmalloc<object>("object");
    void after() {
        if (is_late())
            kfree(it);
    }
    void other_after() { READ_ONCE(it->data); }
    void finally() {
        if (!is_late())
            kfree(it);
    }
};

struct races : buffers<races> {
    using buffers::buffers;
    plain<int> data{"data"};
    void after() {
        if (is_late())
            data.write(1);
    }
    void other_after() { (void)data.read(); }
    void finally() {}
};

/// Both threads store what they have read.
struct out_of_thin_air {
    bool by_branch;
    atomic_t x{"x"};
    atomic_t y{"y"};
    value<std::int64_t> r{0};
    value<std::int64_t> q{0};

    explicit out_of_thin_air(bool in_branch) : by_branch(in_branch) {}

    void copy(atomic_t& from, atomic_t& to, value<std::int64_t>& seen) const {
        seen = READ_ONCE(from);
        if (!by_branch)
            WRITE_ONCE(to, seen);
        else if (branch taken{seen == 1})
            WRITE_ONCE(to, 1);
    }
    void threads(scenario& s) {
        s.thread("P0", [this] { copy(x, y, r); });
        s.thread("P1", [this] { copy(y, x, q); });
    }
    void finally() { BUG_ON(r.peek() != 0 || q.peek() != 0); }
};

/// The only step that is late reads from a later one, which stores what it has read.
void expect_one_late_step(const trace& of, const std::string& verb) {
    const auto& steps = of.steps;
    const auto is_late = [](const trace_step& s) { return s.late; };
    REQUIRE(std::count_if(steps.begin(), steps.end(), is_late) == 1);
    const auto late = std::find_if(steps.begin(), steps.end(), is_late);
    CHECK(late->verb == verb);
    CHECK_FALSE(late->stale);
    const auto source = static_cast<std::size_t>(late->reads_from);
    REQUIRE(source < steps.size());
    CHECK(late->reads_from > late - steps.begin());
    CHECK(steps[source].object.name == late->object.name);
    CHECK(steps[source].after == late->before);
}

template <class Model>
void expect_only_by_late_load(const std::string& property, const std::string& verb = "READ_ONCE",
                              kept_by also = kept_by::data) {
    CAPTURE(property);
    CAPTURE(verb);
    const result seen = check<Model>(lkmm(), kept_by::nothing);
    INFO(seen);
    CHECK(found(seen, property));
    CHECK(seen.schedule.find('^') != std::string::npos);
    for (const kept_by by : {also, kept_by::full_barrier}) {
        const result none = check<Model>(lkmm(), by);
        CHECK(none.verified());
        if (also == kept_by::data) // otherwise the additions have to have an order
            CHECK(none.discarded == 0);
    }
    CHECK(check<Model>(under(memory_kind::weak), kept_by::nothing).verified());
    CHECK(found(check<Model>(under(memory_kind::lkmm, scheduler_kind::reference), kept_by::nothing),
                property));
    expect_one_late_step(seen.counterexample, verb);
    replay::expect_same(seen,
                        [](const options& with) { return check<Model>(with, kept_by::nothing); });
}

} // namespace

TEST_CASE("lkmm: what fails only by a late load is found, and replayed") {
    expect_only_by_late_load<fails_in_the_end>("BUG_ON");
    expect_only_by_late_load<fails_after_store>("BUG_ON");
    expect_only_by_late_load<fails_elsewhere>("BUG_ON");
    expect_only_by_late_load<uses_after_free>("use-after-free");
    expect_only_by_late_load<races>("data-race");
}

TEST_CASE("lkmm: what fails only by a late read-modify-write is found, and replayed") {
    expect_only_by_late_load<exchanges>("BUG_ON", "atomic_xchg_relaxed");
    expect_only_by_late_load<adds>("BUG_ON", "atomic_inc", kept_by::full_barrier);
    expect_only_by_late_load<changes>("BUG_ON", "atomic_cmpxchg_relaxed");
}

namespace {

/// P0: q = p; y = 1. P1: r = y, an acquire; p = &target, or NULL. Before, it is the other one.
struct buffers_pointer {
    bool has_barrier;
    bool to_null;
    atomic_t target{"target"};
    pointer<atomic_t> p{"p", to_null ? &target : nullptr};
    atomic_t y{"y"};
    std::int64_t r = 0;
    atomic_t* q = nullptr;

    buffers_pointer(bool with_barrier, bool ends_null)
        : has_barrier(with_barrier), to_null(ends_null) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            const auto seen = READ_ONCE(p);
            if (has_barrier)
                smp_mb();
            WRITE_ONCE(y, 1);
            q = seen.peek();
        });
        s.thread("P1", [this] {
            const auto seen = smp_load_acquire(y);
            WRITE_ONCE(p, to_null ? nullptr : &target);
            r = seen.peek();
        });
    }
    void finally() { BUG_ON(r == 1 && (q == nullptr) == to_null); }
};

} // namespace

namespace {

/// What P1 stores depends on what P0 has read late, and the model does not tell (peek()).
struct grows {
    atomic_t x{"x"};
    atomic_t y{"y"};

    void threads(scenario& s) {
        s.thread("P0", [this] {
            const std::int64_t r = atomic_xchg_relaxed(x, 0).peek();
            WRITE_ONCE(y, r + 1);
        });
        s.thread("P1", [this] { WRITE_ONCE(x, READ_ONCE(y).peek() + 1); });
    }
};

} // namespace

TEST_CASE("lkmm: a model that hides its dependencies comes to an end") {
    const result r = check<grows>(lkmm());
    CHECK(r.incomplete());
    CHECK(r.limit.kind == limit_kind::late_load);
    CHECK(r.limit.bound == engine::max_late_values);
    CHECK(report::text_of(r.limit).find("more than 32 different values late from x") !=
          std::string::npos);
}

TEST_CASE("lkmm: a late NULL is found, and another late pointer makes a check incomplete") {
    const bool barrier = true;
    const bool null = true;
    CHECK(found(check<buffers_pointer>(lkmm(), !barrier, null), "BUG_ON"));
    CHECK(check<buffers_pointer>(lkmm(), barrier, null).verified());
    CHECK(check<buffers_pointer>(lkmm(), barrier, !null).verified());
    const result r = check<buffers_pointer>(lkmm(), !barrier, !null);
    CHECK(r.incomplete());
    CHECK(r.limit.kind == limit_kind::late_load);
    CHECK(r.limit.who == "P0");
    CHECK(r.limit.where == "p");
    CHECK(report::text_of(r.limit).find("P0 could read from p what") != std::string::npos);
}

TEST_CASE("lkmm: nothing comes out of thin air") {
    for (const bool by_branch : {false, true}) {
        const result r = check<out_of_thin_air>(lkmm(), by_branch);
        CHECK(r.verified());
        CHECK(r.discarded == 0);
    }
}

TEST_CASE("lkmm: a finding that keeps the late load's store from coming is dropped") {
    const result r = check<fails_before_store>(lkmm(), kept_by::nothing);
    CHECK(r.verified());
    CHECK(r.discarded > check<fails_in_the_end>(lkmm(), kept_by::data).discarded);
    CHECK(check<fails_before_store>(under(memory_kind::lkmm, scheduler_kind::reference),
                                    kept_by::nothing)
              .verified());
}

TEST_CASE("lkmm: a late load comes after what the store passes on that it turns out to read") {
    for (const scheduler_kind by : {scheduler_kind::dpor, scheduler_kind::reference}) {
        using late_loads::hands_over;
        bool passed = false;
        CHECK(found(check<hands_over>(under(memory_kind::lkmm, by), false, &passed), "data-race"));
        passed = false;
        CHECK(check<hands_over>(under(memory_kind::lkmm, by), true, &passed).verified());
        CHECK(passed);
    }
}

namespace {

/// Two threads that do the same, twice: each of them could be the one whose load is late.
struct symmetric {
    std::set<state>* seen;
    bool both_pairs;
    atomic_t x{"x"};
    atomic_t y{"y"};
    std::vector<std::int64_t> r;
    std::vector<std::int64_t> q;

    symmetric(std::set<state>* into, bool two_pairs) : seen(into), both_pairs(two_pairs) {}

    void threads(scenario& s) {
        s.threads("t", 2, [this] {
            const auto v = READ_ONCE(x);
            WRITE_ONCE(y, 1);
            r.push_back(v.peek());
        });
        const auto other = [this] {
            const auto v = READ_ONCE(y);
            WRITE_ONCE(x, 1);
            q.push_back(v.peek());
        };
        if (both_pairs)
            s.threads("u", 2, other);
        else
            s.thread("u", other);
    }
    void finally() {
        std::sort(r.begin(), r.end());
        std::sort(q.begin(), q.end());
        state all = r;
        all.insert(all.end(), q.begin(), q.end());
        seen->insert(all);
    }
};

} // namespace

TEST_CASE("lkmm: threads that are symmetric are so with late loads") {
    for (const bool both_pairs : {false, true}) {
        CAPTURE(both_pairs);
        const auto states = [&](bool symmetry, scheduler_kind by) {
            std::set<state> seen;
            options with = under(memory_kind::lkmm, by);
            with.symmetry = symmetry;
            const result r = check<symmetric>(with, &seen, both_pairs);
            CHECK(r.verified());
            CHECK(r.sleep_set_blocked == 0);
            return seen;
        };
        const std::set<state> renamed = states(true, scheduler_kind::dpor);
        CHECK(renamed.size() == (both_pairs ? 9 : 6));
        CHECK(renamed == states(false, scheduler_kind::dpor));
        CHECK(renamed == states(false, scheduler_kind::reference));
    }
}

TEST_CASE("a schedule names the loads that may be late") {
    for (const char* text : {"l:ab^a1=1", "l:ab^a1=-5", "l:ab^a1=1^b2=3", "l:ab+7^a1=1~1f"}) {
        CAPTURE(text);
        CHECK(engine::to_string(engine::parse_schedule(text)) == text);
    }
    const auto late = engine::parse_schedule("l:ab^b12=-5").allowed.late_loads;
    REQUIRE(late.size() == 1);
    CHECK(late.front() == engine::late_load{1, 12, -5});
}

TEST_CASE("a schedule that does not say which load may be late is refused") {
    const auto refused = [](const std::string& text, const std::string& why) {
        const std::string message = "wbsync: '" + text + "' is not a schedule: " + why;
        CHECK_THROWS_WITH_AS((void)engine::parse_schedule(text), message.c_str(),
                             std::invalid_argument);
    };
    refused("l:ab^", "the letter of a thread expected at character 6");
    refused("l:ab^#1=2", "the letter of a thread expected at character 6");
    refused("l:ab^a", "the number of an object expected at character 7");
    refused("l:ab^a=2", "the number of an object expected at character 7");
    refused("l:ab^a1", "'=' expected at character 8");
    refused("l:ab^a1=", "a value expected at character 9");
    refused("l:ab^a1=x", "a value expected at character 9");
}
