// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v2.hpp"

namespace wbsync::models::writeback {

/// ec084de929e4 (5.2): umount waits for the callbacks instead of a grace period, and a request is
/// counted once it has been given to RCU, so that a count means a callback to wait for. Between the
/// reference on the inode and the count umount still sees nothing.
class isw_v3 : public isw_v2 {
public:
    using isw_v2::isw_v2;

protected:
    void wb_queue_isw(inode_switch_wbs_context& isw) override {
        call_rcu_to_queue(isw);       // (S7')
        atomic_inc(isw_nr_in_flight); // (S6')
    }

    void wait_until_queued() override { rcu_barrier(); } // (U4)
};

} // namespace wbsync::models::writeback
