// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

namespace wbsync {

/// Objects of which each execution has exactly one, or one for each thread, whoever uses it first.
/// The registry of their numbers: a new one needs a name here and a row in reserved_objects.
enum class reserved_object : unsigned char {
    rcu,                    ///< RCU's one domain
    rcu_queued,             ///< the callbacks of a CPU: how many were queued,
    rcu_invoked,            ///< and invoked
    percpu_ref_switch_lock, ///< lib/percpu-refcount.c
    wakeups,                ///< of a thread that sleeps in schedule()
    cpu_of_thread,          ///< that may be migrated
};

struct reserved_range {
    reserved_object what;
    unsigned first;    ///< number of the first one
    unsigned count;    ///< how many there may be
    unsigned distance; ///< from one to the next
};

inline constexpr unsigned reserved_numbers = 96;

/// Numbers are part of schedules, so they stay what they are.
inline constexpr std::array reserved_objects{
    reserved_range{reserved_object::rcu, 0, 1, 1},
    reserved_range{reserved_object::rcu_queued, 1, 2, 2},
    reserved_range{reserved_object::rcu_invoked, 2, 2, 2},
    reserved_range{reserved_object::percpu_ref_switch_lock, 5, 1, 1},
    reserved_range{reserved_object::wakeups, 8, 32, 1},
    reserved_range{reserved_object::cpu_of_thread, 40, 32, 1},
};

constexpr unsigned reserved_number(reserved_object what, unsigned i = 0) noexcept {
    const reserved_range& range = reserved_objects[static_cast<std::size_t>(what)];
    return range.first + i * range.distance;
}

namespace detail {

consteval bool reserved_numbers_are_distinct() {
    std::array<bool, reserved_numbers> taken{};
    for (std::size_t r = 0; r != reserved_objects.size(); ++r) {
        if (static_cast<std::size_t>(reserved_objects[r].what) != r)
            return false;
        for (unsigned i = 0; i != reserved_objects[r].count; ++i) {
            bool& number = taken.at(reserved_number(reserved_objects[r].what, i));
            if (number)
                return false;
            number = true;
        }
    }
    return true;
}
static_assert(reserved_numbers_are_distinct());

} // namespace detail

} // namespace wbsync
