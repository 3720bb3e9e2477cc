// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/plain.hpp>
#include <wbsync/memory/pointer.hpp>

namespace wbsync {

/// A doubly linked list, or the place of an object on one; which object it is part of is said when
/// it is built, instead of by pointer arithmetic. `next` is what readers under RCU follow: each
/// access is a step. `prev` is only for those who hold the lock of the list: a plain variable, by
/// which everybody who works on the list without that lock is found as a data race.
/// include/linux/list.h, include/linux/rculist.h.
class list_head {
public:
    explicit list_head(const label& called, void* part_of = nullptr)
        : name(called), container(part_of), next({name, "next"}, this), prev({name, "prev"}, this) {
    }
    list_head(const list_head&) = delete;
    list_head& operator=(const list_head&) = delete;

    label name;
    void* container;
    pointer<list_head> next;
    plain<list_head*> prev;
};

namespace detail {

/// Where the links of a deleted entry point to; to follow them is a finding.
list_head& list_poison();

list_head* next_of(const list_head& l, platform::memory_order order, const char* verb,
                   const site& at);
/// The same as by rcu_dereference().
list_head* next_rcu(const list_head& l, const list_head& head, const char* verb, const site& at);
inline void set_next(list_head& l, list_head* to, platform::memory_order order, const char* verb,
                     const site& at) {
    l.next.value.store(pointer<list_head>::to_value(to), order, part_of(verb), at);
}
inline list_head* newest_next(const list_head& l, const site& at) {
    return pointer<list_head>::to_pointer(l.next.value.newest(at));
}

/// Between two neighbours. The order of the two links makes the entry whole before it is public.
void link(list_head& entry, list_head& before, list_head& after, platform::memory_order publish,
          const char* verb, const site& at);

/// Out of the list; its own links stay.
void unlink(list_head& entry, const char* verb, const site& at);

} // namespace detail

/// The object that the entry is part of. No access; but an entry whose scope has ended: finding
/// "use-after-scope". include/linux/list.h.
template <class T>
T* list_entry(const list_head* l, const site& at = site::here()) {
    platform::use(l->next.value, "list_entry", at);
    return detail::whole(l, static_cast<T*>(l->container));
}

// With the lock of the list held. Relaxed steps on `next`, plain accesses to `prev`. An entry that
// is added twice, or deleted without being on a list: finding "misuse".

/// Empty, and linked to itself. Plain. include/linux/list.h.
void INIT_LIST_HEAD(list_head& l, const site& at = site::here());
/// In front. include/linux/list.h.
inline void list_add(list_head& entry, list_head& head, const site& at = site::here()) {
    detail::link(entry, head, *detail::newest_next(head, at), platform::memory_order::relaxed,
                 "list_add", at);
}
/// At the end. include/linux/list.h.
inline void list_add_tail(list_head& entry, list_head& head, const site& at = site::here()) {
    detail::link(entry, *head.prev.read(at), head, platform::memory_order::relaxed, "list_add_tail",
                 at);
}
/// Its links are poisoned: a reader that stands on it is lost. include/linux/list.h.
void list_del(list_head& entry, const site& at = site::here());
/// It can be added again, and list_empty() of it is true. include/linux/list.h.
void list_del_init(list_head& entry, const site& at = site::here());
/// list_del(), list_add(). include/linux/list.h.
void list_move(list_head& entry, list_head& head, const site& at = site::here());
/// list_del(), list_add_tail(). include/linux/list.h.
void list_move_tail(list_head& entry, list_head& head, const site& at = site::here());
/// All of `list` in front of what is on `head`; `list` is empty afterwards. include/linux/list.h.
void list_splice_init(list_head& list, list_head& head, const site& at = site::here());

/// Is the list empty, or the entry on no list? A relaxed look, for which nobody needs the lock.
/// include/linux/list.h.
inline bool list_empty(const list_head& head, const site& at = site::here()) {
    return head.next.value.load(platform::memory_order::relaxed, "list_empty", at) ==
           pointer<list_head>::to_value(&head);
}

// For readers inside of a section of RCU; the first three with the lock of the list held. An entry
// may be freed a grace period after it was deleted.

/// Publishes the entry: a store-release. include/linux/rculist.h.
inline void list_add_rcu(list_head& entry, list_head& head, const site& at = site::here()) {
    detail::link(entry, head, *detail::newest_next(head, at), platform::memory_order::release,
                 "list_add_rcu", at);
}
/// list_add_rcu() at the end. include/linux/rculist.h.
inline void list_add_tail_rcu(list_head& entry, list_head& head, const site& at = site::here()) {
    detail::link(entry, *head.prev.read(at), head, platform::memory_order::release,
                 "list_add_tail_rcu", at);
}
/// Its `next` stays, so that a reader that stands on it can go on. include/linux/rculist.h.
void list_del_rcu(list_head& entry, const site& at = site::here());
/// `entry` takes the place of `old`, the `next` of which stays. include/linux/rculist.h.
void list_replace_rcu(list_head& old, list_head& entry, const site& at = site::here());

/// The objects on a list, in order, for a loop `for (T* p : list_for_each_entry<T>(head))`.
template <class T>
class list_range {
public:
    enum class how : std::uint8_t { locked, safe, rcu };

    list_range(const list_head& head, how by, const site& at) : head_(head), by_(by), at_(at) {}

    class iterator {
    public:
        iterator(const list_range& of, list_head* at) : range_(of), here_(at) { prepare(); }
        T* operator*() const { return list_entry<T>(here_, range_.at_); }
        iterator& operator++() {
            here_ = range_.by_ == how::safe ? next_ : range_.after(*here_);
            prepare();
            return *this;
        }
        bool operator==(const iterator& other) const { return here_ == other.here_; }
        bool operator!=(const iterator& other) const { return here_ != other.here_; }

    private:
        /// The body of a safe loop may delete the entry: what comes next is read before.
        void prepare() {
            if (range_.by_ == how::safe && here_ != &range_.head_)
                next_ = range_.after(*here_);
        }

        const list_range& range_;
        list_head* here_;
        list_head* next_ = nullptr;
    };

    iterator begin() const { return {*this, after(head_)}; }
    iterator end() const {
        return {*this, const_cast<list_head*>(&head_)};
    } // NOLINT: compared only

private:
    list_head* after(const list_head& l) const {
        if (by_ == how::rcu)
            return detail::next_rcu(l, head_, "list_for_each_entry_rcu", at_);
        static_cast<void>(l.prev.read(at_)); // races with whoever changes the list meanwhile
        return detail::next_of(l, platform::memory_order::relaxed, "list_for_each_entry", at_);
    }

    const list_head& head_;
    how by_;
    site at_;
};

/// With the lock of the list held; without it: finding "data-race".
template <class T>
list_range<T> list_for_each_entry(const list_head& head, const site& at = site::here()) {
    return {head, list_range<T>::how::locked, at};
}
/// The same, and the body may delete the entry.
template <class T>
list_range<T> list_for_each_entry_safe(const list_head& head, const site& at = site::here()) {
    return {head, list_range<T>::how::safe, at};
}
/// Inside of a section of RCU. Each `next` is read as by rcu_dereference(). To run into an entry
/// that list_del() poisoned: finding "misuse".
template <class T>
list_range<T> list_for_each_entry_rcu(const list_head& head, const site& at = site::here()) {
    return {head, list_range<T>::how::rcu, at};
}

/// The first object, or NULL. With the lock of the list held. include/linux/list.h.
template <class T>
T* list_first_entry_or_null(const list_head& head, const site& at = site::here()) {
    static_cast<void>(head.prev.read(at));
    list_head* first =
        detail::next_of(head, platform::memory_order::relaxed, "list_first_entry_or_null", at);
    return first == &head ? nullptr : list_entry<T>(first, at);
}
/// The same inside of a section of RCU. include/linux/rculist.h.
template <class T>
T* list_first_or_null_rcu(const list_head& head, const site& at = site::here()) {
    list_head* first = detail::next_rcu(head, head, "list_first_or_null_rcu", at);
    return first == &head ? nullptr : list_entry<T>(first, at);
}

} // namespace wbsync

#include <wbsync/sync/list_inl.hpp>
