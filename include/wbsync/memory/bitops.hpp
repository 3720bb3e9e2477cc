// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>

namespace wbsync {

// Bits of an atomic_t or atomic_long_t, for the kernel's unsigned long.
// Documentation/atomic_bitops.txt.

namespace detail {

inline std::int64_t mask(int bit) {
    return std::int64_t{1} << bit;
}
inline auto with_bit(int bit) {
    return bit_or(mask(bit));
}
inline auto without_bit(int bit) {
    return bit_clear(mask(bit));
}

} // namespace detail

/// Relaxed look. Documentation/atomic_bitops.txt.
[[gnu::always_inline]] inline value<bool> test_bit(int bit, const atomic_word& word,
                                                   const site& at = site::here()) {
    const std::int64_t seen = word.value.load(memory_order::relaxed, "test_bit", at);
    return (detail::seen(seen, at) & detail::mask(bit)) != 0;
}
/// Acquire. Documentation/atomic_bitops.txt.
[[gnu::always_inline]] inline bool test_bit_acquire(int bit, const atomic_word& word,
                                                    const site& at = site::here()) {
    return (word.value.load(memory_order::acquire, "test_bit_acquire", at) & detail::mask(bit)) !=
           0;
}

/// Relaxed, as every bit operation without a result. Documentation/atomic_bitops.txt.
inline void set_bit(int bit, atomic_word& word, const site& at = site::here()) {
    detail::change_unseen(word, detail::with_bit(bit), memory_order::relaxed, "set_bit", at);
}
/// Relaxed. Documentation/atomic_bitops.txt.
inline void clear_bit(int bit, atomic_word& word, const site& at = site::here()) {
    detail::change_unseen(word, detail::without_bit(bit), memory_order::relaxed, "clear_bit", at);
}
/// Release. Documentation/atomic_bitops.txt.
inline void clear_bit_unlock(int bit, atomic_word& word, const site& at = site::here()) {
    detail::change_unseen(word, detail::without_bit(bit), memory_order::release,
                          {"clear_bit_unlock", event_kind::unlock}, at);
}

/// Returns the old value of the bit. Full barrier on both sides. Documentation/atomic_bitops.txt.
inline bool test_and_set_bit(int bit, atomic_word& word, const site& at = site::here()) {
    return (detail::fully_ordered(word, detail::with_bit(bit), "test_and_set_bit", at) &
            detail::mask(bit)) != 0;
}
/// Returns the old value of the bit. Full barrier on both sides. Documentation/atomic_bitops.txt.
inline bool test_and_clear_bit(int bit, atomic_word& word, const site& at = site::here()) {
    return (detail::fully_ordered(word, detail::without_bit(bit), "test_and_clear_bit", at) &
            detail::mask(bit)) != 0;
}
/// Returns the old value of the bit. Acquire if it was clear, otherwise a relaxed load.
/// Documentation/atomic_bitops.txt.
bool test_and_set_bit_lock(int bit, atomic_word& word, const site& at = site::here());

} // namespace wbsync

#include <wbsync/memory/bitops_inl.hpp>
