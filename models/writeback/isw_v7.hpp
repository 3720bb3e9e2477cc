// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v6.hpp"

namespace wbsync::models::writeback {

/// cba38ec4cbd3 (7.2-rc1): an RCU read-side section spans the window from the check of SB_ACTIVE to
/// the queueing, and umount waits for a grace period before it flushes.
///
/// The decrement of the global count and its reading by umount are relaxed: when umount reads 0 and
/// skips the rest, nothing orders what the worker did before it.
class isw_v7 : public in_rcu_section<isw_v6> {
public:
    using in_rcu_section::in_rcu_section;

protected:
    /// Who saw SB_ACTIVE has queued by now. (U4)
    void wait_until_queued() override {
        synchronize_rcu();
        rcu_barrier(); // kept for the sake of stable trees
    }
};

} // namespace wbsync::models::writeback
