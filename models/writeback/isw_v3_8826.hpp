// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v3.hpp"
#include "models/writeback/steps.hpp"

namespace wbsync::models::writeback {

/// v3 with 8826ee4fe750 alone, as in stable trees (5.4.130): counted first, before the reference on
/// the inode, and no barrier on either side.
class isw_v3_8826 : public counted_first<isw_v3> {
public:
    using counted_first::counted_first;

protected:
    void wb_queue_isw(inode_switch_wbs_context& isw) override { call_rcu_to_queue(isw); }
};

} // namespace wbsync::models::writeback
