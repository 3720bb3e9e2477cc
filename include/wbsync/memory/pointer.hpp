// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/change.hpp>
#include <wbsync/memory/fences.hpp>
#include <wbsync/memory/value.hpp>
#include <wbsync/platform.hpp>

#include <cstdint>
#include <string>
#include <type_traits>

namespace wbsync {

/// A pointer that threads share. Traces show the name that kmalloc() gave the object; for other
/// objects the name that their member `label name` holds.
template <class T>
class pointer {
public:
    explicit pointer(const label& name, T* initial = nullptr)
        : value(name, to_value(initial), &show) {
        value.be_pointer();
    }

    platform::variable value;

    static std::int64_t to_value(const T* p) noexcept {
        return static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(p));
    }
    static T* to_pointer(std::int64_t v) noexcept {
        return reinterpret_cast<T*>(static_cast<std::intptr_t>(v)); // NOLINT: it came from one
    }

private:
    static event_value show(std::int64_t v) {
        if (v == 0)
            return "NULL";
        const T* p = to_pointer(v);
        if (const std::string name = platform::name_of_block(p); !name.empty())
            return "&" + name;
        if constexpr (requires { label{p->name}; })
            return "&" + label{p->name}.str();
        else
            return "a pointer";
    }
};

namespace detail {

/// A `T*`, or a value of one.
template <class T>
using pointer_operand = std::type_identity_t<operand<T*>>;

template <class T>
[[gnu::always_inline]] inline value<T*> load(const pointer<T>& p, platform::memory_order order,
                                             const char* verb, const site& at) {
    return seen(pointer<T>::to_pointer(p.value.load(order, verb, at)), at);
}
template <class T>
void store(pointer<T>& p, const operand<T*>& to, platform::memory_order order, const char* verb,
           const site& at) {
    p.value.store(pointer<T>::to_value(given(to)), order, verb, at);
}

} // namespace detail

template <class T>
[[gnu::always_inline]] inline value<T*> READ_ONCE(const pointer<T>& p,
                                                  const site& at = site::here()) {
    return detail::load(p, platform::memory_order::relaxed, "READ_ONCE", at);
}
template <class T>
void WRITE_ONCE(pointer<T>& p, detail::pointer_operand<T> to, const site& at = site::here()) {
    detail::store<T>(p, to, platform::memory_order::relaxed, "WRITE_ONCE", at);
}
template <class T>
[[gnu::always_inline]] inline value<T*> smp_load_acquire(const pointer<T>& p,
                                                         const site& at = site::here()) {
    return detail::load(p, platform::memory_order::acquire, "smp_load_acquire", at);
}
template <class T>
void smp_store_release(pointer<T>& p, detail::pointer_operand<T> to,
                       const site& at = site::here()) {
    detail::store<T>(p, to, platform::memory_order::release, "smp_store_release", at);
}

/// Publishes an object: a store-release. include/linux/rcupdate.h.
template <class T>
void rcu_assign_pointer(pointer<T>& p, detail::pointer_operand<T> to,
                        const site& at = site::here()) {
    detail::store<T>(p, to, platform::memory_order::release, "rcu_assign_pointer", at);
}

/// Fetches a published object. Under lkmm a relaxed load: the address dependency orders what is
/// reached through the pointer, and nothing else. Under other memory models, which do not know
/// dependencies, a load-acquire: stronger than the kernel's. include/linux/rcupdate.h.
template <class T>
[[gnu::always_inline]] inline value<T*> rcu_dereference(const pointer<T>& p,
                                                        const site& at = site::here()) {
    return detail::load(p, detail::order_of_dependency(), "rcu_dereference", at);
}

/// Exchange, fully ordered. include/linux/atomic/atomic-instrumented.h.
template <class T>
value<T*> xchg(pointer<T>& p, detail::pointer_operand<T> to, const site& at = site::here()) {
    detail::fully.enter(at, "xchg");
    const auto old =
        p.value.update(detail::put(pointer<T>::to_value(detail::replacing<T*>(to))),
                       platform::memory_order::relaxed, with_full_barriers("xchg"), at);
    detail::fully.leave(at, "xchg");
    return detail::seen(pointer<T>::to_pointer(old), at);
}

} // namespace wbsync
