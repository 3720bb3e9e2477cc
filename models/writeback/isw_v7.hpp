// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v6.hpp"

namespace wbsync::models::writeback {

/// cba38ec4cbd3 (7.2-rc1): an RCU read-side section spans the window from the check of SB_ACTIVE to
/// the queueing, and umount waits for a grace period before it flushes.
///
/// The decrement of the global count and its reading by umount are relaxed: when umount reads 0 and
/// skips the rest, nothing orders what the worker did before it.
class isw_v7 : public isw_v6 {
public:
    using isw_v6::isw_v6;

protected:
    void begin_section() override { rcu_read_lock(); }
    void end_section() override { rcu_read_unlock(); }

    void cgroup_writeback_umount(super_block&) override {
        smp_mb(); // (2) pairs with (1): SB_ACTIVE before the count
        if (in_flight() == 0)
            return;
        wait_until_queued(); // who saw SB_ACTIVE has queued by now
        flush_workqueue(isw_wq);
    }

    [[nodiscard]] virtual std::int64_t in_flight() const { return atomic_read(isw_nr_in_flight); }

    virtual void wait_until_queued() {
        synchronize_rcu();
        rcu_barrier(); // kept for the sake of stable trees
    }
};

} // namespace wbsync::models::writeback
