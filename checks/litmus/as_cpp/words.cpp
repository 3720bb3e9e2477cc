// SPDX-License-Identifier: BSD-3-Clause
#include "words.hpp"

#include <wbsync/memory/atomic_operations.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace as_cpp {

namespace {

using wbsync::litmus::action;

/// The table of the library has it.
bool is_atomic(std::string_view name) {
    return std::any_of(wbsync::atomic_operations.begin(), wbsync::atomic_operations.end(),
                       [&](const wbsync::atomic_operation& op) { return op.word == name; });
}

/// "xchg_relaxed" and "atomic_xchg_relaxed" are atomic64_xchg_relaxed().
std::string word_of_number(std::string_view name) {
    for (const std::string_view same :
         {"READ_ONCE", "WRITE_ONCE", "smp_load_acquire", "smp_store_release", "smp_store_mb"})
        if (name == same)
            return std::string{name};
    for (const std::string_view family : {"atomic_long_", "atomic64_", "atomic_"})
        if (name.starts_with(family)) {
            name.remove_prefix(family.size());
            break;
        }
    return is_atomic(name) ? "atomic64_" + std::string{name} : "";
}

std::string word_of_pointer(std::string_view name) {
    constexpr std::array known{"READ_ONCE",
                               "WRITE_ONCE",
                               "smp_load_acquire",
                               "smp_store_release",
                               "rcu_dereference",
                               "rcu_assign_pointer",
                               "xchg"};
    return std::find(known.begin(), known.end(), name) != known.end() ? std::string{name} : "";
}

} // namespace

std::string word(const wbsync::litmus::builtin& f, bool of_pointer) {
    const std::string name{f.name};
    switch (f.what) {
    case action::spin_is_locked:
    case action::srcu_down:
    case action::srcu_up: return "";
    case action::load:
    case action::store:
    case action::store_mb:
    case action::exchange:
    case action::compare:
    case action::add_unless:
    case action::add:
    case action::fetch:
    case action::add_return:
    case action::add_and_test:
    case action::add_negative: return of_pointer ? word_of_pointer(name) : word_of_number(name);
    default: return name.starts_with("__") ? "" : name;
    }
}

bool is_plain(const wbsync::litmus::builtin& f) {
    switch (f.what) {
    case action::add_unless:
    case action::add_and_test:
    case action::add_negative:
    case action::spin_trylock:
    case action::srcu_lock: return true;
    default: return false;
    }
}

} // namespace as_cpp
