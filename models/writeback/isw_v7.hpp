// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw.hpp"

namespace wbsync::models::writeback {

/// cba38ec4cbd3 (7.2-rc1): an RCU read-side section spans the window from the check of SB_ACTIVE to
/// the queueing, and umount waits for a grace period before it flushes.
///
/// The decrement of the global count and its reading by umount are relaxed: when umount reads 0 and
/// skips the rest, nothing orders what the worker did before it. `Ordered` is the repair: release
/// where the count goes down, acquire where umount reads it.
template <bool Ordered>
class isw_v7_with : public isw_system<isw_v7_with<Ordered>> {
    using base = isw_system<isw_v7_with>;

public:
    using base::base;

private:
    friend base;

    static void lock() { rcu_read_lock(); }
    static void unlock() { rcu_read_unlock(); }

    static bool prepare(inode& i, bdi_writeback& new_wb) {
        smp_mb(); // (1) pairs with (2): the count before SB_ACTIVE
        return claim_for_switch(i, new_wb);
    }

    void uncount() {
        if constexpr (Ordered)
            atomic_sub_return_release(1, this->isw_nr_in_flight); // (3) pairs with (4)
        else
            atomic_dec(this->isw_nr_in_flight);
    }

    static void put_inodes(inode_switch_wbs_context& isw) {
        for (inode* i : isw.inodes)
            iput(*i);
    }

    [[nodiscard]] std::int64_t in_flight() const {
        if constexpr (Ordered)
            return atomic_read_acquire(this->isw_nr_in_flight); // (4) pairs with (3)
        else
            return atomic_read(this->isw_nr_in_flight);
    }

    void cgroup_writeback_umount(super_block&) {
        smp_mb(); // (2) pairs with (1): SB_ACTIVE before the count
        if (in_flight() == 0)
            return;
        synchronize_rcu(); // who saw SB_ACTIVE has queued by now
        rcu_barrier();     // kept for the sake of stable trees
        flush_workqueue(this->isw_wq_);
    }
};

using isw_v7 = isw_v7_with<false>;
using isw_v7_acqrel = isw_v7_with<true>;

} // namespace wbsync::models::writeback
