// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bitops.hpp>
#include <wbsync/sync/lockdep.hpp>
#include <wbsync/sync/mutex.hpp>
#include <wbsync/sync/spinlock.hpp>
#include <wbsync/sync/wait.hpp>

#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>

// As <wbsync/sync/wait_bit.hpp>: variables share 64 hashed queues, which are found by the address
// alone, and never freed. wake_up_var() takes no lock if the queue looks empty.

namespace wbsync {

namespace native {

/// The queue that the variable shares with others.
inline wait_queue_head_t& queue_of(const void* var, int bit) {
    struct alignas(64) padded : wait_queue_head_t {
        padded() : wait_queue_head_t("bit_wait_table") {}
    };
    static std::array<padded, 64> table;
    const auto address = reinterpret_cast<std::uintptr_t>(var) + static_cast<unsigned>(bit + 1);
    return table[(address * 0x9e3779b97f4a7c15) >> 58];
}

} // namespace native

namespace detail {

inline constexpr int whole_variable = -1; ///< the bit of threads that do not wait for a bit
inline constexpr int all_waiters = INT_MAX;

template <class Condition>
void wait_for_var(const atomic_word& var, int bit, bool exclusive, Condition condition,
                  const char* verb, const site& at) {
    might_sleep(verb, at);
    if (condition())
        return;
    native::expect_thread(verb, at);
    native::wait_on(native::queue_of(&var, bit), &var, bit, exclusive, condition,
                    [&] { native::sleep(verb, var.value.name(), at); });
}

template <class Condition, class Unlock, class Lock>
void wait_for_var_locked(const atomic_word& var, Condition condition, Unlock unlock, Lock lock,
                         const char* verb, const site& at) {
    if (condition())
        return;
    native::expect_thread(verb, at);
    native::wait_on(native::queue_of(&var, whole_variable), &var, whole_variable, false, condition,
                    [&] {
                        unlock();
                        might_sleep(verb, at);
                        native::sleep(verb, var.value.name(), at);
                        lock();
                    });
}

inline void wake_up_key(const atomic_word& var, int bit, int exclusive, const site& /*at*/) {
    native::scheduling_point();
    wait_queue_head_t& queue = native::queue_of(&var, bit);
    if (queue.active())
        queue.wake(exclusive, &var, bit);
}

} // namespace detail

} // namespace wbsync
