// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/variable.hpp>

// As <wbsync/memory/fences.hpp>. Fences that are named after an operation are full barriers
// wherever they are, as on x86: that is more than the kernel's model promises.

namespace wbsync {

namespace detail {

inline void full_fence() noexcept {
    native::full_fence();
}
inline void full_fence(const site& /*at*/, const char* /*verb*/,
                       const char* /*part*/ = "") noexcept {
    native::full_fence();
}

/// For a read-modify-write that is ordered as its name says, if at all.
inline constexpr native::surroundings as_named{false};
/// For a read-modify-write with smp_mb() on both sides.
inline constexpr native::surroundings fully{true};
// For a compare-and-exchange.
inline constexpr native::surroundings compare_as_named{false};
inline constexpr native::surroundings compare_fully{true};

} // namespace detail

inline void smp_mb(const site& /*at*/ = site::here()) {
    native::scheduling_point();
    native::full_fence();
}
inline void smp_rmb(const site& /*at*/ = site::here()) {
    native::scheduling_point();
    native::acquire_fence();
}
inline void smp_wmb(const site& /*at*/ = site::here()) {
    native::scheduling_point();
    native::release_fence();
}
inline void smp_mb__before_atomic(const site& at = site::here()) {
    smp_mb(at);
}
inline void smp_mb__after_atomic(const site& at = site::here()) {
    smp_mb(at);
}
inline void smp_mb__after_spinlock(const site& at = site::here()) {
    smp_mb(at);
}
inline void smp_mb__after_unlock_lock(const site& at = site::here()) {
    smp_mb(at);
}
inline void smp_mb__after_srcu_read_unlock(const site& at = site::here()) {
    smp_mb(at);
}

} // namespace wbsync
