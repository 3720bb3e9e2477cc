// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/memory/pointer.hpp>
#include <wbsync/sync/spinlock.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

namespace wbsync {

/// An array of pointers, of which a model says how many slots it needs. No marks, no values instead
/// of pointers, no ranges; the nodes that the kernel's array is made of are not there, so neither
/// are failing allocations. include/linux/xarray.h, Documentation/core-api/xarray.rst.
template <class T, std::size_t Slots = 2>
class xarray {
public:
    explicit xarray(const label& called) : xarray(called, std::make_index_sequence<Slots>{}) {}
    xarray(const xarray&) = delete;
    xarray& operator=(const xarray&) = delete;

    [[nodiscard]] pointer<T>& slot(std::size_t index, const site& at) {
        if (index >= Slots)
            violated("misuse",
                     fmt::format("{}[{}]: the model gave it {} slots", name.str(), index, Slots),
                     at);
        return slots_[index];
    }

    label name;
    spinlock_t xa_lock;

private:
    template <std::size_t... I>
    xarray(const label& called, std::index_sequence<I...>)
        : name(called),
          xa_lock({name, "xa_lock"}), slots_{pointer<T>{label{name, "", static_cast<int>(I)}}...} {}

    std::array<pointer<T>, Slots> slots_;
};

/// The pointer in a slot, or NULL. Needs no lock; what keeps the object alive is the caller's
/// business, mostly a section of RCU. Ordered as rcu_dereference(). lib/xarray.c.
template <class T, std::size_t N>
value<T*> xa_load(xarray<T, N>& xa, std::size_t index, const site& at = site::here()) {
    return detail::load(xa.slot(index, at), detail::order_of_dependency(), "xa_load", at);
}

/// The lock that writers take; also one's own, for several changes at once. include/linux/xarray.h.
template <class T, std::size_t N>
void xa_lock(xarray<T, N>& xa, const site& at = site::here()) {
    xa.xa_lock.lock("xa_lock", at);
}
/// Gives xa_lock() back. Release. include/linux/xarray.h.
template <class T, std::size_t N>
void xa_unlock(xarray<T, N>& xa, const site& at = site::here()) {
    xa.xa_lock.unlock("xa_unlock", at);
}

// With the lock held; without it: finding "misuse". They return what was there before.

/// Publishes the pointer: release. lib/xarray.c.
template <class T, std::size_t N>
T* __xa_store(xarray<T, N>& xa, std::size_t index, std::type_identity_t<T*> to,
              const site& at = site::here()) {
    lockdep_assert_held(xa.xa_lock, at);
    return pointer<T>::to_pointer(xa.slot(index, at).value.update(
        detail::put(pointer<T>::to_value(to)), platform::memory_order::release,
        to == nullptr ? "xa_erase" : "xa_store", at));
}
/// __xa_store() of NULL. lib/xarray.c.
template <class T, std::size_t N>
T* __xa_erase(xarray<T, N>& xa, std::size_t index, const site& at = site::here()) {
    return __xa_store(xa, index, static_cast<T*>(nullptr), at);
}
/// Stores `to` if `old` is there. lib/xarray.c.
template <class T, std::size_t N>
T* __xa_cmpxchg(xarray<T, N>& xa, std::size_t index, std::type_identity_t<T*> old,
                std::type_identity_t<T*> to, const site& at = site::here()) {
    lockdep_assert_held(xa.xa_lock, at);
    return pointer<T>::to_pointer(
        xa.slot(index, at)
            .value
            .update_if([v = pointer<T>::to_value(old)](std::int64_t seen) { return seen == v; },
                       detail::put(pointer<T>::to_value(to)), platform::memory_order::release,
                       false, "xa_cmpxchg", at)
            .second);
}

// The same, taking the lock: they block while another thread has it.

/// __xa_store() under the lock. lib/xarray.c.
template <class T, std::size_t N>
T* xa_store(xarray<T, N>& xa, std::size_t index, std::type_identity_t<T*> to,
            const site& at = site::here()) {
    xa_lock(xa, at);
    T* before = __xa_store(xa, index, to, at);
    xa_unlock(xa, at);
    return before;
}
/// __xa_erase() under the lock. lib/xarray.c.
template <class T, std::size_t N>
T* xa_erase(xarray<T, N>& xa, std::size_t index, const site& at = site::here()) {
    return xa_store(xa, index, static_cast<T*>(nullptr), at);
}
/// __xa_cmpxchg() under the lock. include/linux/xarray.h.
template <class T, std::size_t N>
T* xa_cmpxchg(xarray<T, N>& xa, std::size_t index, std::type_identity_t<T*> old,
              std::type_identity_t<T*> to, const site& at = site::here()) {
    xa_lock(xa, at);
    T* before = __xa_cmpxchg(xa, index, old, to, at);
    xa_unlock(xa, at);
    return before;
}

/// Calls `visit(index, pointer)` for each slot that is not empty, one xa_load() after the other.
/// include/linux/xarray.h.
template <class T, std::size_t N, class Visit>
void xa_for_each(xarray<T, N>& xa, Visit visit, const site& at = site::here()) {
    for (std::size_t i = 0; i != N; ++i)
        if (T* p = xa_load(xa, i, at); p != nullptr)
            visit(i, p);
}

} // namespace wbsync
