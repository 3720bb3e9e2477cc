// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v2.hpp"

namespace wbsync::models::writeback {

/// A proposal of 2019 that was not merged (linux-fsdevel, 20190416120902.18616-1): a count for each
/// superblock, and umount flushes until it is 0. It is still counted late.
class isw_vx : public isw_v2 {
public:
    using isw_v2::isw_v2;

protected:
    void wb_queue_isw(inode_switch_wbs_context& isw) override {
        atomic_inc(isw.inodes.front()->i_sb.s_isw_nr_in_flight); // (S6')
        call_rcu_to_queue(isw);                                  // (S7')
    }

    void put_inodes(inode_switch_wbs_context& isw) override {
        super_block& sb = isw.inodes.front()->i_sb;
        isw_v2::put_inodes(isw);
        atomic_dec(sb.s_isw_nr_in_flight);
    }
    void uncount() override {}

    void cgroup_writeback_umount(super_block& sb) override {
        if (atomic_read(sb.s_isw_nr_in_flight) == 0)
            return;
        synchronize_rcu();
        // Flushes until the count is 0; a round that has nothing to wait for changes nothing.
        await(sb.s_isw_nr_in_flight, [](std::int64_t n) { return n == 0; });
        flush_workqueue(isw_wq);
    }
};

} // namespace wbsync::models::writeback
