// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/sync/exclusive_lock.hpp>

// As <wbsync/sync/spinlock.hpp>. A waiting thread lets others run after a while, since nothing
// keeps the owner on its CPU.

namespace wbsync {

class spinlock_t : public native::exclusive_lock {
public:
    explicit spinlock_t(const label& name) : exclusive_lock(name) {}

    void lock(const char* verb, const site& at) {
        native::scheduling_point();
        if (!try_take())
            wait(verb, at);
        if (native::thread_record* const t = native::me(); t != nullptr)
            t->enters_atomic(t->spinlocks, at);
    }
    bool trylock(const char* /*verb*/, const site& at) {
        native::scheduling_point();
        if (!try_take())
            return false;
        if (native::thread_record* const t = native::me(); t != nullptr)
            t->enters_atomic(t->spinlocks, at);
        return true;
    }
    void unlock(const char* verb, const site& at) {
        native::scheduling_point();
        expect_held(verb, at);
        if (native::thread_record* const t = native::me(); t != nullptr)
            --t->spinlocks;
        word.store(0, std::memory_order_release);
    }

private:
    [[gnu::noinline]] void wait(const char* verb, const site& at) {
        expect_other_owner(verb, at);
        native::backoff rounds;
        while (!rounds.waits_long()) {
            rounds.pause();
            if (!is_locked() && try_take())
                return;
        }
        const native::waiting here(verb, name(), at);
        do {
            rounds.pause();
        } while (is_locked() || !try_take());
    }
};

} // namespace wbsync
