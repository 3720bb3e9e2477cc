// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/at_65781e19dcfc.hpp"

namespace wbsync::models::mounts {

/// 250cf3693060 (6.15): a walker tests MNT_SYNC_UMOUNT under mount_lock, so not between umount's
/// sum and its setting the flag.
class at_250cf3693060 : public at_65781e19dcfc {
protected:
    walk after_a_change(mount& m) override {
        return look_again(m, MNT_SYNC_UMOUNT | MNT_DOOMED); // (L5)
    }
};

} // namespace wbsync::models::mounts
