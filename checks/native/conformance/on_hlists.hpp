// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <array>

namespace conformance {

/// Two buckets and three objects for them; under the lock if there are two threads.
struct hlists {
    static constexpr const char* name = "hlist";

    struct object {
        explicit object(int n) : id(n), node({"node", n}, this) {}
        int id;
        wbsync::hlist_node node;
    };

    wbsync::spinlock_t lock{"lock"};
    wbsync::hlist_head a{"a"};
    wbsync::hlist_head b{"b"};
    std::array<object, 3> objects{object{1}, object{2}, object{3}};
    std::array<bool, 3> in_bucket{}; ///< read and written under the lock

    [[nodiscard]] wbsync::hlist_head& head(const call& c) { return one_of(a, b, c.i); }
    [[nodiscard]] wbsync::hlist_node& node(const call& c) {
        return objects[static_cast<std::size_t>(c.j)].node;
    }
    [[nodiscard]] bool& is_in(const call& c) { return in_bucket[static_cast<std::size_t>(c.j)]; }

    template <class Range>
    static std::int64_t digits(Range all) {
        std::int64_t n = 0;
        for (object* o : all)
            if (n = 10 * n + o->id; n > 99'999)
                break;
        return n;
    }

    template <class F>
    std::int64_t locked(const call& c, F f) {
        if (c.alone)
            return f();
        wbsync::spin_lock(lock);
        const std::int64_t result = f();
        wbsync::spin_unlock(lock);
        return result;
    }

    void end(values& v) const {
        v.push_back(digits(wbsync::hlist_for_each_entry<object>(a)));
        v.push_back(digits(wbsync::hlist_for_each_entry<object>(b)));
    }

    static operations_on<hlists> changes();
    static operations_on<hlists> looks();
    static std::vector<operations_on<hlists>> all() { return {changes(), looks()}; }
};

namespace detail {

/// Puts a node into a bucket, or takes it out.
template <class F>
operation_on<hlists> on_node(const char* name, bool in_before, F f) {
    return op<hlists>(name, [in_before, f](hlists& o, const call& c) {
        return o.locked(c, [&] {
            if (c.careful && o.is_in(c) != in_before)
                return left_out;
            f(o, c);
            o.is_in(c) = !in_before;
            return std::int64_t{1};
        });
    });
}

} // namespace detail

inline operations_on<hlists> hlists::changes() {
    using namespace wbsync;
    using o = hlists;
    return {
        detail::on_node("hlist_add_head", false,
                        [](o& h, const call& c) { hlist_add_head(h.node(c), h.head(c)); }),
        detail::on_node("hlist_add_head_rcu", false,
                        [](o& h, const call& c) { hlist_add_head_rcu(h.node(c), h.head(c)); }),
        detail::on_node("hlist_del", true, [](o& h, const call& c) { hlist_del(h.node(c)); }),
        detail::on_node("hlist_del_init", true,
                        [](o& h, const call& c) { hlist_del_init(h.node(c)); }),
        alone(detail::on_node("hlist_del_rcu", true,
                              [](o& h, const call& c) { hlist_del_rcu(h.node(c)); })),
        alone(detail::on_node("hlist_del_init_rcu", true,
                              [](o& h, const call& c) { hlist_del_init_rcu(h.node(c)); })),
    };
}

inline operations_on<hlists> hlists::looks() {
    using namespace wbsync;
    using o = hlists;
    return {
        op<o>("hlist_unhashed",
              [](o& h, const call& c) {
                  return h.locked(c, [&] { return std::int64_t{hlist_unhashed(h.node(c))}; });
              }),
        op<o>("hlist_empty", [](o& h, const call& c) { return hlist_empty(h.head(c)); }),
        op<o>("hlist_for_each_entry",
              [](o& h, const call& c) {
                  return h.locked(c,
                                  [&] { return digits(hlist_for_each_entry<object>(h.head(c))); });
              }),
        op<o>("hlist_for_each_entry_safe",
              [](o& h, const call& c) {
                  return h.locked(c, [&] {
                      std::int64_t n = 0;
                      for (object* it : hlist_for_each_entry_safe<object>(h.head(c))) {
                          n = 10 * n + it->id;
                          if (it->id % 2 == 1) {
                              hlist_del_init(it->node);
                              h.in_bucket[static_cast<std::size_t>(it->id - 1)] = false;
                          }
                      }
                      return n;
                  });
              }),
        alone(op<o>("hlist_for_each_entry_rcu",
                    [](o& h, const call& c) {
                        rcu_read_lock();
                        const auto n = digits(hlist_for_each_entry_rcu<object>(h.head(c)));
                        rcu_read_unlock();
                        return n;
                    })),
    };
}

} // namespace conformance
