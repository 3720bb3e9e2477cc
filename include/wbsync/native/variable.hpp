// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/event.hpp>
#include <wbsync/memory/change.hpp>
#include <wbsync/native/called.hpp>
#include <wbsync/native/delay.hpp>
#include <wbsync/native/memory/bug.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace wbsync::native {

using memory_order = std::memory_order;

/// smp_mb(). ThreadSanitizer knows no fences: for it each full barrier is a read-modify-write of
/// one variable, which orders too much, so that it misses races but invents none.
inline void full_fence() noexcept {
#ifdef __SANITIZE_THREAD__
    static std::atomic<int> all{0};
    all.fetch_add(1, std::memory_order_seq_cst);
#else
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}
inline void acquire_fence() noexcept {
#ifdef __SANITIZE_THREAD__
    full_fence();
#else
    std::atomic_thread_fence(std::memory_order_acquire);
#endif
}
inline void release_fence() noexcept {
#ifdef __SANITIZE_THREAD__
    full_fence();
#else
    std::atomic_thread_fence(std::memory_order_release);
#endif
}

// The fences that belong to a primitive.
inline void acquire_fence(const site& /*at*/, const char* /*verb*/) noexcept {
    acquire_fence();
}
inline void release_fence(const site& /*at*/, const char* /*verb*/) noexcept {
    release_fence();
}

/// The order of a read-modify-write that is relaxed: two full barriers around it do the rest, but
/// not for ThreadSanitizer.
constexpr memory_order of_change(memory_order order) noexcept {
#ifdef __SANITIZE_THREAD__
    return order == std::memory_order_relaxed ? std::memory_order_acq_rel : order;
#else
    return order;
#endif
}

/// Full fences right before and right after a read-modify-write that changes the value, or nothing.
class surroundings {
public:
    constexpr surroundings(bool fenced) : fenced_(fenced) {} // NOLINT: that is all there is to say

    void enter(const site& /*at*/, const char* /*verb*/) const noexcept { fence(); }
    void leave(const site& /*at*/, const char* /*verb*/) const noexcept { fence(); }
    void leave() const noexcept { fence(); }
    [[nodiscard]] constexpr bool fenced() const noexcept { return fenced_; }

private:
    void fence() const noexcept {
        if (fenced_)
            full_fence();
    }

    bool fenced_;
};

/// How a trace would show a value; not used here.
using show_function = event_value (*)(std::int64_t);
template <class Int>
inline constexpr show_function show_of = nullptr;

/// The base of atomic_t and pointer: a shared 64-bit variable with a name. Like engine::variable,
/// but nothing watches its lifetime.
class variable {
public:
    explicit variable(const label& name, std::int64_t initial = 0, show_function /*show*/ = nullptr)
        : value_(initial), name_(name) {}
    variable(const variable&) = delete;
    variable& operator=(const variable&) = delete;

    // Here the processor decides.
    void be_updated_late() const noexcept {}
    void be_pointer() const noexcept {}

    [[nodiscard]] [[gnu::always_inline]] std::int64_t load(memory_order order, const char* /*verb*/,
                                                           const site& /*at*/) const {
        scheduling_point_of_load();
        return value_.load(order);
    }
    [[gnu::always_inline]] void store(std::int64_t v, memory_order order, const char* /*verb*/,
                                      const site& /*at*/) {
        scheduling_point();
        value_.store(v, order);
    }
    [[gnu::always_inline]] void add(std::int64_t n, const char* /*verb*/, const site& /*at*/) {
        scheduling_point();
        value_.fetch_add(n, of_change(std::memory_order_relaxed));
    }

    /// Returns the old value.
    template <class F>
    [[gnu::always_inline]] std::int64_t update(F f, memory_order order, const char* /*verb*/,
                                               const site& /*at*/) {
        scheduling_point();
        order = of_change(order);
        if constexpr (std::is_same_v<F, detail::plus>) {
            return value_.fetch_add(f.n, order);
        } else if constexpr (std::is_same_v<F, detail::put>) {
            return value_.exchange(f.value, order);
        } else if constexpr (std::is_same_v<F, detail::bit_and>) {
            return value_.fetch_and(f.n, order);
        } else if constexpr (std::is_same_v<F, detail::bit_or>) {
            return value_.fetch_or(f.n, order);
        } else if constexpr (std::is_same_v<F, detail::bit_xor>) {
            return value_.fetch_xor(f.n, order);
        } else {
            std::int64_t seen = value_.load(std::memory_order_relaxed);
            while (!value_.compare_exchange_weak(seen, f(seen), order, std::memory_order_relaxed)) {
            }
            return seen;
        }
    }

    /// Changes the value if `accepts` holds for it; otherwise it is a relaxed load. Returns whether
    /// it changed the value, and the value that it saw.
    template <class Predicate, class F>
    std::pair<bool, std::int64_t> update_if(Predicate accepts, F f, memory_order order,
                                            const surroundings& around, const char* /*verb*/,
                                            const site& /*at*/) {
        scheduling_point();
        std::int64_t seen = value_.load(std::memory_order_relaxed);
        if (around.fenced() && accepts(seen)) {
            full_fence();
            seen = value_.load(std::memory_order_relaxed); // a value from after the barrier
        }
        while (accepts(seen))
            if (value_.compare_exchange_weak(seen, f(seen), of_change(order),
                                             std::memory_order_relaxed)) {
                around.leave();
                return {true, seen};
            }
        return {false, seen};
    }

    /// Waits for a value for which `accepts` is true: spins, then lets others run, then sleeps a
    /// little. Always returns true.
    template <class Predicate>
    bool await(Predicate accepts, memory_order order, const char* verb, const site& at,
               std::int64_t* value = nullptr) const {
        scheduling_point();
        const std::int64_t seen = wait_for(accepts, order, verb, at);
        if (value != nullptr)
            *value = seen;
        return true;
    }

    /// A relaxed load without a scheduling point.
    [[nodiscard]] std::int64_t newest(const site& /*at*/ = site::here()) const noexcept {
        return value_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] const called& name() const noexcept { return name_; }

private:
    template <class Predicate>
    std::int64_t wait_for(Predicate accepts, memory_order order, const char* verb,
                          const site& at) const {
        std::int64_t seen = value_.load(order);
        backoff rounds;
        for (; !accepts(seen) && !rounds.waits_long(); seen = value_.load(order))
            rounds.pause();
        if (accepts(seen))
            return seen;
        expect_thread(verb, at);
        const waiting here(verb, name_, at);
        for (; !accepts(seen); seen = value_.load(order))
            rounds.pause();
        return seen;
    }

    std::atomic<std::int64_t> value_;
    called name_;
};

} // namespace wbsync::native
