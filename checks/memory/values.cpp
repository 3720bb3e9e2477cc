// SPDX-License-Identifier: BSD-3-Clause
// value<T>: which dependencies a model has under the kernel's memory model, and that it is a number
// or a pointer under every one.

#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

#include <fmt/core.h>

using namespace wbsync;

namespace {

template <class Model, class... Args>
result explore(memory_kind memory, const Args&... args) {
    options with;
    with.memory = memory;
    const result r = check<Model>(with, args...);
    CHECK(r.limit.empty());
    return r;
}

/// Is there a finding, under the kernel's memory model?
template <class Model, class... Args>
bool is_found(const Args&... args) {
    return !explore<Model>(memory_kind::lkmm, args...).verified();
}

// --- S: a store that depends on a load comes after it -------------------------------------------

/// P0: x = 2; smp_wmb(); y = 1. P1: r = y, and a store to x, which must not come before x = 2.
struct store_after_load {
    using reader = void (*)(store_after_load&);
    reader second;
    atomic_t x{"x"};
    atomic_t y{"y"};
    atomic_t z{"z"};
    pointer<atomic_t> p{"p"};
    std::array<atomic_t, 2> cells{atomic_t{"cell[0]"}, atomic_t{"cell[1]"}};
    std::int64_t r = 0;

    explicit store_after_load(reader by) : second(by) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 2);
            smp_wmb();
            WRITE_ONCE(y, 1);
        });
        s.thread("P1", [this] { second(*this); });
    }
    void finally() { BUG_ON(r == 1 && READ_ONCE(x) == 2); }
};

/// The last line of each: `r` is only for finally().
void keep(store_after_load& m, const value<std::int64_t>& seen) {
    m.r = seen.peek();
}

void stores_constant(store_after_load& m) {
    const auto r = READ_ONCE(m.y);
    WRITE_ONCE(m.x, 1);
    keep(m, r);
}
void stores_value(store_after_load& m) {
    const auto r = READ_ONCE(m.y);
    WRITE_ONCE(m.x, r);
    keep(m, r);
}
void stores_sum(store_after_load& m) {
    const auto other = READ_ONCE(m.z);
    const auto r = READ_ONCE(m.y);
    WRITE_ONCE(m.x, 1 + (other ^ other) - (r - 1) * 0);
    keep(m, r);
}
void stores_other_sum(store_after_load& m) {
    const auto other = READ_ONCE(m.z);
    const auto r = READ_ONCE(m.y);
    WRITE_ONCE(m.x, 1 + (other ^ other));
    keep(m, r);
}
void branches(store_after_load& m) {
    const auto r = READ_ONCE(m.y);
    if (r == 1)
        WRITE_ONCE(m.x, 1);
    keep(m, r);
}
void branched_before(store_after_load& m) {
    const auto r = READ_ONCE(m.y);
    if (r == 1)
        WRITE_ONCE(m.z, 1);
    WRITE_ONCE(m.x, 1);
    keep(m, r);
}
void branches_within(store_after_load& m) {
    const auto r = READ_ONCE(m.y);
    if (branch taken{r == 1})
        WRITE_ONCE(m.x, 1);
    keep(m, r);
}
void branched_before_within(store_after_load& m) {
    const auto r = READ_ONCE(m.y);
    if (branch taken{r == 1})
        WRITE_ONCE(m.z, 1);
    WRITE_ONCE(m.x, 1);
    keep(m, r);
}
void converts(store_after_load& m) {
    const std::int64_t r = READ_ONCE(m.y);
    WRITE_ONCE(m.x, 1);
    m.r = r;
}
void exchanges_value(store_after_load& m) {
    const auto r = READ_ONCE(m.y);
    atomic_xchg_relaxed(m.x, r * 0 + 1);
    keep(m, r);
}
void exchanges_constant(store_after_load& m) {
    const auto r = READ_ONCE(m.y);
    atomic_xchg_relaxed(m.x, 1);
    keep(m, r);
}
void tests_bit(store_after_load& m) {
    const bool r = test_bit(0, m.y);
    WRITE_ONCE(m.x, 1);
    m.r = r ? 1 : 0;
}
void waits(store_after_load& m) {
    const auto r = await(m.y, [](std::int64_t v) { return v == 1; });
    WRITE_ONCE(m.x, 1);
    keep(m, r);
}

// --- MP: an access by an address that was loaded comes after the load ---------------------------

struct object {
    atomic_t data{"data"};
    plain<int> quiet{"quiet"};
};

/// P0 makes an object and publishes it; P1 looks at it, by the pointer or by another way.
struct publication {
    using reader = void (*)(publication&);
    reader second;
    bool released;
    object* it = kmalloc<object>("object");
    pointer<object> p{"p"};
    atomic_t elsewhere{"elsewhere"};
    plain<int> quiet_elsewhere{"quiet_elsewhere"};
    value<std::int64_t> data{1};
    bool found = false;

    publication(reader by, bool with_release) : second(by), released(with_release) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            it->quiet.write(1);
            quiet_elsewhere.write(1);
            WRITE_ONCE(it->data, 1);
            WRITE_ONCE(elsewhere, 1);
            if (released)
                rcu_assign_pointer(p, it);
            else
                WRITE_ONCE(p, it);
        });
        s.thread("P1", [this] { second(*this); });
    }
    void finally() {
        kfree(it);
        BUG_ON(found && data.peek() != 1);
    }
};

void reads_by_pointer(publication& m) {
    const auto o = rcu_dereference(m.p);
    if (branch taken{o != nullptr}) {
        m.found = true;
        m.data = READ_ONCE(o->data);
    }
}
void reads_by_plain_pointer(publication& m) {
    if (const object* o = rcu_dereference(m.p)) {
        m.found = true;
        m.data = READ_ONCE(o->data);
    }
}
void reads_by_relaxed_pointer(publication& m) {
    if (auto o = READ_ONCE(m.p)) {
        m.found = true;
        m.data = READ_ONCE(o->data);
    }
}
void reads_plainly(publication& m) {
    if (auto o = rcu_dereference(m.p))
        BUG_ON(o->quiet.read() != 1);
}
void reads_beside_pointer(publication& m) {
    if (auto o = rcu_dereference(m.p)) {
        m.found = true;
        m.data = READ_ONCE(m.elsewhere);
    }
}
void reads_plainly_beside_pointer(publication& m) {
    if (auto o = rcu_dereference(m.p))
        (void)m.quiet_elsewhere.read();
}

// --- lists --------------------------------------------------------------------------------------

struct entry {
    list_head link{"link", this};
    hlist_node node{"node", this};
    atomic_t data{"data"};
};

enum class kept_in : std::uint8_t { list, hlist, xarray };

struct container {
    kept_in what;
    bool elsewhere; ///< the reader does not go by the pointer that it has found
    list_head list{"list"};
    hlist_head bucket{"bucket"};
    xarray<entry> array{"array"};
    entry it;
    entry beside;
    bool stale = false;

    container(kept_in in, bool not_by_pointer) : what(in), elsewhere(not_by_pointer) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(it.data, 1);
            WRITE_ONCE(beside.data, 1);
            switch (what) {
            case kept_in::list: list_add_rcu(it.link, list); break;
            case kept_in::hlist: hlist_add_head_rcu(it.node, bucket); break;
            case kept_in::xarray: xa_store(array, 0, &it); break;
            }
        });
        s.thread("P1", [this] {
            rcu_read_lock();
            switch (what) {
            case kept_in::list:
                for (entry* e : list_for_each_entry_rcu<entry>(list))
                    look(*e);
                break;
            case kept_in::hlist:
                for (entry* e : hlist_for_each_entry_rcu<entry>(bucket))
                    look(*e);
                break;
            case kept_in::xarray:
                if (entry* e = xa_load(array, 0))
                    look(*e);
                break;
            }
            rcu_read_unlock();
        });
    }
    void look(entry& e) { stale = READ_ONCE(elsewhere ? beside.data : e.data).peek() == 0; }
    void finally() { BUG_ON(stale); }
};

// --- loops --------------------------------------------------------------------------------------

/// P1 spins, with the value on its stack.
template <bool Kept>
struct spinning {
    atomic_t x{"x"};
    atomic_t y{"y"};

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(y, 1);
            smp_store_release(x, 1);
        });
        s.thread("P1", [this] {
            if constexpr (Kept) {
                auto seen = smp_load_acquire(x);
                while (seen == 0)
                    seen = smp_load_acquire(x);
                BUG_ON(READ_ONCE(y) != seen);
            } else {
                std::int64_t seen = smp_load_acquire(x);
                while (seen == 0)
                    seen = smp_load_acquire(x);
                BUG_ON(READ_ONCE(y) != seen);
            }
        });
    }
};

// --- smp_rmb() ----------------------------------------------------------------------------------

enum class has_result : std::uint8_t { no, yes };

/// P0: y = 1; smp_wmb(); x = 1. P1: x |= 2, which sees that; smp_rmb(); r = y.
template <has_result Result>
struct reads_behind {
    atomic_t x{"x"};
    atomic_t y{"y"};
    std::int64_t r = 0;

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(y, 1);
            smp_wmb();
            WRITE_ONCE(x, 1);
        });
        s.thread("P1", [this] {
            if constexpr (Result == has_result::yes)
                (void)atomic_fetch_or_relaxed(2, x).peek();
            else
                atomic_or(2, x);
            smp_rmb();
            r = READ_ONCE(y).peek();
        });
    }
    void finally() { BUG_ON(READ_ONCE(x) == 3 && r == 0); }
};

} // namespace

TEST_CASE("lkmm: a store comes after a load that its value depends on") {
    CHECK(is_found<store_after_load>(&stores_constant));
    CHECK_FALSE(is_found<store_after_load>(&stores_value));
    CHECK_FALSE(is_found<store_after_load>(&exchanges_value));
    CHECK(is_found<store_after_load>(&exchanges_constant));
}

TEST_CASE("lkmm: arithmetic joins what its operands depend on") {
    CHECK_FALSE(is_found<store_after_load>(&stores_sum));
    CHECK(is_found<store_after_load>(&stores_other_sum));
}

TEST_CASE("lkmm: a condition decides about all later stores, unless it is that of a branch") {
    CHECK_FALSE(is_found<store_after_load>(&branches));
    CHECK_FALSE(is_found<store_after_load>(&branched_before));
    CHECK_FALSE(is_found<store_after_load>(&branches_within));
    CHECK(is_found<store_after_load>(&branched_before_within));
}

TEST_CASE("lkmm: a value that becomes a plain number decides about all later stores") {
    CHECK_FALSE(is_found<store_after_load>(&converts));
    CHECK_FALSE(is_found<store_after_load>(&tests_bit));
    CHECK_FALSE(is_found<store_after_load>(&waits));
}

TEST_CASE("lkmm: what is reached by a pointer comes after its load") {
    for (const bool released : {true, false}) {
        CAPTURE(released);
        CHECK(is_found<publication>(&reads_by_pointer, released) == !released);
        CHECK(is_found<publication>(&reads_by_plain_pointer, released) == !released);
        CHECK(is_found<publication>(&reads_by_relaxed_pointer, released) == !released);
        CHECK(is_found<publication>(&reads_plainly, released) == !released);
    }
}

TEST_CASE("lkmm: what is not reached by the pointer need not come after its load") {
    CHECK(is_found<publication>(&reads_beside_pointer, true));
    CHECK(is_found<publication>(&reads_plainly_beside_pointer, true));
}

TEST_CASE("under other models rcu_dereference() is an acquire") {
    for (const memory_kind memory : {memory_kind::sc, memory_kind::weak}) {
        CHECK(explore<publication>(memory, &reads_by_pointer, true).verified());
        CHECK(explore<publication>(memory, &reads_beside_pointer, true).verified());
    }
}

TEST_CASE("lkmm: entries of lists and arrays are reached by their addresses") {
    for (const kept_in what : {kept_in::list, kept_in::hlist, kept_in::xarray}) {
        CAPTURE(static_cast<int>(what));
        CHECK_FALSE(is_found<container>(what, false));
        CHECK(is_found<container>(what, true));
    }
}

TEST_CASE("lkmm: smp_rmb() does not order what an atomic operation without a result reads") {
    CHECK(is_found<reads_behind<has_result::no>>());
    CHECK_FALSE(is_found<reads_behind<has_result::yes>>());
}

TEST_CASE("a value may be kept over the rounds of a loop") {
    for (const memory_kind memory : {memory_kind::sc, memory_kind::weak, memory_kind::lkmm}) {
        const result kept = explore<spinning<true>>(memory);
        const result plain = explore<spinning<false>>(memory);
        CHECK(kept.verified());
        CHECK(kept.executions == plain.executions);
    }
}

TEST_CASE("a value is a number: arithmetic, comparison, text") {
    const value<std::int64_t> v{6};
    static_assert(std::is_same_v<decltype(v + 1), value<std::int64_t>>);
    static_assert(std::is_same_v<decltype(v == 1), value<bool>>);
    static_assert(!std::is_convertible_v<int, value<int>>);
    CHECK(v == 6);
    CHECK(7 != v);
    CHECK((v + v) * 2 - 4 == 20);
    CHECK((v << 1 | 1) == 13);
    CHECK(-v < 0);
    CHECK(!(v > 6));
    CHECK(~v == -7);
    CHECK(fmt::format("{:>3}", v) == "  6");
    CHECK(doctest::toString(v) == "6");
    std::int64_t sum = 1;
    sum += v;
    CHECK(sum == 7);
    const std::array<int, 7> table{0, 0, 0, 0, 0, 0, 9};
    CHECK(table[static_cast<std::size_t>(v.peek())] == 9);
    switch (v) {
    case 6: break;
    default: CHECK(false);
    }
}

TEST_CASE("a value is a pointer") {
    struct object {
        int data = 3;
    } o;
    const value<object*> v{&o};
    CHECK(v != nullptr);
    CHECK(nullptr != v);
    CHECK(v == &o);
    CHECK(static_cast<bool>(v));
    CHECK(&*v == &o);
    CHECK(v->data == 3);
    const object* const plain = v;
    CHECK(plain == &o);
}
