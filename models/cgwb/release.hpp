// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/cgwb/objects.hpp"

#include <wbsync/bounds.hpp>

#include <vector>

namespace wbsync::models::cgwb {

WBSYNC_BOUNDS(release_bounds, (wbs, 1, 1, 3, "of cgroups that are gone"),
              (kill, 1, 0, 1, "1: the first one's cgroup dies meanwhile; 0: it died before"));

/// The end of cgwbs: the last reference is dropped by the inode that was switched away or evicted,
/// cgwb_release_workfn() takes the wb off all lists and gives it to RCU. Beside it somebody walks a
/// list of wbs, which a variant adds. mm/backing-dev.c.
class release {
public:
    explicit release(const release_bounds& b) : bounds_(b) {}
    virtual ~release() = default;
    release(const release&) = delete;
    release& operator=(const release&) = delete;

    void threads(scenario& s) {
        for (int i = 0; i != bounds_.wbs; ++i)
            add_wb(i);
        s.threads("iput", bounds_.wbs, [this](int i) { wb_put(wb(i)); });
        if (bounds_.kill != 0)
            s.thread("css_offline", [this] { cgwb_kill(wb(0)); });
        s.thread(walker_name(), [this] { walk(); });
        rcu_callback_thread(s);
    }

protected:
    spinlock_t cgwb_lock{"cgwb_lock"};
    list_head wb_list{"wb_list"};             ///< of the bdi, for readers under RCU
    list_head offline_cgwbs{"offline_cgwbs"}; ///< of dying wbs, under cgwb_lock

    // --- what the variants differ in ------------------------------------------------------------

    virtual const char* walker_name() const = 0;
    virtual void walk() = 0;

    /// Where percpu_ref_exit() is: since 1ba1199ec574 after a grace period.
    virtual bool exits_after_grace_period() const { return true; }
    /// When the wb leaves offline_cgwbs: since b43a9e76b4cc before percpu_ref_exit().
    virtual bool leaves_offline_list_first() const { return true; }

private:
    bdi_writeback& wb(int i) { return *wbs_[static_cast<std::size_t>(i)]; }

    void add_wb(int i) {
        const label name{"wb", i};
        const bool lives = i < bounds_.kill;
        const int flags = lives ? PERCPU_REF_INIT_PERCPU : PERCPU_REF_INIT_ATOMIC;
        wbs_.push_back(kmalloc<bdi_writeback>({name, "P3"}, name, [this, flags](bdi_writeback& wb) {
            init_refcnt(wb, cgwb_release_wq_, flags,
                        [this](bdi_writeback& of) { cgwb_release_workfn(of); });
        }));
        list_add_tail_rcu(wb(i).bdi_node, wb_list);
        if (lives)
            wb_get(wb(i)); // the inode's; the other one is for the kill to drop
        else
            list_add(wb(i).offline_node, offline_cgwbs);
    }

    void cgwb_kill(bdi_writeback& wb) {
        lock_cgwb(cgwb_lock);
        list_add(wb.offline_node, offline_cgwbs);
        percpu_ref_kill(*wb.refcnt);
        unlock_cgwb(cgwb_lock);
    }

    void cgwb_release_workfn(bdi_writeback& wb) {
        lock_cgwb(cgwb_lock);
        list_del_rcu(wb.bdi_node); // wb_shutdown()
        unlock_cgwb(cgwb_lock);
        if (leaves_offline_list_first())
            leave_offline_list(wb);
        if (!exits_after_grace_period())
            percpu_ref_exit(*wb.refcnt);
        if (!leaves_offline_list_first())
            leave_offline_list(wb);
        call_rcu(wb.rcu, [this, &wb] { cgwb_free_rcu(wb); });
    }

    void leave_offline_list(bdi_writeback& wb) {
        lock_cgwb(cgwb_lock);
        list_del(wb.offline_node);
        unlock_cgwb(cgwb_lock);
    }

    void cgwb_free_rcu(bdi_writeback& wb) {
        if (exits_after_grace_period())
            percpu_ref_exit(*wb.refcnt);
        kfree(&wb);
    }

    release_bounds bounds_;
    workqueue_struct cgwb_release_wq_{"cgwb_release"};
    std::vector<bdi_writeback*> wbs_;
};

} // namespace wbsync::models::cgwb
