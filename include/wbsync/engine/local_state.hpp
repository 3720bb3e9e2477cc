// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define WBSYNC_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WBSYNC_ADDRESS_SANITIZER 1
#endif
#endif

/// The address of the frame of an operation, a function that is never inlined. Above it is the
/// caller's frame; right below it are the registers in which the caller may keep values.
#if defined(__x86_64__) && !defined(WBSYNC_ADDRESS_SANITIZER)
#define WBSYNC_CALLERS_FRAME() (__builtin_unwind_init(), __builtin_frame_address(0))
#else
#define WBSYNC_CALLERS_FRAME() static_cast<const void*>(nullptr) ///< unknown, or not to be read
#endif

namespace wbsync::engine {

/// Clears the part of the stack on which the next functions will lie: what they do not write to is
/// part of their state, too, and must not depend on what was there.
[[gnu::noinline]] inline void clear_stack_below() noexcept {
    std::byte below[512]; // NOLINT: it is written to for what comes after it
    std::memset(below, 0, sizeof below);
    asm volatile("" : : "r"(below) : "memory");
}

/// All that the functions of a thread hold at an operation: their part of the stack, and the
/// registers that survive a call. If it is the same at the same place, the thread does the same
/// from there on, as long as it reads the same values.
///
/// Both functions cost O(bytes between the two frames), and accept only frames of the current
/// stack.
class local_state {
public:
    /// Takes the state from the frame of the operation to the one in which the thread began.
    void take(const void* frame, const void* end);

    [[nodiscard]] bool is(const void* frame, const void* end) const noexcept;

private:
    /// The callee saves rbx and r12 to r15 there (System V ABI).
    static constexpr std::size_t saved_registers = 40; ///< bytes

    static const std::byte* begin(const void* frame) noexcept;

    const std::byte* from_ = nullptr;
    std::vector<std::byte> bytes_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/local_state_inl.hpp>
#endif
