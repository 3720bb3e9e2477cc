// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/steps.hpp"

namespace wbsync::models::writeback {

/// 8826ee4fe750, 592fa002180a, 29264d92a0f1, c22d70a162d3 and others (5.14): counted first,
/// barriers on both sides, rcu_work instead of a callback, requests of many inodes, and the cleaner
/// of offline cgroups. A request that is counted and not yet queued is waited for by nobody
/// (CVE-2026-64378).
class isw_v4 : public with_barriers<counted_first<isw_system>> {
public:
    using with_barriers::with_barriers;

protected:
    [[nodiscard]] bool uses_rcu_callbacks() const override { return true; }
    [[nodiscard]] bool uses_works_of_requests() const override { return true; }

    void init_isw(inode_switch_wbs_context& isw) override {
        isw.rwork.emplace(isw_wq, label{"isw.work"},
                          [this, &isw](work_struct&) { process_inode_switch_wbs(isw); });
    }

    void uncount() override { atomic_dec(isw_nr_in_flight); } // (W5), the worker's last step

    bool inode_prepare_wbs_switch(inode& i, bdi_writeback& new_wb) override {
        mb_in_prepare();
        return claim_for_switch(i, new_wb, I_WB_SWITCH | I_FREEING | I_WILL_FREE); // (S7)
    }

    void wb_queue_isw(inode_switch_wbs_context& isw) override {
        queue_rcu_work(isw_wq, *isw.rwork); // (S9), (O8)
    }

    void wait_until_queued() override { rcu_barrier(); } // (U4)
};

} // namespace wbsync::models::writeback
