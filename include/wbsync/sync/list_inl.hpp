// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/sync/list.hpp>

#include <fmt/core.h>

namespace wbsync::detail {

inline list_head& list_poison() {
    static list_head poison = [] {
        const platform::outside_of_execution none;
        return list_head{"LIST_POISON1"};
    }();
    return poison;
}

inline list_head* next_of(const list_head& l, platform::memory_order order, const char* verb,
                          const site& at) {
    list_head* next = pointer<list_head>::to_pointer(l.next.value.load(order, verb, at));
    if (next == &list_poison())
        violated(
            "misuse",
            fmt::format("{} follows {}, which was deleted with list_del()", verb, l.name.str()),
            at);
    return next;
}

inline list_head* next_rcu(const list_head& l, const list_head& head, const char* verb,
                           const site& at) {
    list_head* next = next_of(l, order_of_dependency(), verb, at);
    if (next != &head)
        point_newest_to(next, at);
    return next;
}

inline void link(list_head& entry, list_head& before, list_head& after,
                 platform::memory_order publish, const char* verb, const site& at) {
    if (newest_next(before, at) != &after || &entry == &before || &entry == &after)
        violated("misuse",
                 fmt::format("{}({}): it is on the list, or {} is not", verb, entry.name.str(),
                             before.name.str()),
                 at);
    set_next(entry, &after, platform::memory_order::relaxed, verb, at);
    entry.prev.write(&before, at);
    set_next(before, &entry, publish, verb, at);
    after.prev.write(&entry, at);
}

inline void unlink(list_head& entry, const char* verb, const site& at) {
    list_head* before = entry.prev.read(at);
    list_head* after = newest_next(entry, at);
    if (before == &list_poison() || after == &list_poison() || newest_next(*before, at) != &entry)
        violated("misuse", fmt::format("{}({}): it is not on a list", verb, entry.name.str()), at);
    after->prev.write(before, at);
    set_next(*before, after, platform::memory_order::relaxed, verb, at);
}

} // namespace wbsync::detail

namespace wbsync {

inline void INIT_LIST_HEAD(list_head& l, const site& at) {
    detail::set_next(l, &l, platform::memory_order::relaxed, "INIT_LIST_HEAD", at);
    l.prev.write(&l, at);
}

inline void list_del(list_head& entry, const site& at) {
    detail::unlink(entry, "list_del", at);
    detail::set_next(entry, &detail::list_poison(), platform::memory_order::relaxed, "list_del",
                     at);
    entry.prev.write(&detail::list_poison(), at);
}

inline void list_del_init(list_head& entry, const site& at) {
    detail::unlink(entry, "list_del_init", at);
    INIT_LIST_HEAD(entry, at);
}

inline void list_move(list_head& entry, list_head& head, const site& at) {
    detail::unlink(entry, "list_move", at);
    list_add(entry, head, at);
}

inline void list_move_tail(list_head& entry, list_head& head, const site& at) {
    detail::unlink(entry, "list_move_tail", at);
    list_add_tail(entry, head, at);
}

inline void list_splice_init(list_head& list, list_head& head, const site& at) {
    list_head* first = detail::newest_next(list, at);
    if (first == &list)
        return;
    list_head* last = list.prev.read(at);
    list_head* after = detail::newest_next(head, at);
    first->prev.write(&head, at);
    detail::set_next(head, first, platform::memory_order::relaxed, "list_splice_init", at);
    detail::set_next(*last, after, platform::memory_order::relaxed, "list_splice_init", at);
    after->prev.write(last, at);
    INIT_LIST_HEAD(list, at);
}

inline void list_del_rcu(list_head& entry, const site& at) {
    detail::unlink(entry, "list_del_rcu", at);
    entry.prev.write(&detail::list_poison(), at);
}

inline void list_replace_rcu(list_head& old, list_head& entry, const site& at) {
    list_head* before = old.prev.read(at);
    list_head* after = detail::newest_next(old, at);
    detail::set_next(entry, after, platform::memory_order::relaxed, "list_replace_rcu", at);
    entry.prev.write(before, at);
    detail::set_next(*before, &entry, platform::memory_order::release, "list_replace_rcu", at);
    after->prev.write(&entry, at);
    old.prev.write(&detail::list_poison(), at);
}

} // namespace wbsync
