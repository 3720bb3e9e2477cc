// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/at_9ea0a46ca2c3.hpp"

namespace wbsync::models::mounts {

/// 119e1ef80ecf (4.18): a walker and the last put look at each other's change with full barriers,
/// and a walker that came too late sees MNT_DOOMED under mount_lock.
class at_119e1ef80ecf : public at_9ea0a46ca2c3 {
protected:
    void mb_in_legitimize() override { smp_mb(); } // (1) pairs with (2) and (3)
    void mb_in_mntput() override { smp_mb(); }     // (2) pairs with (1)

    walk after_a_change(mount& m) override {
        if ((READ_ONCE(m.mnt_flags) & MNT_SYNC_UMOUNT) != 0) { // without the lock
            mnt_dec_count(m);
            return walk::refused;
        }
        return look_again(m, MNT_DOOMED);
    }

    /// Under mount_lock, where nobody sums up. (L5)
    walk look_again(mount& m, std::int64_t refuse) {
        lock_mount_hash();
        const bool refused = (READ_ONCE(m.mnt_flags) & refuse) != 0;
        if (refused)
            mnt_dec_count(m);
        unlock_mount_hash();
        return refused ? walk::refused : walk::put_it;
    }
};

} // namespace wbsync::models::mounts
