// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/sync/exclusive_lock.hpp>

// As <wbsync/sync/mutex.hpp>, on a futex.

namespace wbsync {

class mutex : public native::exclusive_lock {
public:
    explicit mutex(const label& name) : exclusive_lock(name) {}

    void lock(const char* verb, const site& at) {
        might_sleep(verb, at);
        native::scheduling_point();
        if (!try_take())
            wait(verb, at);
        count(1);
    }
    bool trylock(const char* /*verb*/, const site& /*at*/) {
        native::scheduling_point();
        if (!try_take())
            return false;
        count(1);
        return true;
    }
    void unlock(const char* verb, const site& at) {
        native::scheduling_point();
        expect_held(verb, at);
        count(-1);
        if ((word.exchange(0, std::memory_order_release) & waiting_threads) != 0)
            native::futex_wake(&word, 1);
    }

private:
    /// Counts the mutexes of the thread: holding one at its end is reported.
    static void count(int more) noexcept {
        if (native::thread_record* const t = native::me(); t != nullptr)
            t->mutexes += more;
    }

    /// A thread that has slept does not know whether others sleep, so it marks the word.
    [[gnu::noinline]] void wait(const char* verb, const site& at) {
        expect_other_owner(verb, at);
        const native::waiting here(verb, name(), at);
        for (;;) {
            int seen = word.load(std::memory_order_relaxed);
            if (seen == 0) {
                if (word.compare_exchange_weak(seen, owner() | waiting_threads,
                                               std::memory_order_acquire,
                                               std::memory_order_relaxed))
                    return;
                continue;
            }
            native::expect_to_go_on();
            if ((seen & waiting_threads) != 0 ||
                word.compare_exchange_weak(seen, seen | waiting_threads, std::memory_order_relaxed))
                native::futex_wait(word, seen | waiting_threads);
        }
    }
};

} // namespace wbsync
