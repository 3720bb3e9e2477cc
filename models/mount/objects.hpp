// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

/// The objects that count the users of a mount: fs/mount.h, include/linux/mount.h. README.md in
/// this folder says what is left out, and why. Using one after its end violates P2.
namespace wbsync::models::mounts {

// mnt_flags
inline constexpr std::int64_t MNT_DOOMED = 1;      // NOLINT: the kernel's name
inline constexpr std::int64_t MNT_SYNC_UMOUNT = 2; // NOLINT: the kernel's name
inline constexpr std::int64_t MNT_UMOUNT = 4;      // NOLINT: the kernel's name

/// Freed with the mount's last reference: at once, without a grace period.
struct super_block {
    atomic_t s_flags{"sb.s_flags", 1};
};

struct mount {
    explicit mount(super_block& on) : mnt_sb(on) {}

    super_block& mnt_sb;
    atomic_t mnt_ns{"mnt.mnt_ns", 1}; ///< 0: in no namespace any more
    /// The kernel accesses them plainly under mount_lock, and before 250cf3693060 also without it.
    atomic_t mnt_flags{"mnt.mnt_flags"};
    percpu_t mnt_count{"mnt.mnt_count"};                         ///< before 7eb84d54fac5
    percpu_t mnt_gets{"mnt.mnt_gets"}, mnt_puts{"mnt.mnt_puts"}; ///< from then on
    rcu_head mnt_rcu;
};

/// A thread that holds a reference uses the file system.
inline void use(mount& m, const site& at = site::here()) {
    READ_ONCE(m.mnt_sb.s_flags, at);
}

} // namespace wbsync::models::mounts
