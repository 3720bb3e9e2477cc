// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v2.hpp"
#include "models/writeback/isw_v4.hpp"
#include "models/writeback/isw_v7.hpp"
#include "models/writeback/isw_v8.hpp"
#include "models/writeback/isw_v9.hpp"

#include <utility>
#include <vector>

/// What was proposed beside the commits, or closes one of their holes: one promise more than the
/// version has, so that one can tell which promise was missing.
namespace wbsync::models::writeback {

/// v2 without its late count and without the window before queueing: counted first, and a read-side
/// section that umount's grace period waits for. What is left is that the callback may lag behind.
class isw_v2_section : public with_barriers<in_rcu_section<counted_first<isw_v2>>> {
public:
    using with_barriers::with_barriers;

protected:
    void wb_queue_isw(inode_switch_wbs_context& isw) override { call_rcu_to_queue(isw); }
};

/// And rcu_barrier() after the grace period.
class isw_v2_section_barrier : public isw_v2_section {
public:
    using isw_v2_section::isw_v2_section;

protected:
    void wait_until_queued() override {
        synchronize_rcu();
        rcu_barrier();
    }
};

/// v7 where each request is a work of its own, as in stable trees without e1b849cfa6b6: nobody
/// relies on another's queueing.
class isw_v7_rcu_work : public in_rcu_section<isw_v4> {
public:
    using in_rcu_section::in_rcu_section;

protected:
    void wait_until_queued() override {
        synchronize_rcu();
        rcu_barrier();
    }
};

/// Release where the global count goes down, acquire where umount reads it.
class isw_v7_acqrel : public isw_v7 {
public:
    using isw_v7::isw_v7;

protected:
    void uncount() override {
        atomic_sub_return_release(1, isw_nr_in_flight);
    } // (3) pairs with (4)
    [[nodiscard]] std::int64_t in_flight(const site& at) const override {
        return atomic_read_acquire(isw_nr_in_flight, at); // (4) pairs with (3)
    }
};

/// Everybody queues the work, also who finds the list non-empty. An instance may then find it
/// empty.
class isw_v7_queue_always : public isw_v7_acqrel {
public:
    using isw_v7_acqrel::isw_v7_acqrel;

protected:
    void wb_queue_isw(inode_switch_wbs_context& isw) override {
        llist_add(isw.list, isw.new_wb.switch_wbs_ctxs);
        queue_work(isw_wq, *isw.new_wb.switch_work);
    }
    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) override {
        llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs);
        if (list == nullptr)
            return;
        wb_get(new_wb);
        wait_for_users_of_statistics();
        process_list(list);
        wb_put(new_wb);
    }
};

/// A second grace period waits for who found the list empty during the first one.
class isw_v7_two_grace_periods : public isw_v7_acqrel {
public:
    using isw_v7_acqrel::isw_v7_acqrel;

protected:
    void wait_until_queued() override {
        synchronize_rcu();
        synchronize_rcu();
    }
};

/// The proposal of May 2026 to use SRCU, so that sections may sleep.
class isw_srcu : public isw_v7_acqrel {
public:
    using isw_v7_acqrel::isw_v7_acqrel;

protected:
    /// The index is the thread's own: the section begins and ends in one function.
    void begin_section() override { section_.mine() = srcu_read_lock(isw_srcu_); }
    void end_section() override { srcu_read_unlock(isw_srcu_, section_.mine()); }
    void wait_until_queued() override { synchronize_srcu(isw_srcu_); }

private:
    srcu_struct isw_srcu_{"isw_srcu"};
    own_of_thread<int> section_;
};

/// An acquire load in the condition of the drain.
class isw_v9_acquire : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    [[nodiscard]] bool is_drained(const super_block& sb) const override {
        return atomic_read_acquire(sb.s_isw_nr_in_flight) == 0; // (4) pairs with (3)
    }
};

/// The device waits for the work of its root wb before it goes.
class isw_v9_flush : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void bdi_unregister(backing_dev_info& bdi) override { flush_work(*bdi.wb.switch_work); }
};

/// The worker unpins once it is done with the wb, instead of after each iput().
class isw_v9_late_unpin : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void put_inodes(inode_switch_wbs_context& isw) override {
        for (inode* i : isw.inodes) {
            pinned_.push_back(&i->i_sb);
            iput(*i);
        }
    }
    void inode_switch_wbs_work_fn(bdi_writeback& new_wb) override {
        isw_v9::inode_switch_wbs_work_fn(new_wb);
        for (super_block* sb : std::exchange(pinned_, {}))
            cgroup_writeback_unpin(*sb);
    }

private:
    std::vector<super_block*> pinned_; ///< the worker's own
};

} // namespace wbsync::models::writeback
