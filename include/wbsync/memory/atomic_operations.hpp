// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic_table.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace wbsync {

/// An operation of <wbsync/memory/atomic_table.hpp> in one of its forms, for who needs them as
/// values. The words mean what they mean there.
struct atomic_operation {
    enum class kind_of : std::uint8_t {
        load,
        store,
        quiet,
        fetch,
        result,
        test,
        negative,
        exchange,
        compare,
        try_compare,
        unless,
        fetch_unless,
        unless_zero,
        unless_negative,
        unless_positive,
        if_positive
    };
    enum class operand_of : std::uint8_t { none, given, one };
    enum class change_of : std::uint8_t {
        keep,
        plus,
        minus,
        bit_and,
        bit_clear,
        bit_or,
        bit_xor,
        put
    };
    enum class order_of : std::uint8_t { full, relaxed, acquire, release };

    std::string_view word; ///< "fetch_add_acquire"
    kind_of kind;
    operand_of operand;
    change_of change;
    order_of order;
};

/// All of them.
inline constexpr std::array atomic_operations{
#define WBSYNC_ATOMIC_OPERATION(data, word, kind, operand, change, order)                          \
    atomic_operation{#word, atomic_operation::kind_of::kind,                                       \
                     atomic_operation::operand_of::operand, atomic_operation::change_of::change,   \
                     atomic_operation::order_of::order},
    WBSYNC_FOR_EACH_ATOMIC(WBSYNC_ATOMIC_OPERATION, )
#undef WBSYNC_ATOMIC_OPERATION
};

} // namespace wbsync
