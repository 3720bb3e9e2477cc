// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace wbsync::engine {

/// The code of a model's thread. Small callables, such as lambdas that capture `this`, are stored
/// in place: threads are declared anew for every execution, and that must not allocate.
///
/// Not re-entrant: it must not be replaced while it runs.
class thread_body {
public:
    thread_body() = default;

    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, thread_body>)
        thread_body(F&& f) { // NOLINT: as std::function
        using callable = std::decay_t<F>;
        if constexpr (fits<callable>) {
            object_ = ::new (storage_) callable(std::forward<F>(f));
            destroy_ = [](void* p) { static_cast<callable*>(p)->~callable(); };
        } else {
            object_ = std::make_unique<callable>(std::forward<F>(f)).release();
            destroy_ = [](void* p) { std::unique_ptr<callable>(static_cast<callable*>(p)); };
        }
        call_ = [](void* p) { (*static_cast<callable*>(p))(); };
    }

    thread_body(const thread_body&) = delete;
    thread_body& operator=(const thread_body&) = delete;
    ~thread_body() { drop(); }

    /// Replaces the callable.
    template <class F>
    void assign(F&& f) {
        drop();
        ::new (this) thread_body(std::forward<F>(f));
    }

    void operator()() const { call_(object_); }

    /// Removes the callable. `destroy`: also calls its destructor.
    void drop(bool destroy = true);

private:
    static constexpr std::size_t room = 64;

    template <class Callable>
    static constexpr bool fits = sizeof(Callable) <= room &&
                                 alignof(Callable) <= alignof(std::max_align_t);

    alignas(std::max_align_t) std::byte storage_[room]; // NOLINT: raw storage
    void* object_ = nullptr;
    void (*call_)(void*) = nullptr;
    void (*destroy_)(void*) = nullptr;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/thread_body_inl.hpp>
#endif
