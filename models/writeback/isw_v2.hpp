// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v0.hpp"

namespace wbsync::models::writeback {

/// a1a0e23e4903 (4.6): a global count of the requests in flight, and a workqueue that umount
/// flushes if there are any. The request is counted late (S6'), after the reference on the inode;
/// and the grace period in umount does not say that the callback has run, and has queued the work.
class isw_v2 : public isw_v0 {
public:
    using isw_v0::isw_v0;

protected:
    bool inode_prepare_wbs_switch(inode& i, bdi_writeback& new_wb) override {
        mb_in_prepare();                                             // none yet, see repairs.hpp
        return claim_for_switch(i, new_wb, I_WB_SWITCH | I_FREEING); // (S7)
    }

    void wb_queue_isw(inode_switch_wbs_context& isw) override {
        atomic_inc(isw_nr_in_flight); // (S6')
        call_rcu_to_queue(isw);       // (S7')
    }

    void uncount() override { atomic_dec(isw_nr_in_flight); } // (W7)

    void cgroup_writeback_umount(super_block& sb) override {
        isw_system::cgroup_writeback_umount(sb); // NOLINT: not that of v0
    }
    void wait_until_queued() override { synchronize_rcu(); } // (U4)
};

} // namespace wbsync::models::writeback
