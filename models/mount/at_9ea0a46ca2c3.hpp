// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/at_48a066e72d97.hpp"

namespace wbsync::models::mounts {

/// 9ea0a46ca2c3 (4.18): a put of a mount that is in no namespace any more counts under mount_lock,
/// so no such put falls between the parts of somebody's sum.
class at_9ea0a46ca2c3 : public at_48a066e72d97 {
protected:
    bool mntput(mount& m) override {
        rcu_read_lock();
        if (READ_ONCE(m.mnt_ns) != 0) { // (M1)
            wmb_in_fast_mntput();
            mnt_dec_count(m); // (M2)
            return not_last();
        }
        lock_mount_hash(); // (M3)
        mb_in_mntput();    // (M4)
        mnt_dec_count(m);  // (M5)
        return put_locked(m);
    }

    virtual void wmb_in_fast_mntput() {}
    virtual void mb_in_mntput() {}
};

} // namespace wbsync::models::mounts
