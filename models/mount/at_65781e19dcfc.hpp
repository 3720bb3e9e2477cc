// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/at_119e1ef80ecf.hpp"

namespace wbsync::models::mounts {

/// 65781e19dcfc (6.15): a barrier before umount sums up, as the last put has it.
class at_65781e19dcfc : public at_119e1ef80ecf {
protected:
    void mb_in_do_umount() override { smp_mb(); } // (3) pairs with (1)
};

} // namespace wbsync::models::mounts
