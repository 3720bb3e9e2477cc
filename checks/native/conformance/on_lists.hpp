// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/linked.hpp"

namespace conformance {

/// Two lists.
struct lists : linked<wbsync::list_head, wbsync::list_head> {
    static constexpr const char* name = "list_head";

    void end(values& v) const {
        v.push_back(digits(wbsync::list_for_each_entry<object>(a)));
        v.push_back(digits(wbsync::list_for_each_entry<object>(b)));
    }

    static operations_on<lists> changes();
    static operations_on<lists> of_readers();
    static std::vector<operations_on<lists>> all() { return {changes(), of_readers()}; }
};

namespace detail {

enum class entry : std::uint8_t { is_added, is_deleted, stays };

/// An operation on an entry. Adding an entry twice is noticed only if it is its own neighbour;
/// otherwise the list is ruined, so such a line is left out. Careless scripts delete what is on no
/// list.
template <class F>
operation_on<lists> on_entry(const char* name, entry how, F f) {
    return op<lists>(name, [how, f](lists& o, const call& c) {
        return o.locked(c, [&] {
            bool& on = o.is_on(c);
            if (how == entry::is_added ? on : !on && (c.careful || how == entry::stays))
                return left_out;
            f(o, c);
            on = how != entry::is_deleted;
            return std::int64_t{1};
        });
    });
}

} // namespace detail

inline operations_on<lists> lists::changes() {
    using namespace wbsync;
    using o = lists;
    return {
        detail::on_entry("list_add", detail::entry::is_added,
                         [](o& l, const call& c) { list_add(l.node(c), l.head(c)); }),
        detail::on_entry("list_add_tail", detail::entry::is_added,
                         [](o& l, const call& c) { list_add_tail(l.node(c), l.head(c)); }),
        detail::on_entry("list_del_init", detail::entry::is_deleted,
                         [](o& l, const call& c) { list_del_init(l.node(c)); }),
        detail::on_entry("list_move", detail::entry::stays,
                         [](o& l, const call& c) { list_move(l.node(c), l.head(c)); }),
        detail::on_entry("list_move_tail", detail::entry::stays,
                         [](o& l, const call& c) { list_move_tail(l.node(c), l.head(c)); }),
        detail::on_entry("list_del", detail::entry::is_deleted,
                         [](o& l, const call& c) {
                             list_del(l.node(c));
                             if (c.careful)
                                 INIT_LIST_HEAD(l.node(c));
                         }),
        silent(alone(op<o>("list_add, twice",
                           [](o& l, const call& c) {
                               if (c.careful || l.is_on(c))
                                   return left_out;
                               list_add(l.node(c), l.head(c));
                               list_add(l.node(c), l.head(c));
                               return std::int64_t{1};
                           }))),
        op<o>("list_splice_init",
              [](o& l, const call& c) {
                  l.locked(c, [&] { list_splice_init(l.head(c), one_of(l.b, l.a, c.i)); });
              }),
        op<o>("list_empty", [](o& l, const call& c) { return list_empty(l.head(c)); }),
        op<o>("list_for_each_entry",
              [](o& l, const call& c) {
                  return l.locked(c,
                                  [&] { return digits(list_for_each_entry<object>(l.head(c))); });
              }),
        op<o>("list_for_each_entry_safe",
              [](o& l, const call& c) {
                  return l.locked(c, [&] {
                      std::int64_t n = 0;
                      for (object* it : list_for_each_entry_safe<object>(l.head(c))) {
                          n = 10 * n + it->id;
                          if (it->id % 2 == 1) {
                              list_del_init(it->node);
                              l.forget(*it);
                          }
                      }
                      return n;
                  });
              }),
        op<o>("list_first_entry_or_null",
              [](o& l, const call& c) {
                  return l.locked(
                      c, [&] { return number(list_first_entry_or_null<object>(l.head(c))); });
              }),
    };
}

inline operations_on<lists> lists::of_readers() {
    using namespace wbsync;
    using o = lists;
    return {
        detail::on_entry("list_add_rcu", detail::entry::is_added,
                         [](o& l, const call& c) { list_add_rcu(l.node(c), l.head(c)); }),
        detail::on_entry("list_add_tail_rcu", detail::entry::is_added,
                         [](o& l, const call& c) { list_add_tail_rcu(l.node(c), l.head(c)); }),
        alone(detail::on_entry("list_del_rcu", detail::entry::is_deleted,
                               [](o& l, const call& c) {
                                   list_del_rcu(l.node(c));
                                   if (c.careful)
                                       INIT_LIST_HEAD(l.node(c));
                               })),
        alone(op<o>("list_replace_rcu",
                    [](o& l, const call& c) {
                        const auto next = static_cast<std::size_t>((c.j + 1) % 3);
                        if (!l.is_on(c) || l.on_list[next])
                            return left_out;
                        list_replace_rcu(l.node(c), l.objects[next].node);
                        l.is_on(c) = false;
                        l.on_list[next] = true;
                        if (c.careful)
                            INIT_LIST_HEAD(l.node(c));
                        return std::int64_t{1};
                    })),
        op<o>("list_for_each_entry_rcu",
              [](o& l, const call& c) {
                  if (!c.alone) // another list operation may come in between, without end
                      return left_out;
                  rcu_read_lock();
                  const auto n = digits(list_for_each_entry_rcu<object>(l.head(c)));
                  rcu_read_unlock();
                  return n;
              }),
        op<o>("list_first_or_null_rcu",
              [](o& l, const call& c) {
                  rcu_read_lock();
                  const auto n = number(list_first_or_null_rcu<object>(l.head(c)));
                  rcu_read_unlock();
                  return n;
              }),
    };
}

} // namespace conformance
