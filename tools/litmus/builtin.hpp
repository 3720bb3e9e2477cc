// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>

#include <cstdint>
#include <string_view>

namespace wbsync::litmus {

/// What a function of the kernel does, as far as litmus tests are concerned.
enum class action : std::uint8_t {
    load,            ///< (*x)
    store,           ///< (*x, v)
    store_mb,        ///< (*x, v), then a full barrier
    exchange,        ///< (x, v), the old value
    compare,         ///< (x, old, v), the old value
    add_unless,      ///< (x, n, unless), whether it added
    add,             ///< (n, x), no result
    fetch,           ///< (n, x), the old value
    add_return,      ///< (n, x), the new value
    add_and_test,    ///< (n, x), whether the new value is 0
    add_negative,    ///< (n, x), whether the new value is negative
    full_fence,      ///< () smp_mb(), and fences that are full only beside something else
    read_fence,      ///< ()
    write_fence,     ///< ()
    no_fence,        ///< () barrier(), cpu_relax()
    spin_lock,       ///< (l)
    spin_unlock,     ///< (l)
    spin_trylock,    ///< (l), whether it was taken
    spin_is_locked,  ///< (l)
    rcu_lock,        ///< ()
    rcu_unlock,      ///< ()
    rcu_synchronize, ///< ()
    srcu_lock,       ///< (s), a cookie
    srcu_unlock,     ///< (s, cookie)
    srcu_down,       ///< (s), a cookie; any thread may end the section
    srcu_up,         ///< (s, cookie)
    srcu_synchronize ///< (s)
};

/// What a fence orders.
enum class fence_kind : std::uint8_t {
    full,                   ///< everything
    before_atomic,          ///< with a read-modify-write that comes later
    after_atomic,           ///< with one that came before
    after_spinlock,         ///< with a spin_lock() that came before
    after_unlock_lock,      ///< with an unlock and a lock that came before
    after_srcu_read_unlock, ///< with the end of a section that came before
    read,                   ///< loads
    write,                  ///< stores
};

/// How a read-modify-write changes the value.
enum class arithmetic : std::uint8_t { plus, minus, bit_or, bit_and, bit_xor, bit_clear };

/// A function that litmus tests may call.
struct builtin {
    std::string_view name = {};
    action what = action::load;
    engine::memory_order order = engine::memory_order::relaxed;
    bool full = false; ///< smp_mb() before and after
    arithmetic how = arithmetic::plus;
    std::int64_t amount = 0; ///< of atomic_inc() and the like, which have no operand
    bool implied_amount = false;
    int arguments = 0;
    bool acquires_in_library = false;    ///< rcu_dereference(): dependencies order it in the kernel
    bool by_value = false;               ///< the location is written `*x`, not `x`
    fence_kind fence = fence_kind::full; ///< of a function without a location
    bool has_result = true;              ///< of a read-modify-write: its value can be used
    bool bare = false; ///< a grace period without fences, as a broken library may have it

    [[nodiscard]] bool has_location() const noexcept;
    /// The number of the argument that names the location.
    [[nodiscard]] int location_argument() const noexcept;
    [[nodiscard]] bool reads() const noexcept;
    [[nodiscard]] bool writes() const noexcept;
    /// A read-modify-write such as atomic_inc(), whose read smp_rmb() does not order.
    [[nodiscard]] bool no_result() const noexcept { return what == action::add || !has_result; }
    /// Does it order everything before it against everything after it, if remove_lone_fences() left
    /// it?
    [[nodiscard]] bool is_full_fence() const noexcept;
};

/// The function of that name, or nullptr.
const builtin* find_builtin(std::string_view name);

} // namespace wbsync::litmus
