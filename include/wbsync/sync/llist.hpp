// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/pointer.hpp>

namespace wbsync {

/// A member of something that can be on a lock-less list. Which object it is part of is said when
/// it is built, instead of by pointer arithmetic. `next` belongs to whoever took the node off.
/// include/linux/llist.h.
struct llist_node {
    llist_node(const label& called, void* part_of)
        : container(part_of), name(called), scope(called) {}

    void* container;
    llist_node* next = nullptr;
    label name;
    platform::scope scope;
};

/// A lock-less list with many producers, emptied as a whole. lib/llist.c.
class llist_head {
public:
    explicit llist_head(const label& name) : first(name) {}
    pointer<llist_node> first;
};

/// The object that the node is part of. A node whose scope has ended: finding "use-after-scope".
template <class T>
T* llist_entry(const llist_node* node, const site& at = site::here()) {
    platform::use(node->scope, "llist_entry", at);
    return static_cast<T*>(node->container);
}

/// Puts the node in front; returns whether the list was empty. The kernel's cmpxchg loop as one
/// fully ordered read-modify-write, since a failed round changes nothing that anybody can see.
/// include/linux/llist.h.
bool llist_add(llist_node& node, llist_head& head, const site& at = site::here());

/// Takes everything off; newest first. Fully ordered, as xchg() is. include/linux/llist.h.
llist_node* llist_del_all(llist_head& head, const site& at = site::here());

/// A relaxed look. include/linux/llist.h.
inline bool llist_empty(const llist_head& head, const site& at = site::here()) {
    return head.first.value.load(platform::memory_order::relaxed, "llist_empty", at) == 0;
}

} // namespace wbsync

#include <wbsync/sync/llist_inl.hpp>
