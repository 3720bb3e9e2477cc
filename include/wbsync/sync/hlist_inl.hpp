// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/sync/hlist.hpp>

#include <fmt/core.h>

namespace wbsync::detail {

inline hlist_node& hlist_poison() {
    static hlist_node poison = [] {
        const platform::outside_of_execution none;
        return hlist_node{"LIST_POISON1", nullptr};
    }();
    return poison;
}

inline hlist_node* follow(const pointer<hlist_node>& p, platform::memory_order order,
                          const char* verb, const site& at) {
    hlist_node* n = pointer<hlist_node>::to_pointer(p.value.load(order, verb, at));
    if (n == &hlist_poison())
        violated("misuse",
                 fmt::format("{} follows {}, which was deleted with hlist_del()", verb,
                             p.value.name().str()),
                 at);
    return n;
}

inline hlist_node* follow_rcu(const pointer<hlist_node>& p, const char* verb, const site& at) {
    hlist_node* n = follow(p, order_of_dependency(), verb, at);
    point_newest_to(n, at);
    return n;
}

inline void hlist_add(hlist_node& n, hlist_head& head, platform::memory_order publish,
                      const char* verb, const site& at) {
    auto* before = n.pprev.read(at);
    if (before != nullptr && before != &hlist_poison().next)
        violated("misuse", fmt::format("{}({}): it is in a bucket already", verb, n.name.str()),
                 at);
    auto* first = pointer<hlist_node>::to_pointer(head.first.value.newest(at));
    head.locked.write(&n, at);
    point(n.next, first, platform::memory_order::relaxed, verb, at);
    n.pprev.write(&head.first, at);
    point(head.first, &n, publish, verb, at);
    if (first != nullptr)
        first->pprev.write(&n.next, at);
}

inline void hlist_unlink(hlist_node& n, const char* verb, const site& at) {
    auto* before = n.pprev.read(at);
    if (before == nullptr || before == &hlist_poison().next)
        violated("misuse", fmt::format("{}({}): it is in no bucket", verb, n.name.str()), at);
    auto* after = pointer<hlist_node>::to_pointer(n.next.value.newest(at));
    point(*before, after, platform::memory_order::relaxed, verb, at);
    if (after != nullptr)
        after->pprev.write(before, at);
}

} // namespace wbsync::detail

namespace wbsync {

inline void hlist_del(hlist_node& n, const site& at) {
    detail::hlist_unlink(n, "hlist_del", at);
    detail::point(n.next, &detail::hlist_poison(), platform::memory_order::relaxed, "hlist_del",
                  at);
    n.pprev.write(&detail::hlist_poison().next, at);
}

inline void hlist_del_init(hlist_node& n, const site& at) {
    if (hlist_unhashed(n, at))
        return;
    detail::hlist_unlink(n, "hlist_del_init", at);
    detail::point(n.next, nullptr, platform::memory_order::relaxed, "hlist_del_init", at);
    n.pprev.write(nullptr, at);
}

inline void hlist_del_rcu(hlist_node& n, const site& at) {
    detail::hlist_unlink(n, "hlist_del_rcu", at);
    n.pprev.write(&detail::hlist_poison().next, at);
}

inline void hlist_del_init_rcu(hlist_node& n, const site& at) {
    if (hlist_unhashed(n, at))
        return;
    detail::hlist_unlink(n, "hlist_del_init_rcu", at);
    n.pprev.write(nullptr, at);
}

} // namespace wbsync
