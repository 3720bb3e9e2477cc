// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

/// Programs with load buffering, and with what forbids it, under the kernel's memory model.
namespace late_loads {

/// What the loads have returned, and the variables in the end.
using state = std::vector<std::int64_t>;

/// Some threads over some variables. Each thread leaves what it has read in `r`.
struct model {
    using body = void (*)(model&);
    using bodies = std::vector<body>;

    const bodies& all;
    std::set<state>* seen;
    wbsync::atomic_t x{"x"};
    wbsync::atomic_t y{"y"};
    wbsync::atomic_t z{"z"};
    wbsync::atomic_t w{"w"};
    std::array<std::int64_t, 4> r{};

    model(const bodies* of, std::set<state>* into) : all(*of), seen(into) {}

    void threads(wbsync::scenario& s) {
        for (std::size_t i = 0; i != all.size(); ++i)
            s.thread({"P", static_cast<int>(i)}, [this, i] { all[i](*this); });
    }
    void finally() {
        state s(r.begin(), r.end());
        for (const wbsync::atomic_t* v : {&x, &y, &z, &w})
            s.push_back(v->value.newest());
        seen->insert(s);
    }
};

struct program {
    std::string name;
    model::bodies threads;
    std::size_t states; ///< that the kernel's model gives it; each one is one execution
    bool has_late;      ///< one of them needs a late load
};

namespace detail {

using wbsync::atomic_t;
using wbsync::branch;
using wbsync::smp_load_acquire;
using wbsync::smp_mb;
using wbsync::smp_store_release;

/// r[i] = READ_ONCE(from), which decides about nothing; WRITE_ONCE(to, 1).
template <int I, auto From, auto To>
void plainly(model& m) {
    const auto r = READ_ONCE(m.*From);
    WRITE_ONCE(m.*To, 1);
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void by_mb(model& m) {
    const auto r = READ_ONCE(m.*From);
    smp_mb();
    WRITE_ONCE(m.*To, 1);
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void by_release(model& m) {
    const auto r = READ_ONCE(m.*From);
    smp_store_release(m.*To, 1);
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void by_acquire(model& m) {
    const auto r = smp_load_acquire(m.*From);
    WRITE_ONCE(m.*To, 1);
    m.r[I] = r;
}
template <int I, auto From, auto To>
void by_data(model& m) {
    const auto r = READ_ONCE(m.*From);
    WRITE_ONCE(m.*To, r + 1);
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void by_value(model& m) {
    const auto r = READ_ONCE(m.*From);
    WRITE_ONCE(m.*To, r * 0 + 1);
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void by_branch(model& m) {
    const auto r = READ_ONCE(m.*From);
    if (branch taken{r == 1})
        WRITE_ONCE(m.*To, 1);
    m.r[I] = r.peek();
}
/// Nothing of the cycle is in the branch.
template <int I, auto From, auto To>
void after_branch(model& m) {
    if (const auto r = READ_ONCE(m.*From); branch taken{r == 1})
        m.r[I] = r.peek();
    WRITE_ONCE(m.*To, 1);
}
/// Who reads another value has no barrier.
template <int I, auto From, auto To>
void by_barrier_for_zero(model& m) {
    const auto r = READ_ONCE(m.*From);
    if (branch taken{r == 0})
        smp_mb();
    WRITE_ONCE(m.*To, 1);
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void after_if(model& m) {
    m.r[I] = READ_ONCE(m.*From);
    WRITE_ONCE(m.*To, 1);
}
template <int I, auto From, auto To>
void adds(model& m) {
    const auto r = READ_ONCE(m.*From);
    atomic_inc(m.*To);
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void exchanges(model& m) {
    const auto r = READ_ONCE(m.*From);
    (void)atomic_xchg_relaxed(m.*To, 1).peek();
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void stores_twice(model& m) {
    const auto r = READ_ONCE(m.*From);
    WRITE_ONCE(m.*To, 1);
    WRITE_ONCE(m.*To, 2);
    m.r[I] = r.peek();
}
/// It reads another variable as well.
template <int I, auto From, int J, auto Other, auto To>
void reads_two(model& m) {
    const auto r = READ_ONCE(m.*From);
    const auto q = READ_ONCE(m.*Other);
    WRITE_ONCE(m.*To, 1);
    m.r[I] = r.peek();
    m.r[J] = q.peek();
}
template <int I, auto From, auto To, auto Too>
void stores_two(model& m) {
    const auto r = READ_ONCE(m.*From);
    WRITE_ONCE(m.*To, 1);
    WRITE_ONCE(m.*Too, 1);
    m.r[I] = r.peek();
}
template <int I, auto From, auto To, int J>
void reads_again(model& m) {
    const auto r = READ_ONCE(m.*From);
    WRITE_ONCE(m.*To, 1);
    const auto q = READ_ONCE(m.*From);
    m.r[I] = r.peek();
    m.r[J] = q.peek();
}
/// r[i] = what a read-modify-write of `from` returns; WRITE_ONCE(to, 1).
template <int I, auto From, auto To, auto Update>
void updates(model& m) {
    const auto r = Update(m.*From);
    WRITE_ONCE(m.*To, 1);
    m.r[I] = r.peek();
}
/// The same with smp_mb() in between.
template <int I, auto From, auto To, auto Update>
void updates_before_mb(model& m) {
    const auto r = Update(m.*From);
    smp_mb();
    WRITE_ONCE(m.*To, 1);
    m.r[I] = r.peek();
}
constexpr auto exchange = [](atomic_t& v) { return atomic_xchg_relaxed(v, 5); };
constexpr auto exchange_release = [](atomic_t& v) { return atomic_xchg_release(v, 5); };
constexpr auto exchange_acquire = [](atomic_t& v) { return atomic_xchg_acquire(v, 5); };
constexpr auto exchange_fully = [](atomic_t& v) { return atomic_xchg(v, 5); };
constexpr auto add = [](atomic_t& v) { return atomic_fetch_add_relaxed(1, v); };
constexpr auto put_7_for_1 = [](atomic_t& v) { return atomic_cmpxchg_relaxed(v, 1, 7); };
constexpr auto put_7_for_1_fully = [](atomic_t& v) { return atomic_cmpxchg(v, 1, 7); };
constexpr auto put_7_for_0_fully = [](atomic_t& v) { return atomic_cmpxchg(v, 0, 7); };
constexpr auto put_7_for_0_acquire = [](atomic_t& v) { return atomic_cmpxchg_acquire(v, 0, 7); };
constexpr auto add_5_unless_2 = [](atomic_t& v) { return atomic_fetch_add_unless(v, 5, 2); };
constexpr auto put_7_for_9_fully = [](atomic_t& v) { return atomic_cmpxchg(v, 9, 7); };
/// The same without a result.
template <auto From, auto To>
void increments(model& m) {
    atomic_inc(m.*From);
    WRITE_ONCE(m.*To, 1);
}
template <int I, auto From, auto To, int N>
void sets(model& m) {
    const auto r = READ_ONCE(m.*From);
    WRITE_ONCE(m.*To, N);
    m.r[I] = r.peek();
}
template <int I, auto From, int J, auto To>
void fetches(model& m) {
    const auto r = READ_ONCE(m.*From);
    const auto q = atomic_fetch_add_relaxed(1, m.*To);
    m.r[I] = r.peek();
    m.r[J] = q.peek();
}
template <int I, auto From, auto To>
void adds_twice(model& m) {
    const auto r = READ_ONCE(m.*From);
    atomic_add(4, m.*To);
    atomic_add(3, m.*To);
    m.r[I] = r.peek();
}
/// Nobody knows what it stores if the late addition to `to` comes later, until that has been tried.
template <int I, auto From, int J, auto To>
void fetches_in_branch(model& m) {
    const auto r = READ_ONCE(m.*From);
    if (branch taken{r == 1}) {
        const auto q = atomic_fetch_add_relaxed(4, m.*To);
        m.r[J] = q.peek();
    }
    m.r[I] = r.peek();
}
template <int I, auto From, auto To>
void updates_by_data(model& m) {
    const auto r = atomic_fetch_add_relaxed(1, m.*From);
    WRITE_ONCE(m.*To, r + 1);
    m.r[I] = r.peek();
}
/// smp_rmb() is between what a read-modify-write of `from` reads and r[i] = other.
template <int I, auto From, auto Other, auto Update>
void updates_before_rmb(model& m) {
    Update(m.*From);
    wbsync::smp_rmb();
    m.r[I] = READ_ONCE(m.*Other).peek();
}
constexpr auto set_2 = [](atomic_t& v) { atomic_or(2, v); };
constexpr auto fetch_and_set_2 = [](atomic_t& v) { (void)atomic_fetch_or_relaxed(2, v).peek(); };
template <auto To, auto Too>
void stores_behind_wmb(model& m) {
    WRITE_ONCE(m.*To, 1);
    wbsync::smp_wmb();
    WRITE_ONCE(m.*Too, 1);
}
/// Without a load of its own before the store.
template <auto To, int N>
void stores(model& m) {
    WRITE_ONCE(m.*To, N);
}
template <auto To, int I, auto From>
void stores_first(model& m) {
    WRITE_ONCE(m.*To, 1);
    m.r[I] = READ_ONCE(m.*From).peek();
}
template <auto To, auto Too>
void stores_both(model& m) {
    WRITE_ONCE(m.*To, 1);
    WRITE_ONCE(m.*Too, 1);
}
template <int I, auto From, int J, auto Other>
void reads_both(model& m) {
    m.r[I] = READ_ONCE(m.*From).peek();
    m.r[J] = READ_ONCE(m.*Other).peek();
}

} // namespace detail

/// In each some load may be late, unless `has_late` says otherwise.
inline std::vector<program> programs() {
    using namespace detail;
    constexpr auto x = &model::x;
    constexpr auto y = &model::y;
    constexpr auto z = &model::z;
    constexpr auto w = &model::w;
    return {
        {"LB", {plainly<0, x, y>, plainly<1, y, x>}, 4, true},
        {"LB+mb+po", {by_mb<0, x, y>, plainly<1, y, x>}, 4, true},
        {"LB+mb+mb", {by_mb<0, x, y>, by_mb<1, y, x>}, 3, false},
        {"LB+release+po", {by_release<0, x, y>, plainly<1, y, x>}, 4, true},
        {"LB+release+release", {by_release<0, x, y>, by_release<1, y, x>}, 3, false},
        {"LB+acquire+po", {by_acquire<0, x, y>, plainly<1, y, x>}, 4, true},
        {"LB+acquire+acquire", {by_acquire<0, x, y>, by_acquire<1, y, x>}, 3, false},
        {"LB+data+po", {by_data<0, x, y>, plainly<1, y, x>}, 4, true},
        {"LB+po+data", {plainly<0, x, y>, by_data<1, y, x>}, 4, true},
        {"LB+data+data", {by_data<0, x, y>, by_data<1, y, x>}, 3, false},
        {"LB+branch+po", {by_branch<0, x, y>, plainly<1, y, x>}, 3, true},
        {"LB+branch+branch", {by_branch<0, x, y>, by_branch<1, y, x>}, 1, false},
        {"LB+branch+mb", {by_branch<0, x, y>, by_mb<1, y, x>}, 2, false},
        {"LB, each behind a branch", {after_branch<0, x, y>, after_branch<1, y, x>}, 4, true},
        {"LB, each behind an if", {after_if<0, x, y>, after_if<1, y, x>}, 3, false},
        {"LB with atomic_inc()", {adds<0, x, y>, adds<1, y, x>}, 4, true},
        {"LB with atomic_inc() in one thread", {adds<0, x, y>, by_data<1, y, x>}, 4, true},
        {"LB with atomic_xchg_relaxed()", {exchanges<0, x, y>, exchanges<1, y, x>}, 4, true},
        {"LB with two stores", {stores_twice<0, x, y>, plainly<1, y, x>}, 6, true},
        {"LB, and the variable again", {reads_again<0, x, y, 2>, stores_twice<1, y, x>}, 12, true},
        {"LB+po+data, and the variable again",
         {reads_again<0, x, y, 2>, by_data<1, y, x>},
         6,
         true},
        {"LB+barrier for 0+data", {by_barrier_for_zero<0, x, y>, by_data<1, y, x>}, 4, true},
        {"LB with two loads", {reads_two<0, x, 1, z, y>, stores_two<2, y, x, z>}, 8, true},
        {"LB of three threads", {plainly<0, x, y>, plainly<1, y, z>, plainly<2, z, x>}, 8, true},
        {"LB of three threads, two of them ordered",
         {by_data<0, x, y>, plainly<1, y, z>, by_release<2, z, x>},
         8,
         true},
        {"LB of three threads, all of them ordered",
         {by_data<0, x, y>, by_release<1, y, z>, by_mb<2, z, x>},
         7,
         false},
        {"two cycles",
         {plainly<0, x, y>, plainly<1, y, x>, plainly<2, z, w>, plainly<3, w, z>},
         16,
         true},
        {"two cycles that share a thread",
         {reads_two<0, x, 1, z, y>, plainly<2, y, x>, plainly<3, y, z>},
         16,
         true},
        {"LB after an exchange", {updates<0, x, y, exchange>, plainly<1, y, x>}, 4, true},
        {"LB after xchg_release", {updates<0, x, y, exchange_release>, plainly<1, y, x>}, 4, true},
        {"LB after xchg_acquire", {updates<0, x, y, exchange_acquire>, by_data<1, y, x>}, 3, false},
        {"LB after a full exchange",
         {updates<0, x, y, exchange_fully>, by_data<1, y, x>},
         3,
         false},
        {"LB after an exchange, and data", {updates<0, x, y, exchange>, by_data<1, y, x>}, 4, true},
        {"LB after an exchange between two stores",
         {updates<0, x, y, exchange>, stores_twice<1, y, x>},
         6,
         true},
        {"LB after atomic_inc()", {increments<x, y>, sets<0, y, x, 5>}, 4, true},
        {"LB of atomic_inc() and of an addition with a result",
         {increments<x, y>, fetches<0, y, 1, x>},
         4,
         true},
        {"LB of an addition with a result and two without",
         {updates<0, x, y, add>, adds_twice<1, y, x>},
         6,
         true},
        {"LB of two additions, one of them in a branch",
         {updates<0, x, y, add>, fetches_in_branch<1, y, 2, x>},
         3,
         true},
        {"LB of two additions with results", {updates<0, x, y, add>, fetches<1, y, 2, x>}, 4, true},
        {"LB after a change that only a late load allows",
         {updates<0, x, y, put_7_for_1>, plainly<1, y, x>},
         4,
         true},
        {"LB after the same with full barriers",
         {updates<0, x, y, put_7_for_1_fully>, by_data<1, y, x>},
         4,
         true},
        {"LB after a full change that fails",
         {updates<0, x, y, put_7_for_9_fully>, by_data<1, y, x>},
         4,
         true},
        {"LB after a full change that only a late load lets fail",
         {updates<0, x, y, put_7_for_0_fully>, by_data<1, y, x>},
         4,
         true},
        {"LB after an acquiring change that only a late load lets fail",
         {updates<0, x, y, put_7_for_0_acquire>, by_data<1, y, x>},
         4,
         true},
        {"LB after an addition that only a late load lets fail",
         {updates<0, x, y, add_5_unless_2>, by_data<1, y, x>},
         4,
         true},
        {"LB after a full change that only a late load lets fail, and a barrier of its own",
         {updates_before_mb<0, x, y, put_7_for_0_fully>, by_data<1, y, x>},
         3,
         false},
        {"LB after a full change that only a late load lets fail, and a release",
         {updates<0, x, y, put_7_for_0_fully>, by_release<1, y, x>},
         4,
         true},
        {"LB after an addition, data in both",
         {updates_by_data<0, x, y>, by_data<1, y, x>},
         3,
         false},
    };
}

/// Programs in which nothing can be late: they run as many executions as under rc11.
inline std::vector<program> without_cycles() {
    using namespace detail;
    constexpr auto x = &model::x;
    constexpr auto y = &model::y;
    return {
        {"SB", {stores_first<x, 0, y>, stores_first<y, 1, x>}, 4, false},
        {"MP", {stores_both<x, y>, reads_both<0, y, 1, x>}, 4, false},
        {"CoRW", {plainly<0, x, x>, stores<x, 2>}, 3, false},
    };
}

/// What a read-modify-write without a result reads may come after a later load.
inline std::vector<program> without_results() {
    using namespace detail;
    constexpr auto x = &model::x;
    constexpr auto y = &model::y;
    return {
        {"MP to atomic_or() and smp_rmb()",
         {stores_behind_wmb<y, x>, updates_before_rmb<0, x, y, set_2>},
         4,
         false},
        {"MP to atomic_fetch_or_relaxed() and smp_rmb()",
         {stores_behind_wmb<y, x>, updates_before_rmb<0, x, y, fetch_and_set_2>},
         3,
         false},
    };
}

/// P0: r = x; y = 1; and a plain read of what P1 has written before it stores q + 1 to x, where q
/// is what it has read of y. That r is 2 needs a late load; then it is a race, unless P0 has a
/// barrier before the plain read, and P1 a release.
struct hands_over {
    bool ordered;
    bool* passed; ///< P0 comes to its end with that
    wbsync::atomic_t x{"x"};
    wbsync::atomic_t y{"y"};
    wbsync::plain<int> data{"data"};
    bool came = false;

    hands_over(bool with_barriers, bool* comes) : ordered(with_barriers), passed(comes) {}

    void threads(wbsync::scenario& s) {
        s.thread("P0", [this] {
            const auto r = READ_ONCE(x);
            WRITE_ONCE(y, 1);
            if (r.peek() != 2)
                return;
            if (ordered)
                wbsync::smp_rmb();
            (void)data.read();
            came = true;
        });
        s.thread("P1", [this] {
            data.write(1);
            const auto q = READ_ONCE(y);
            if (ordered)
                smp_store_release(x, q + 1);
            else
                WRITE_ONCE(x, q + 1);
        });
    }
    void finally() { *passed = *passed || came; }
};

} // namespace late_loads
