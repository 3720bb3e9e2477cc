// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/sync/llist.hpp>

namespace wbsync {

inline bool llist_add(llist_node& node, llist_head& head, const site& at) {
    platform::use(node.scope, "llist_add", at);
    detail::fully.enter(at, "llist_add");
    const auto before = head.first.value.update(
        [&node](std::int64_t first) {
            node.next = pointer<llist_node>::to_pointer(first);
            return pointer<llist_node>::to_value(&node);
        },
        platform::memory_order::relaxed, "llist_add", at);
    detail::fully.leave(at, "llist_add");
    return before == 0;
}

inline llist_node* llist_del_all(llist_head& head, const site& at) {
    detail::fully.enter(at, "llist_del_all");
    const auto first = head.first.value.update(detail::put(0), platform::memory_order::relaxed,
                                               "llist_del_all", at);
    detail::fully.leave(at, "llist_del_all");
    return pointer<llist_node>::to_pointer(first);
}

} // namespace wbsync
