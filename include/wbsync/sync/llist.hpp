// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/pointer.hpp>

namespace wbsync {

/// A member of an object that can be on a lock-less list. The object is given at construction,
/// instead of being found by pointer arithmetic. `next` belongs to the thread that took the node
/// off. include/linux/llist.h.
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

/// The object that contains the node. A node whose scope has ended: finding "use-after-scope".
template <class T>
T* llist_entry(const llist_node* node, const site& at = site::here()) {
    platform::use(node->scope, "llist_entry", at);
    return static_cast<T*>(node->container);
}

/// Adds the node at the front; returns whether the list was empty. The kernel's cmpxchg loop is one
/// fully ordered read-modify-write here, since a failed round changes nothing that anybody can see.
/// include/linux/llist.h.
bool llist_add(llist_node& node, llist_head& head, const site& at = site::here());

/// Takes all nodes off, newest first. Fully ordered, like xchg(). include/linux/llist.h.
llist_node* llist_del_all(llist_head& head, const site& at = site::here());

/// A relaxed load. include/linux/llist.h.
inline bool llist_empty(const llist_head& head, const site& at = site::here()) {
    return head.first.value.load(platform::memory_order::relaxed, "llist_empty", at) == 0;
}

} // namespace wbsync

#include <wbsync/sync/llist_inl.hpp>
