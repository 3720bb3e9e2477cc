// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

namespace wbsync {

/// Objects that exist exactly once in each execution, or once for each thread, whoever uses them
/// first. The registry of their numbers: a new object needs a name here and a row in
/// reserved_objects.
enum class reserved_object : unsigned char {
    rcu,                    ///< the one domain of RCU
    rcu_queued,             ///< for a CPU: how many callbacks were queued
    rcu_invoked,            ///< for a CPU: how many callbacks were invoked
    percpu_ref_switch_lock, ///< lib/percpu-refcount.c
    wakeups,                ///< for a thread that sleeps in schedule()
    cpu_of_thread,          ///< for a thread that may be migrated
};

struct reserved_range {
    reserved_object what;
    unsigned first;    ///< number of the first one
    unsigned count;    ///< how many there may be
    unsigned distance; ///< from one to the next
};

inline constexpr unsigned reserved_numbers = 96;

/// The numbers are part of schedules, so they never change.
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
