// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v0.hpp"

namespace wbsync::models::writeback {

/// 5ff8eaac1636 (4.5): a switch holds an active reference on the superblock. So umount cannot
/// overtake it, but whoever drops the last reference shuts the superblock down, and that may be the
/// worker.
class isw_v1 : public isw_v0 {
public:
    using isw_v0::isw_v0;

protected:
    bool inode_prepare_wbs_switch(inode& i, bdi_writeback& new_wb) override {
        return claim_for_switch(i, new_wb, I_WB_SWITCH | I_FREEING, &any,
                                [](super_block& sb) { return atomic_inc_not_zero(sb.s_active); });
    }

    void put_inodes(inode_switch_wbs_context& isw) override {
        for (inode* i : isw.inodes) {
            super_block& sb = i->i_sb;
            iput(*i);             // (W5)
            deactivate_super(sb); // (U0) to (U10), if this was the last one
        }
    }
};

} // namespace wbsync::models::writeback
