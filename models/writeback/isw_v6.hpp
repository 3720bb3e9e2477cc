// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v5.hpp"

namespace wbsync::models::writeback {

/// 6689f01d6740 (7.1-rc1): one run of the work takes the list once. The state in which
/// CVE-2026-64378 was found: a switch that is counted but has not been queued yet is seen neither
/// by rcu_barrier(), for which nothing of ours has been queued since v5, nor by the flush.
///
/// cb5db358ab57 (6.19) came in between: I_WB_SWITCH is read and cleared with fences, where it was
/// an acquire load and a release store.
class isw_v6 : public isw_v5 {
public:
    using isw_v5::isw_v5;

protected:
    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) override {
        llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs); // (W1)
        if (WARN_ON_ONCE(list == nullptr))
            return;                     // (W2)
        wb_get(new_wb);                 // (W3)
        wait_for_users_of_statistics(); // (W4)
        process_list(list);             // (W5)
        wb_put(new_wb);                 // (W6)
    }

    bool is_switched(const inode& i) override { // (R2)
        const bool yes = (READ_ONCE(i.i_state) & I_WB_SWITCH) != 0;
        rmb_after_look(); // (5) pairs with (6)
        return yes;
    }
    void end_switch(inode& i) const override { // (X5)
        wmb_before_clearing();                 // (6) pairs with (5)
        WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) & ~I_WB_SWITCH);
    }
    virtual void rmb_after_look() { smp_rmb(); }
    virtual void wmb_before_clearing() const { smp_wmb(); }
};

} // namespace wbsync::models::writeback
