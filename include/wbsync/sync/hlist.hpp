// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/plain.hpp>
#include <wbsync/memory/pointer.hpp>

namespace wbsync {

/// The place of an object in a bucket of a hash table. As in list_head, `next` is for readers too,
/// each access a step, and `pprev` plain. include/linux/list.h, include/linux/rculist.h.
class hlist_node {
public:
    hlist_node(const label& called, void* part_of)
        : name(called), container(part_of), next({name, "next"}), pprev({name, "pprev"}, nullptr) {}
    hlist_node(const hlist_node&) = delete;
    hlist_node& operator=(const hlist_node&) = delete;

    label name;
    void* container;
    pointer<hlist_node> next;
    plain<pointer<hlist_node>*> pprev; ///< what points to it; NULL: it is in no bucket
};

/// A bucket. Those who hold its lock access `first` plainly as well, so that two who do not hold it
/// are found as a data race. include/linux/list.h.
class hlist_head {
public:
    explicit hlist_head(const label& called)
        : name(called), first(name), locked({name, "first"}, nullptr) {}
    hlist_head(const hlist_head&) = delete;
    hlist_head& operator=(const hlist_head&) = delete;

    label name;
    pointer<hlist_node> first;
    plain<hlist_node*> locked;
};

namespace detail {

hlist_node& hlist_poison();

hlist_node* follow(const pointer<hlist_node>& p, platform::memory_order order, const char* verb,
                   const site& at);
/// The same as by rcu_dereference().
hlist_node* follow_rcu(const pointer<hlist_node>& p, const char* verb, const site& at);
inline void point(pointer<hlist_node>& p, hlist_node* to, platform::memory_order order,
                  const char* verb, const site& at) {
    p.value.store(pointer<hlist_node>::to_value(to), order, part_of(verb), at);
}

void hlist_add(hlist_node& n, hlist_head& head, platform::memory_order publish, const char* verb,
               const site& at);

void hlist_unlink(hlist_node& n, const char* verb, const site& at);

} // namespace detail

/// The object that the node is part of. No access; but a node whose scope has ended: finding
/// "use-after-scope". include/linux/list.h.
template <class T>
T* hlist_entry(const hlist_node* n, const site& at = site::here()) {
    platform::use(n->next.value, "hlist_entry", at);
    return detail::whole(n, static_cast<T*>(n->container));
}

// With the lock of the bucket held. In a bucket already, or in none: finding "misuse".

/// In front. include/linux/list.h.
inline void hlist_add_head(hlist_node& n, hlist_head& head, const site& at = site::here()) {
    detail::hlist_add(n, head, platform::memory_order::relaxed, "hlist_add_head", at);
}
/// Its links are poisoned: a reader that stands on it is lost. include/linux/list.h.
void hlist_del(hlist_node& n, const site& at = site::here());
/// In no bucket? Plain. include/linux/list.h.
inline bool hlist_unhashed(const hlist_node& n, const site& at = site::here()) {
    return n.pprev.read(at) == nullptr;
}
/// If it is in a bucket, takes it out; it can be added again. include/linux/list.h.
void hlist_del_init(hlist_node& n, const site& at = site::here());

/// Relaxed. include/linux/list.h.
inline bool hlist_empty(const hlist_head& head, const site& at = site::here()) {
    return head.first.value.load(platform::memory_order::relaxed, "hlist_empty", at) == 0;
}

// For readers inside of a section of RCU; these with the lock of the bucket held.

/// Publishes the node: a store-release. include/linux/rculist.h.
inline void hlist_add_head_rcu(hlist_node& n, hlist_head& head, const site& at = site::here()) {
    detail::hlist_add(n, head, platform::memory_order::release, "hlist_add_head_rcu", at);
}
/// Its `next` stays, so that a reader that stands on it can go on. include/linux/rculist.h.
void hlist_del_rcu(hlist_node& n, const site& at = site::here());
/// The same, if it is in a bucket; hlist_unhashed() is true afterwards. It must not be added again
/// before a grace period. include/linux/rculist.h.
void hlist_del_init_rcu(hlist_node& n, const site& at = site::here());

/// The objects in a bucket, for a loop `for (T* p : hlist_for_each_entry<T>(head))`.
template <class T>
class hlist_range {
public:
    enum class how : std::uint8_t { locked, safe, rcu };

    hlist_range(const hlist_head& head, how by, const site& at) : head_(head), by_(by), at_(at) {}

    class iterator {
    public:
        iterator(const hlist_range& of, hlist_node* at) : range_(of), here_(at) { prepare(); }
        T* operator*() const { return hlist_entry<T>(here_, range_.at_); }
        iterator& operator++() {
            here_ = range_.by_ == how::safe ? next_ : range_.follow(here_->next);
            prepare();
            return *this;
        }
        bool operator==(const iterator& other) const { return here_ == other.here_; }
        bool operator!=(const iterator& other) const { return here_ != other.here_; }

    private:
        void prepare() {
            if (here_ == nullptr || range_.by_ == how::rcu)
                return;
            static_cast<void>(here_->pprev.read(range_.at_)); // races with whoever changes it
            if (range_.by_ == how::safe)
                next_ = range_.follow(here_->next);
        }

        const hlist_range& range_;
        hlist_node* here_;
        hlist_node* next_ = nullptr;
    };

    iterator begin() const {
        if (by_ != how::rcu)
            static_cast<void>(head_.locked.read(at_));
        return {*this, follow(head_.first)};
    }
    iterator end() const { return {*this, nullptr}; }

private:
    hlist_node* follow(const pointer<hlist_node>& p) const {
        return by_ == how::rcu ? detail::follow_rcu(p, "hlist_for_each_entry_rcu", at_)
                               : detail::follow(p, platform::memory_order::relaxed,
                                                "hlist_for_each_entry", at_);
    }

    const hlist_head& head_;
    how by_;
    site at_;
};

/// With the lock of the bucket held. Without it, beside somebody who adds or deletes: finding
/// "data-race".
template <class T>
hlist_range<T> hlist_for_each_entry(const hlist_head& head, const site& at = site::here()) {
    return {head, hlist_range<T>::how::locked, at};
}
/// The same, and the body may delete the node.
template <class T>
hlist_range<T> hlist_for_each_entry_safe(const hlist_head& head, const site& at = site::here()) {
    return {head, hlist_range<T>::how::safe, at};
}
/// Inside of a section of RCU. Each `next` is read as by rcu_dereference(). To run into a node that
/// hlist_del() poisoned: finding "misuse".
template <class T>
hlist_range<T> hlist_for_each_entry_rcu(const hlist_head& head, const site& at = site::here()) {
    return {head, hlist_range<T>::how::rcu, at};
}

} // namespace wbsync

#include <wbsync/sync/hlist_inl.hpp>
