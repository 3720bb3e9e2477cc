// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bitops.hpp>

namespace wbsync {

inline bool test_and_set_bit_lock(int bit, atomic_word& word, const site& at) {
    return !detail::update_if(
                word, [bit](std::int64_t v) { return (v & detail::mask(bit)) == 0; },
                detail::with_bit(bit), memory_order::acquire,
                {"test_and_set_bit_lock", event_kind::try_lock}, at)
                .first;
}

} // namespace wbsync
