// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v3.hpp"

namespace wbsync::models::writeback {

/// v3 with 8826ee4fe750 alone, as in stable trees (5.4.130): counted first, before the reference on
/// the inode, and no barrier on either side.
class isw_v3_8826 : public isw_v3 {
public:
    using isw_v3::isw_v3;

protected:
    void announce() override { atomic_inc(isw_nr_in_flight); } // (S4)
    void retract() override { atomic_dec(isw_nr_in_flight); }

    void wb_queue_isw(inode_switch_wbs_context& isw) override { call_rcu_to_queue(isw); }
};

} // namespace wbsync::models::writeback
