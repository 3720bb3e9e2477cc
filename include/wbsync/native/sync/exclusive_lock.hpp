// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/native/backoff.hpp>
#include <wbsync/native/delay.hpp>

#include <atomic>

namespace wbsync::native {

/// The common part of spinlock_t and mutex: a word that says which thread holds it, 0 for none, and
/// whether a thread sleeps.
class exclusive_lock {
public:
    explicit exclusive_lock(const label& name) : name_(name) {}
    exclusive_lock(const exclusive_lock&) = delete;
    exclusive_lock& operator=(const exclusive_lock&) = delete;

    [[nodiscard]] bool held_by_me() const noexcept {
        return (word.load(std::memory_order_relaxed) & ~waiting_threads) == owner();
    }
    [[nodiscard]] bool is_locked(const site& /*at*/ = site::here()) const noexcept {
        return word.load(std::memory_order_relaxed) != 0;
    }
    [[nodiscard]] const called& name() const noexcept { return name_; }

protected:
    static constexpr int waiting_threads = 1 << 30;

    /// The number of the calling thread, never 0.
    static int owner() noexcept {
        const thread_record* const t = this_thread;
        return t == nullptr ? 1 : t->number + 2;
    }

    bool try_take() noexcept {
        int free = 0;
        return word.compare_exchange_strong(free, owner(), std::memory_order_acquire,
                                            std::memory_order_relaxed);
    }

    void expect_other_owner(const char* verb, const site& at) const {
        if (held_by_me())
            violated("lockdep",
                     fmt::format("{}({}) by a thread that holds it already: a deadlock", verb,
                                 name_.str()),
                     at);
    }
    void expect_held(const char* verb, const site& at) const {
        if (!held_by_me())
            violated("misuse",
                     fmt::format("{}({}) by {}, which does not hold it", verb, name_.str(),
                                 name_of_this_thread()),
                     at);
    }

    std::atomic<int> word{0};

private:
    called name_;
};

} // namespace wbsync::native
