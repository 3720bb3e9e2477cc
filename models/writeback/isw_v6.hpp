// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw.hpp"

namespace wbsync::models::writeback {

/// 6689f01d6740 (7.1-rc1): the state in which CVE-2026-64378 was found. umount counts the switches
/// in flight and flushes their workqueue; a switch that is counted but has not been queued yet is
/// seen by neither.
class isw_v6 : public isw_system<isw_v6> {
public:
    using isw_system::isw_system;

private:
    friend isw_system;

    static void lock() {}
    static void unlock() {}

    static bool prepare(inode& i, bdi_writeback& new_wb) {
        smp_mb(); // (1) pairs with (2): the count before SB_ACTIVE
        return claim_for_switch(i, new_wb);
    }

    void uncount() { atomic_dec(isw_nr_in_flight); }

    static void put_inodes(inode_switch_wbs_context& isw) {
        for (inode* i : isw.inodes)
            iput(*i);
    }

    void cgroup_writeback_umount(super_block&) {
        smp_mb(); // (2) pairs with (1): SB_ACTIVE before the count
        if (atomic_read(isw_nr_in_flight) == 0)
            return;
        rcu_barrier(); // nothing of ours has used RCU callbacks since e1b849cfa6b6
        flush_workqueue(isw_wq_);
    }
};

} // namespace wbsync::models::writeback
