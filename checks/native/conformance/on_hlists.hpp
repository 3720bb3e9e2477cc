// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/linked.hpp"

namespace conformance {

/// Two buckets.
struct hlists : linked<wbsync::hlist_head, wbsync::hlist_node> {
    static constexpr const char* name = "hlist";

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
            if (c.careful && o.is_on(c) != in_before)
                return left_out;
            f(o, c);
            o.is_on(c) = !in_before;
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
                              h.forget(*it);
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
