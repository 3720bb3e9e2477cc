// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/backoff.hpp>

#include <atomic>
#include <optional>

namespace wbsync::native {

/// A lock for a few instructions, and a way to wait for changes under it. Unlike with
/// std::condition_variable, a wait ends when the run does. The last touch is the unlock, so the
/// next owner of the lock may free it.
class monitor {
public:
    void lock() noexcept {
        for (int round = 0; locked_.exchange(true, std::memory_order_acquire); ++round)
            if (waits_for_its_turn())
                continue;
            else if (round < 100)
                cpu_pause();
            else
                std::this_thread::yield();
    }
    void unlock() noexcept { locked_.store(false, std::memory_order_release); }

    /// Waits until `holds()`; the lock is held before and after. Returns whether it had to wait.
    template <class Predicate>
    bool wait(Predicate holds, const char* verb, const called& what, const site& at) {
        if (holds())
            return false;
        const waiting here(verb, what, at);
        ++waiters_;
        do {
            const int seen = event_.load(std::memory_order_relaxed);
            unlock();
            futex_wait(event_, seen);
            lock();
            if (is_over()) {
                --waiters_;
                unlock();
                throw stopped{};
            }
        } while (!holds());
        --waiters_;
        return true;
    }

    /// Something that threads may wait for has changed. The lock must be held.
    void changed() noexcept {
        event_.fetch_add(1, std::memory_order_relaxed);
        if (waiters_ != 0)
            futex_wake(&event_);
    }

private:
    static bool is_over() {
        const run_state* const run = run_state::current();
        return run != nullptr && run->stopping();
    }

    std::atomic<bool> locked_{false};
    std::atomic<int> event_{0};
    int waiters_ = 0;
};

/// Holds the lock of a monitor. A wait that throws has released it.
class within {
public:
    explicit within(monitor& m) : monitor_(&m) { m.lock(); }
    within(const within&) = delete;
    within& operator=(const within&) = delete;
    ~within() { leave(); }

    template <class Predicate>
    bool wait(Predicate holds, const char* verb, const called& what, const site& at) {
        monitor* const m = std::exchange(monitor_, nullptr);
        const bool waited = m->wait(holds, verb, what, at);
        monitor_ = m;
        return waited;
    }
    void changed() noexcept { monitor_->changed(); }
    void enter(monitor& m) noexcept {
        m.lock();
        monitor_ = &m;
    }
    void leave() noexcept {
        if (monitor* const m = std::exchange(monitor_, nullptr); m != nullptr)
            m->unlock();
    }

private:
    monitor* monitor_;
};

} // namespace wbsync::native
