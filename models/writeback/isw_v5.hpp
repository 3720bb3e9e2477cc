// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v4.hpp"

namespace wbsync::models::writeback {

/// e1b849cfa6b6 (6.18): each wb has a list of requests, and one work that serves them. The work
/// goes on until the list is empty, so it serves requests whose work is pending again, and drops
/// their references on the wb: that instance may then run on a wb that is gone (CVE-2026-31703).
class isw_v5 : public isw_v4 {
public:
    using isw_v4::isw_v4;

protected:
    [[nodiscard]] bool uses_rcu_callbacks() const override { return false; }
    [[nodiscard]] bool uses_works_of_requests() const override { return false; }
    void init_isw(inode_switch_wbs_context&) override {}

    /// Only who finds the list empty queues the work.
    void wb_queue_isw(inode_switch_wbs_context& isw) override {
        if (llist_add(isw.list, isw.new_wb.switch_wbs_ctxs)) // (Q1)
            queue_work(isw_wq, *isw.new_wb.switch_work);     // (Q2)
    }

    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) override {
        wb_get(new_wb);                                                    // (W1)
        while (llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs)) { // (W2)
            wait_for_users_of_statistics();                                // (W3)
            process_list(list);                                            // (W4)
        }
        wb_put(new_wb); // (W5)
    }

    /// Who has seen the inodes not being switched is through with its update. (X2)
    virtual void wait_for_users_of_statistics() { synchronize_rcu(); }

    void process_list(llist_node* list) {
        while (list != nullptr) {
            auto* isw = llist_entry<inode_switch_wbs_context>(list);
            list = list->next;
            process_inode_switch_wbs(*isw);
        }
    }
};

} // namespace wbsync::models::writeback
