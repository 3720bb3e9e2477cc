// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/vfs.hpp"

#include <deque>
#include <memory>

/// What the versions of inode_switch_wbs() have in common: the steps that did not change between
/// 6.18 and 7.2, and the bounded system around them.
namespace wbsync::models::writeback {

/// (Q1), (Q2): only who finds the list empty queues the work.
inline void wb_queue_isw(bdi_writeback& new_wb, inode_switch_wbs_context& isw,
                         workqueue_struct& isw_wq) {
    if (llist_add(isw.list, new_wb.switch_wbs_ctxs)) // (Q1)
        queue_work(isw_wq, new_wb.switch_work);      // (Q2)
}

/// The part of inode_prepare_wbs_switch() under i_lock: takes a reference unless somebody else has
/// a claim on the inode.
inline bool claim_for_switch(inode& i, const bdi_writeback& new_wb) {
    spin_lock(i.i_lock);
    if ((data_race(i.i_sb.s_flags) & SB_ACTIVE) == 0 ||
        (READ_ONCE(i.i_state) & (I_WB_SWITCH | I_FREEING | I_WILL_FREE)) != 0 ||
        READ_ONCE(i.i_wb) == &new_wb) {
        spin_unlock(i.i_lock);
        return false;
    }
    WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) | I_WB_SWITCH);
    __iget(i);
    spin_unlock(i.i_lock);
    return true;
}

/// Moves one inode to the other wb. Both list locks are held.
inline void inode_do_switch_wbs(inode& i, bdi_writeback& old_wb, bdi_writeback& new_wb) {
    spin_lock(i.i_lock);
    if ((READ_ONCE(i.i_state) & (I_FREEING | I_WILL_FREE)) == 0) {
        list_del(old_wb.b_attached, i);
        list_add(new_wb.b_attached, i);
        WRITE_ONCE(i.i_wb, &new_wb);
    }
    smp_store_release(i.i_state, READ_ONCE(i.i_state) & ~I_WB_SWITCH);
    spin_unlock(i.i_lock);
}

/// One superblock or more on one device, whose inodes all move from the wb of a dying cgroup to
/// that of its parent. `Version` has the members that differ:
///     static bool prepare(inode&, bdi_writeback& new_wb)      inode_prepare_wbs_switch()
///     static void lock(), unlock()                            around the window check..queue
///     void finish(inode_switch_wbs_context&)                  references back, counts down
///     void cgroup_writeback_umount(super_block&)
template <class Version>
class isw_system {
public:
    explicit isw_system(const bounds& b) : bounds_(b) {
        for (int i = 0; i != b.superblocks; ++i)
            superblocks_.emplace_back(label{"sb", i});
        for (int i = 0; i != b.inodes; ++i) {
            super_block& sb = superblocks_[static_cast<std::size_t>(i % b.superblocks)];
            const label name{"inode", i};
            inodes_.push_back(kmalloc<inode>({name, "P2"}, name, sb, old_wb_, writers_of(i)));
            list_add(sb.s_inodes, *inodes_.back());
            list_add(old_wb_.b_attached, *inodes_.back());
        }
        isw_wq_.add(new_wb_.switch_work);
    }

    void threads(scenario& s) {
        s.threads("switcher", bounds_.switchers, [this](int i) {
            inode& target = *inodes_[static_cast<std::size_t>(i % bounds_.inodes)];
            inode_switch_wbs(target);
            smp_mb__before_atomic();
            atomic_dec(target.i_sync); // the writer is done with the inode
        });
        if (bounds_.cleaner != 0)
            s.thread("cleaner", [this] { cleanup_offline_cgwb(); });
        s.thread(
            "umount",
            [this] {
                generic_shutdown_super(superblocks_.front(), [this](super_block& sb) {
                    version().cgroup_writeback_umount(sb);
                });
            },
            "P5");
    }

    void finally() {
        ensure(READ_ONCE(isw_nr_in_flight) == 0, "counter-balance", "isw_nr_in_flight is not 0");
        for (const super_block& sb : superblocks_)
            ensure(READ_ONCE(sb.s_isw_nr_in_flight) == 0, "counter-balance",
                   fmt::format("s_isw_nr_in_flight of {} is not 0", sb.name.str()));
        for (const super_block& sb : superblocks_)
            for (inode* i : sb.s_inodes.peek())
                kfree(i); // those of mounted ones
    }

protected:
    atomic_t isw_nr_in_flight{"isw_nr_in_flight"};
    workqueue_struct isw_wq_{"isw_wq"};

    /// inode_switch_wbs(): a writer finds that the inode should belong to another wb. The caller
    /// has the inode. (S1) to (S9)
    void inode_switch_wbs(inode& i) {
        if ((READ_ONCE(i.i_state) & I_WB_SWITCH) != 0)
            return; // (S1)
        auto* isw = kmalloc<inode_switch_wbs_context>("isw", "isw");
        atomic_inc(isw_nr_in_flight); // (S4)
        Version::lock();              // from v7: the section begins before the css lookup (S5)
        if (!Version::prepare(i, new_wb_)) { // (S7)
            Version::unlock();
            give_up(isw);
            return;
        }
        isw->inodes.push_back(&i); // (S8)
        wb_queue_isw(new_wb_, *isw, isw_wq_);
        Version::unlock();
    }

    /// cleanup_offline_cgwb(): the cgroup is gone, its inodes move to the parent. Holds no
    /// reference on a superblock. (O1) to (O8)
    void cleanup_offline_cgwb() {
        auto* isw = kmalloc<inode_switch_wbs_context>("isw", "isw"); // (O1)
        atomic_inc(isw_nr_in_flight);                                // (O2)
        Version::lock();
        spin_lock(old_wb_.list_lock);              // (O4)
        for (inode* i : old_wb_.b_attached.read()) // (O5)
            if (Version::prepare(*i, new_wb_))
                isw->inodes.push_back(i);
        spin_unlock(old_wb_.list_lock); // (O6)
        if (isw->inodes.empty()) {      // (O7)
            Version::unlock();
            give_up(isw);
            return;
        }
        wb_queue_isw(new_wb_, *isw, isw_wq_); // (O8)
        Version::unlock();
    }

    /// inode_switch_wbs_work_fn() of 7.1 and later. (W1) to (W6)
    void inode_switch_wbs_work_fn() {
        llist_node* list = llist_del_all(new_wb_.switch_wbs_ctxs); // (W1)
        if (WARN_ON_ONCE(list == nullptr))
            return;               // (W2)
        synchronize_rcu();        // (W4)
        while (list != nullptr) { // (W5)
            auto* isw = llist_entry<inode_switch_wbs_context>(list);
            list = list->next;
            process_inode_switch_wbs(*isw);
        }
    }

private:
    Version& version() { return static_cast<Version&>(*this); }

    /// Writers that have inode number `i` when the model starts.
    [[nodiscard]] int writers_of(int i) const {
        int n = 0;
        for (int s = 0; s != bounds_.switchers; ++s)
            n += s % bounds_.inodes == i ? 1 : 0;
        return n;
    }

    void give_up(inode_switch_wbs_context* isw) {
        version().uncount();
        kfree(isw);
    }

    void process_inode_switch_wbs(inode_switch_wbs_context& isw) {
        spin_lock(old_wb_.list_lock); // in the order of their addresses
        spin_lock(new_wb_.list_lock);
        for (inode* i : isw.inodes)
            inode_do_switch_wbs(*i, old_wb_, new_wb_);
        spin_unlock(new_wb_.list_lock);
        spin_unlock(old_wb_.list_lock);
        version().put_inodes(isw);
        kfree(&isw);
        version().uncount();
    }

    bounds bounds_;
    bdi_writeback old_wb_{"old_wb", [] {}};
    bdi_writeback new_wb_{"new_wb", [this] { inode_switch_wbs_work_fn(); }};
    std::deque<super_block> superblocks_;
    std::vector<inode*> inodes_;
};

} // namespace wbsync::models::writeback
