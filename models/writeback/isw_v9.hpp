// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw.hpp"

namespace wbsync::models::writeback {

/// 31c1d19ead2c (7.2-rc1): each superblock counts its inodes that are being switched, and umount
/// waits until that count is 0: no grace period, no flush.
///
/// The count is read relaxed in the wait's condition, so umount may go on to read older values of
/// what the worker changed before it. `Acquire` is the repair: an acquire load in the condition.
template <bool Acquire>
class isw_v9_with : public isw_system<isw_v9_with<Acquire>> {
    using base = isw_system<isw_v9_with>;

public:
    using base::base;

private:
    friend base;

    static void lock() {}
    static void unlock() {}

    static void cgroup_writeback_pin(super_block& sb) { atomic_inc(sb.s_isw_nr_in_flight); }

    static void cgroup_writeback_unpin(super_block& sb) {
        if (atomic_dec_and_test(sb.s_isw_nr_in_flight)) // (3) pairs with (4)
            wake_up_var(sb.s_isw_nr_in_flight);
    }

    static void cgroup_writeback_drain(super_block& sb) {
        wait_var_event(sb.s_isw_nr_in_flight, [&sb] {
            if constexpr (Acquire)
                return atomic_read_acquire(sb.s_isw_nr_in_flight) == 0; // (4) pairs with (3)
            else
                return atomic_read(sb.s_isw_nr_in_flight) == 0;
        });
    }

    /// inode_prepare_wbs_switch(). (N1) to (N7)
    static bool prepare(inode& i, bdi_writeback& new_wb) {
        super_block& sb = i.i_sb;
        if ((data_race(sb.s_flags) & SB_ACTIVE) == 0)
            return false;         // (N1)
        cgroup_writeback_pin(sb); // (N2)
        smp_mb();                 // (N3), (1) pairs with (2): the pin before SB_ACTIVE
        if (claim_for_switch(i, new_wb))
            return true; // (N5) to (N7)
        cgroup_writeback_unpin(sb);
        return false;
    }

    void uncount() { atomic_dec(this->isw_nr_in_flight); }

    static void put_inodes(inode_switch_wbs_context& isw) {
        for (inode* i : isw.inodes) {
            super_block& sb = i->i_sb;
            iput(*i);
            cgroup_writeback_unpin(sb);
        }
    }

    static void cgroup_writeback_umount(super_block& sb) {
        smp_mb(); // (2) pairs with (1): SB_ACTIVE before the count
        cgroup_writeback_drain(sb);
    }
};

using isw_v9 = isw_v9_with<false>;
using isw_v9_acquire = isw_v9_with<true>;

} // namespace wbsync::models::writeback
