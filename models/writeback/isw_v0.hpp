// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw.hpp"

namespace wbsync::models::writeback {

/// d10c80955265 (4.2): inodes are switched, and nothing tells umount. The request goes through an
/// RCU callback, (C1) and (C2), to a work of its own.
class isw_v0 : public isw_system {
public:
    using isw_system::isw_system;

protected:
    [[nodiscard]] bool uses_rcu_callbacks() const override { return true; }
    [[nodiscard]] bool uses_works_of_requests() const override { return true; }

    void init_isw(inode_switch_wbs_context& isw) override {
        isw.work.emplace(isw_wq, label{"isw.work"},
                         [this, &isw](work_struct&) { process_inode_switch_wbs(isw); });
    }

    bool inode_prepare_wbs_switch(inode& i, bdi_writeback& new_wb) override {
        return claim_for_switch(i, new_wb, I_WB_SWITCH | I_FREEING, &any); // (S7)
    }

    void wb_queue_isw(inode_switch_wbs_context& isw) override { call_rcu_to_queue(isw); } // (S9)

    void cgroup_writeback_umount(super_block&) override {} // (U4)

    void call_rcu_to_queue(inode_switch_wbs_context& isw) {
        call_rcu(isw.rcu, [this, &isw] { queue_work(isw_wq, *isw.work); }); // (C1), (C2)
    }
};

} // namespace wbsync::models::writeback
