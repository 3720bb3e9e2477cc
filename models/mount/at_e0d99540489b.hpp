// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/at_7eb84d54fac5.hpp"

namespace wbsync::models::mounts {

/// e0d99540489b (7.3): the barrier inside of the sum serves walkers as well, (4) pairs with (1).
class at_e0d99540489b : public at_7eb84d54fac5 {
protected:
    void mb_in_mntput() override {}
    void mb_in_do_umount() override {}
};

} // namespace wbsync::models::mounts
