// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

namespace conformance {

/// A word of bits, and those who wait for one of them or for the word.
struct bits {
    static constexpr const char* name = "bitops";

    wbsync::atomic_t word{"word", 2};

    void end(values& v) const { v.push_back(wbsync::atomic_read(word)); }

    static operations_on<bits> plain_ones();
    static operations_on<bits> with_waits();
    static std::vector<operations_on<bits>> all() { return {plain_ones(), with_waits()}; }
};

inline operations_on<bits> bits::plain_ones() {
    using namespace wbsync;
    using o = bits;
    return {
        op<o>("test_bit", [](o& b, const call& c) { return test_bit(c.j, b.word); }),
        op<o>("test_bit_acquire",
              [](o& b, const call& c) { return test_bit_acquire(c.j, b.word); }),
        op<o>("set_bit", [](o& b, const call& c) { set_bit(c.j, b.word); }),
        op<o>("clear_bit", [](o& b, const call& c) { clear_bit(c.j, b.word); }),
        op<o>("clear_bit_unlock", [](o& b, const call& c) { clear_bit_unlock(c.j, b.word); }),
        op<o>("test_and_set_bit",
              [](o& b, const call& c) { return test_and_set_bit(c.j, b.word); }),
        op<o>("test_and_clear_bit",
              [](o& b, const call& c) { return test_and_clear_bit(c.j, b.word); }),
        op<o>("test_and_set_bit_lock",
              [](o& b, const call& c) { return test_and_set_bit_lock(c.j, b.word); }),
    };
}

inline operations_on<bits> bits::with_waits() {
    using namespace wbsync;
    using o = bits;
    return {
        op<o>("wait_on_bit", [](o& b, const call& c) { wait_on_bit(b.word, c.j); }),
        op<o>("wait_on_bit_lock", [](o& b, const call& c) { wait_on_bit_lock(b.word, c.j); }),
        silent(op<o>("wake_up_bit", [](o& b, const call& c) { wake_up_bit(b.word, c.j); })),
        op<o>("clear_and_wake_up_bit",
              [](o& b, const call& c) { clear_and_wake_up_bit(c.j, b.word); }),
        op<o>("test_and_clear_wake_up_bit",
              [](o& b, const call& c) { return test_and_clear_wake_up_bit(c.j, b.word); }),
        op<o>("wait_var_event",
              [](o& b, const call& c) {
                  wait_var_event(b.word, [&] { return READ_ONCE(b.word) != c.n; });
              }),
        silent(op<o>("wake_up_var", [](o& b, const call&) { wake_up_var(b.word); })),
        op<o>("atomic_dec_and_wake_up",
              [](o& b, const call&) { return atomic_dec_and_wake_up(b.word); }),
        op<o>("store_release_wake_up",
              [](o& b, const call& c) { store_release_wake_up(b.word, c.m); }),
    };
}

} // namespace conformance
