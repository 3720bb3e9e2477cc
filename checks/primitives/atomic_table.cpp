// SPDX-License-Identifier: BSD-3-Clause
// Each operation of <wbsync/memory/atomic_table.hpp>, of atomic_t, atomic64_t and atomic_long_t:
// its effect on the value, that it is one step, and that it orders exactly what its form says
// (Documentation/atomic_t.txt).

#include "checks/primitives/atomic_promises.hpp"
#include "checks/support/atomic_functions.hpp"
#include <wbsync/report/text.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

using namespace primitives;
using namespace atomic_functions;

namespace {

using kind_of = atomic_operation::kind_of;
using change_of = atomic_operation::change_of;
using order_of = atomic_operation::order_of;

// --- what is expected ---------------------------------------------------------------------------

struct outcome {
    std::int64_t after, result;
};

/// The value after the change, as a number of `Int`.
template <class Int>
std::int64_t changed(const atomic_operation& op, std::int64_t before, std::int64_t n) {
    if (op.operand == atomic_operation::operand_of::one)
        n = 1;
    const auto a = static_cast<std::uint64_t>(before);
    const auto b = static_cast<std::uint64_t>(n);
    const auto as_number = [](std::uint64_t x) {
        return static_cast<std::int64_t>(static_cast<Int>(x));
    };
    switch (op.change) {
    case change_of::keep: return before;
    case change_of::put: return as_number(b);
    case change_of::plus: return as_number(a + b);
    case change_of::minus: return as_number(a - b);
    case change_of::bit_and: return as_number(a & b);
    case change_of::bit_clear: return as_number(a & ~b);
    case change_of::bit_or: return as_number(a | b);
    case change_of::bit_xor: return as_number(a ^ b);
    }
    return 0;
}

template <class Int>
outcome expected(const atomic_operation& op, std::int64_t before, std::int64_t n,
                 std::int64_t other) {
    const std::int64_t after = changed<Int>(op, before, n);
    const auto if_done = [&](bool done, std::int64_t result) {
        return outcome{done ? after : before, result};
    };
    switch (op.kind) {
    case kind_of::load:
    case kind_of::fetch:
    case kind_of::exchange: return {after, before};
    case kind_of::store:
    case kind_of::quiet: return {after, 0};
    case kind_of::result: return {after, after};
    case kind_of::test: return {after, after == 0};
    case kind_of::negative: return {after, after < 0};
    case kind_of::compare: return if_done(before == other, before);
    case kind_of::try_compare: // see both_results()
        return if_done(before == other, before == other ? before : before ^ did_nothing);
    case kind_of::fetch_unless: return if_done(before != other, before);
    case kind_of::unless: return if_done(before != other, before != other);
    case kind_of::unless_zero: return if_done(before != 0, before != 0);
    case kind_of::unless_negative: return if_done(before >= 0, before >= 0);
    case kind_of::unless_positive: return if_done(before <= 0, before <= 0);
    case kind_of::if_positive: return if_done(before > 0, after);
    }
    return {};
}

/// Values of the variable and arguments with which an operation shows what it orders: it changes
/// the value, distinguishes the two values, or does nothing.
struct sample {
    std::int64_t idle, set, n, other;
};

std::vector<sample> samples_of(const atomic_operation& op) {
    switch (op.kind) {
    case kind_of::test:
        return {{3,
                 op.operand == atomic_operation::operand_of::given ? 5
                 : op.change == change_of::plus                    ? -1
                                                                   : 1,
                 5, 0}};
    case kind_of::negative: return {{3, -10, 5, 0}};
    case kind_of::compare:
    case kind_of::try_compare: return {{3, 10, 5, 3}, {3, 10, 5, 10}};
    case kind_of::unless:
    case kind_of::fetch_unless: return {{3, 10, 5, 99}, {3, 10, 5, 3}, {3, 10, 5, 10}};
    case kind_of::unless_zero: return {{3, 10, 0, 0}, {0, 10, 0, 0}, {3, 0, 0, 0}};
    case kind_of::unless_negative: return {{3, 10, 0, 0}, {-1, 10, 0, 0}, {3, -1, 0, 0}};
    case kind_of::unless_positive: return {{-3, -5, 0, 0}, {3, -5, 0, 0}, {-3, 10, 0, 0}};
    case kind_of::if_positive: return {{3, 10, 0, 0}, {3, -1, 0, 0}};
    default: return {{3, 10, 5, 0}};
    }
}

template <class Atomic>
operation<Atomic> with(const atomic_operation& op, function<Atomic> f, const sample& s) {
    const outcome idle = expected<std::int64_t>(op, s.idle, s.n, s.other);
    const outcome set = expected<std::int64_t>(op, s.set, s.n, s.other);
    return {std::string{op.word},
            s.idle,
            s.set,
            [f, s](Atomic& v) { return f(v, s.n, s.other); },
            idle.result,
            set.result,
            idle.after};
}

/// Calls `check` for each operation of a form, with each of its samples.
template <class Atomic, class Check>
void for_each(const functions<Atomic>& all, order_of form, Check check) {
    for (std::size_t i = 0; i != all.size(); ++i) {
        const atomic_operation& op = atomic_operations[i];
        if (op.order != form)
            continue;
        for (const sample& s : samples_of(op)) {
            CAPTURE(op.word);
            CAPTURE(s.idle);
            CAPTURE(s.set);
            CAPTURE(s.other);
            check(op, with<Atomic>(op, all[i], s), s);
        }
    }
}

enum : unsigned { none = 0, acquire = 1, release = 2, full = 7 };

/// An operation that changes the value passes on what came before if it is a release, and is
/// ordered before what comes after if it is full. One that tells who has set the value makes
/// visible what came before that if it is an acquire; a conditional one only if it is executed
/// then.
template <class Atomic>
void check_orders(const functions<Atomic>& all, order_of form, unsigned orders) {
    for_each(all, form, [&](const atomic_operation& op, const auto& o, const sample& s) {
        if (o.idle_becomes != o.idle) {
            check_order<as_release>(o, (orders & release) != 0, "data-race");
            check_order<as_full_barrier>(o, orders == full, "BUG_ON");
        }
        const bool is_done = op.kind < kind_of::compare ||
                             expected<std::int64_t>(op, s.set, s.n, s.other).after != s.set;
        if (o.result_if_idle != o.result_if_set)
            check_order<as_acquire>(o, is_done && (orders & acquire) != 0, "data-race");
    });
}

/// Each operation with each argument, on each value.
template <class Int>
struct values {
    using atomic = atomic_integer<Int>;
    using limits = std::numeric_limits<Int>;

    const atomic_operation& op;
    function<atomic> apply;
    atomic v{"v"};

    values(const atomic_operation* o, function<atomic> f) : op(*o), apply(f) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            for (const std::int64_t before : numbers())
                for (const std::int64_t n : numbers())
                    for (const std::int64_t other : {before, n})
                        try_with(before, n, other);
        });
    }

    static std::array<std::int64_t, 7> numbers() {
        return {limits::min(), -2, -1, 0, 1, 6, limits::max()};
    }

    void try_with(std::int64_t before, std::int64_t n, std::int64_t other) {
        WRITE_ONCE(v, before);
        const outcome should_be = expected<Int>(op, before, n, other);
        BUG_ON(apply(v, n, other) != should_be.result);
        BUG_ON(READ_ONCE(v) != should_be.after);
    }
};

template <class Int>
void check_values(const functions<atomic_integer<Int>>& all) {
    options with;
    with.accept_vacuous = true;
    for (std::size_t i = 0; i != all.size(); ++i) {
        CAPTURE(atomic_operations[i].word);
        CHECK(verified(check<values<Int>>(with, &atomic_operations[i], all[i])));
    }
}

template <class Atomic>
void check_is_one_step(const functions<Atomic>& all) {
    for (const order_of form :
         {order_of::full, order_of::relaxed, order_of::acquire, order_of::release})
        for_each(all, form,
                 [](const atomic_operation&, const auto& o, const sample&) { check_value(o); });
}

} // namespace

TEST_CASE("atomics: the row of an operation is what its name says") {
    for (const atomic_operation& op : atomic_operations) {
        CAPTURE(op.word);
        const auto says = [&](std::string_view part) { return op.word.find(part) != op.word.npos; };
        const bool has_one = says("inc") || says("dec");
        CHECK((op.operand == atomic_operation::operand_of::one) == has_one);
        CHECK((op.change == change_of::plus) == (says("add") || says("inc")));
        CHECK((op.change == change_of::minus) == (says("sub") || says("dec")));
        CHECK((op.change == change_of::bit_clear) == says("andnot"));
        CHECK((op.change == change_of::bit_xor) == says("xor"));
        CHECK((op.change == change_of::put) == (says("xchg") || says("set")));
        CHECK((op.kind == kind_of::result) == says("_return"));
        CHECK((op.kind == kind_of::test) == says("_and_test"));
        CHECK((op.kind == kind_of::negative) == (says("_negative") && !says("unless")));
        CHECK((op.order == order_of::acquire) == says("_acquire"));
        CHECK((op.order == order_of::release) == says("_release"));
        const bool has_result =
            op.kind != kind_of::quiet && op.kind != kind_of::load && op.kind != kind_of::store;
        CHECK((op.order == order_of::full) ==
              (has_result && !says("_acquire") && !says("_release") && !says("_relaxed")));
    }
}

TEST_CASE("atomics: each operation of int gives what its row says, and wraps at 32 bits") {
    check_values(of_int);
}

TEST_CASE("atomics: each operation of s64 and long gives what its row says, and wraps at 64 bits") {
    check_values(of_s64);
    check_values(of_long);
}

TEST_CASE("atomics: additions without a result commute, and their sum wraps") {
    struct sums {
        atomic_t x{"x", std::numeric_limits<std::int32_t>::max()};
        atomic64_t y{"y", std::numeric_limits<std::int64_t>::max()};
    };
    using body = void (*)(sums&);
    const body adds = [](sums& s) {
        atomic_inc(s.x);
        atomic64_inc(s.y);
    };
    const auto wrapped = [](sums& s) {
        BUG_ON(READ_ONCE(s.x) != std::numeric_limits<std::int32_t>::min() + 1);
        BUG_ON(READ_ONCE(s.y) != std::numeric_limits<std::int64_t>::min() + 1);
    };
    const auto saturated = [](sums& s) {
        BUG_ON(READ_ONCE(s.x) != std::numeric_limits<std::int32_t>::max());
    };
    check_holds<sums>({{adds, adds}, wrapped});
    check_fails<sums>({{adds, adds}, saturated}, "BUG_ON");
    CHECK(weak<sums>({{adds, adds}, wrapped}).executions == 1);
}

TEST_CASE("atomics: an addition that wraps is seen as it is in a trace") {
    struct counter {
        atomic_t x{"x", std::numeric_limits<std::int32_t>::max()};
    };
    using body = void (*)(counter&);
    const body adds = [](counter& c) {
        atomic_inc(c.x);
        BUG_ON(atomic_read(c.x) < 0);
    };
    const result r = sc<counter>({{adds, adds}});
    REQUIRE(found(r, "BUG_ON"));
    CHECK(report::counterexample(r.counterexample, r.what).find("2147483647 -> -2147483648") !=
          std::string::npos);
}

TEST_CASE("atomics: each operation is one step") {
    check_is_one_step(of_int);
    check_is_one_step(of_s64);
    check_is_one_step(of_long);
}

TEST_CASE("atomics: an operation without a suffix that has a result is a full barrier") {
    check_orders(of_int, order_of::full, full);
    check_orders(of_s64, order_of::full, full);
    check_orders(of_long, order_of::full, full);
}

TEST_CASE("atomics: an _acquire form is an acquire and no more") {
    check_orders(of_int, order_of::acquire, acquire);
    check_orders(of_s64, order_of::acquire, acquire);
    check_orders(of_long, order_of::acquire, acquire);
}

TEST_CASE("atomics: a _release form is a release and no more") {
    check_orders(of_int, order_of::release, release);
    check_orders(of_s64, order_of::release, release);
    check_orders(of_long, order_of::release, release);
}

TEST_CASE("atomics: a _relaxed form, or one without a result, orders nothing") {
    check_orders(of_int, order_of::relaxed, none);
    check_orders(of_s64, order_of::relaxed, none);
    check_orders(of_long, order_of::relaxed, none);
}
