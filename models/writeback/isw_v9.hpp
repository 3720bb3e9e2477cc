// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v6.hpp"

namespace wbsync::models::writeback {

/// 31c1d19ead2c (7.2-rc1): each superblock counts its inodes that are being switched, and umount
/// waits until that count is 0: no grace period, no flush. The global count is for the limit only.
///
/// The count is read relaxed in the wait's condition, so umount may go on to read older values of
/// what the worker changed before it.
class isw_v9 : public isw_v6 {
public:
    using isw_v6::isw_v6;

protected:
    static void cgroup_writeback_pin(super_block& sb) { atomic_inc(sb.s_isw_nr_in_flight); }

    virtual void cgroup_writeback_unpin(super_block& sb) {
        if (atomic_dec_and_test(sb.s_isw_nr_in_flight)) // (3) pairs with (4)
            wake_up_var(sb.s_isw_nr_in_flight);
    }

    [[nodiscard]] virtual bool is_drained(const super_block& sb) const {
        return atomic_read(sb.s_isw_nr_in_flight) == 0; // (4) pairs with (3)
    }

    void cgroup_writeback_drain(super_block& sb) {
        wait_var_event(sb.s_isw_nr_in_flight, [&] { return is_drained(sb); });
    }

    /// (N1) to (N7)
    bool inode_prepare_wbs_switch(inode& i, bdi_writeback& new_wb) override {
        super_block& sb = i.i_sb;
        if (!is_active(sb))
            return false;         // (N1)
        cgroup_writeback_pin(sb); // (N2)
        mb_in_prepare();          // (N3)
        if (claim_for_switch(i, new_wb, I_WB_SWITCH | I_FREEING | I_WILL_FREE))
            return true; // (N5) to (N7)
        cgroup_writeback_unpin(sb);
        return false;
    }

    void put_inodes(inode_switch_wbs_context& isw) override {
        for (inode* i : isw.inodes) {
            super_block& sb = i->i_sb;
            iput(*i); // (I1) to (I5), in (W5)
            cgroup_writeback_unpin(sb);
        }
    }

    void cgroup_writeback_umount(super_block& sb) override {
        mb_in_umount();
        cgroup_writeback_drain(sb);
    }
};

} // namespace wbsync::models::writeback
