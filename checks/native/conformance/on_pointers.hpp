// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <array>

namespace conformance {

/// Pointers, lists without a lock and arrays of pointers, to three objects.
struct pointers {
    static constexpr const char* name = "pointer, llist, xarray";

    struct object {
        explicit object(int n) : id(n), node({"node", n}, this) {}
        int id;
        wbsync::llist_node node;
    };

    std::array<object, 3> objects{object{1}, object{2}, object{3}};
    wbsync::pointer<object> p{"p"};
    wbsync::llist_head list{"list"};
    std::array<wbsync::atomic_t, 3> taken{wbsync::atomic_t{"taken0"}, wbsync::atomic_t{"taken1"},
                                          wbsync::atomic_t{"taken2"}};
    wbsync::xarray<object, 2> xa{"xa"};

    static std::int64_t number(const object* o) { return o == nullptr ? 0 : o->id; }
    /// One of the three, or none.
    [[nodiscard]] object* chosen(std::int64_t n) {
        return n <= 0 ? nullptr : &objects[static_cast<std::size_t>(n % 3)];
    }
    [[nodiscard]] object& one(const call& c) { return objects[static_cast<std::size_t>(c.j)]; }
    [[nodiscard]] static std::size_t slot(const call& c) {
        return c.careful ? static_cast<std::size_t>(c.i) : static_cast<std::size_t>(c.j);
    }

    void end(values& v) {
        v.push_back(number(wbsync::READ_ONCE(p)));
        v.push_back(digits(wbsync::llist_del_all(list)));
        for (std::size_t i = 0; i != 2; ++i)
            v.push_back(number(wbsync::xa_load(xa, i)));
    }
    static std::int64_t digits(const wbsync::llist_node* node) {
        std::int64_t n = 0;
        for (; node != nullptr; node = node->next)
            n = 10 * n + wbsync::llist_entry<object>(node)->id;
        return n;
    }

    static operations_on<pointers> of_pointers();
    static operations_on<pointers> of_llists();
    static operations_on<pointers> of_xarrays();
    static std::vector<operations_on<pointers>> all() {
        return {of_pointers(), of_llists(), of_xarrays()};
    }
};

inline operations_on<pointers> pointers::of_pointers() {
    using namespace wbsync;
    using o = pointers;
    return {
        op<o>("READ_ONCE(pointer)", [](o& x, const call&) { return number(READ_ONCE(x.p)); }),
        op<o>("smp_load_acquire(pointer)",
              [](o& x, const call&) { return number(smp_load_acquire(x.p)); }),
        op<o>("rcu_dereference",
              [](o& x, const call&) {
                  rcu_read_lock();
                  const auto n = number(rcu_dereference(x.p));
                  rcu_read_unlock();
                  return n;
              }),
        op<o>("WRITE_ONCE(pointer)", [](o& x, const call& c) { WRITE_ONCE(x.p, x.chosen(c.n)); }),
        op<o>("smp_store_release(pointer)",
              [](o& x, const call& c) { smp_store_release(x.p, x.chosen(c.n)); }),
        op<o>("rcu_assign_pointer",
              [](o& x, const call& c) { rcu_assign_pointer(x.p, x.chosen(c.n)); }),
        op<o>("xchg", [](o& x, const call& c) { return number(xchg(x.p, x.chosen(c.n))); }),
    };
}

inline operations_on<pointers> pointers::of_llists() {
    using namespace wbsync;
    using o = pointers;
    return {
        op<o>("llist_add",
              [](o& x, const call& c) {
                  if (atomic_xchg(x.taken[static_cast<std::size_t>(c.j)], 1) != 0)
                      return left_out; // on a list twice: nothing is promised
                  return std::int64_t{llist_add(x.one(c).node, x.list)};
              }),
        op<o>("llist_del_all", [](o& x, const call&) { return digits(llist_del_all(x.list)); }),
        op<o>("llist_empty", [](o& x, const call&) { return llist_empty(x.list); }),
    };
}

inline operations_on<pointers> pointers::of_xarrays() {
    using namespace wbsync;
    using o = pointers;
    return {
        op<o>("xa_load", [](o& x, const call& c) { return number(xa_load(x.xa, slot(c))); }),
        op<o>("xa_store",
              [](o& x, const call& c) { return number(xa_store(x.xa, slot(c), x.chosen(c.n))); }),
        op<o>("xa_erase", [](o& x, const call& c) { return number(xa_erase(x.xa, slot(c))); }),
        op<o>("xa_cmpxchg",
              [](o& x, const call& c) {
                  return number(xa_cmpxchg(x.xa, slot(c), x.chosen(c.m - 1), x.chosen(c.n)));
              }),
        op<o>("__xa_store",
              [](o& x, const call& c) {
                  if (c.careful)
                      xa_lock(x.xa);
                  const auto n = number(__xa_store(x.xa, slot(c), x.chosen(c.n)));
                  if (c.careful)
                      xa_unlock(x.xa);
                  return n;
              }),
        op<o>("__xa_erase",
              [](o& x, const call& c) {
                  xa_lock(x.xa);
                  const auto n = number(__xa_erase(x.xa, slot(c)));
                  xa_unlock(x.xa);
                  return n;
              }),
        op<o>("__xa_cmpxchg",
              [](o& x, const call& c) {
                  xa_lock(x.xa);
                  const auto n =
                      number(__xa_cmpxchg(x.xa, slot(c), x.chosen(c.m - 1), x.chosen(c.n)));
                  xa_unlock(x.xa);
                  return n;
              }),
        op<o>("xa_for_each",
              [](o& x, const call&) {
                  std::int64_t n = 0;
                  xa_for_each(x.xa, [&](std::size_t i, object* it) {
                      n = 100 * n + 10 * static_cast<std::int64_t>(i + 1) + it->id;
                  });
                  return n;
              }),
    };
}

} // namespace conformance
