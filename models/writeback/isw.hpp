// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/vfs.hpp"

#include <vector>

/// The steps of which versions of inode_switch_wbs() are made: fs/fs-writeback.c. `World` is where
/// a version runs, system.hpp has that of the model checker; it says what wbs there are.
namespace wbsync::models::writeback {

inline bool any(super_block&) {
    return true;
}
inline bool is_active(super_block& sb) {
    return (data_race(sb.s_flags) & SB_ACTIVE) != 0;
}

/// The look before all else. (S1)
inline bool is_being_switched(const inode& i) {
    return (READ_ONCE(i.i_state) & I_WB_SWITCH) != 0;
}

/// The part of inode_prepare_wbs_switch() under i_lock: takes a reference for the request, unless
/// the superblock is on its way out, the inode has one of the flags or belongs to the wb already.
/// `pin` takes what else a version needs, and may refuse. (S8)
inline bool claim_for_switch(inode& i, inode_switch_wbs_context& isw, std::int64_t unless_flags,
                             bool (*may_use)(super_block&) = &is_active,
                             bool (*pin)(super_block&) = &any) {
    spin_lock(i.i_lock);
    if (!may_use(i.i_sb) || (READ_ONCE(i.i_state) & unless_flags) != 0 ||
        READ_ONCE(i.i_wb) == &isw.new_wb || !pin(i.i_sb)) {
        spin_unlock(i.i_lock);
        return false;
    }
    WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) | I_WB_SWITCH);
    __iget(i);
    spin_unlock(i.i_lock);
    isw.inodes.push_back(&i);
    return true;
}

/// The cleaner takes the inodes of the dying cgroup that `prepare` lets it have. Returns whether
/// there are any. (O4) to (O7)
template <class Prepare>
bool claim_attached(bdi_writeback& old_wb, inode_switch_wbs_context& isw, Prepare prepare) {
    spin_lock(old_wb.list_lock);              // (O4)
    for (inode* i : old_wb.b_attached.read()) // (O5)
        prepare(*i, isw);
    spin_unlock(old_wb.list_lock); // (O6)
    return !isw.inodes.empty();    // (O7)
}

/// The end of a request, and of its reference on the wb. nullptr: there was none.
inline void free_isw(inode_switch_wbs_context* isw) {
    if (isw == nullptr)
        return;
    wb_put(isw->new_wb);
    kfree(isw);
}

// --- handing a request over ----------------------------------------------------------------------

/// v0 to v3: each request is a work of its own, which an RCU callback queues.
template <class Version>
auto with_work(Version& v) {
    return [&v](inode_switch_wbs_context& isw) {
        isw.work.emplace(v.world.isw_wq, label{"isw.work"},
                         [&v, &isw](work_struct&) { v.inode_switch_wbs_work_fn(isw); });
    };
}
template <class World>
void call_rcu_to_queue(World& in, inode_switch_wbs_context& isw) {
    call_rcu(isw.rcu, [&in, &isw] { queue_work(in.isw_wq, *isw.work); }); // (C1), (C2)
}

/// 29264d92a0f1: each request is an rcu_work.
template <class Version>
auto with_rcu_work(Version& v) {
    return [&v](inode_switch_wbs_context& isw) {
        isw.rwork.emplace(v.world.isw_wq, label{"isw.work"},
                          [&v, &isw](work_struct&) { v.inode_switch_wbs_work_fn(isw); });
    };
}

/// From e1b849cfa6b6 on requests are on a list of their wb, and only who finds that empty queues
/// the work of the wb.
inline constexpr auto without_work = [](inode_switch_wbs_context&) {};

template <class World>
void wb_queue_isw(World& in, inode_switch_wbs_context& isw) {
    if (llist_add(isw.list, isw.new_wb.switch_wbs_ctxs)) // (Q1)
        queue_work(in.isw_wq, *isw.new_wb.switch_work);  // (Q2)
}

// --- the window from the check of SB_ACTIVE to the queueing --------------------------------------

/// cba38ec4cbd3: an RCU read-side section, (S5) to (S9), (O4) to (O8).
struct rcu_section {
    static void lock() { rcu_read_lock(); }
    static void unlock() { rcu_read_unlock(); }
    static void synchronize() { synchronize_rcu(); }
};

/// The same with SRCU. The index is the thread's own: the section begins and ends in one function.
struct srcu_section {
    void lock() { index.mine() = srcu_read_lock(isw_srcu); }
    void unlock() { srcu_read_unlock(isw_srcu, index.mine()); }
    void synchronize() { synchronize_srcu(isw_srcu); }

    srcu_struct isw_srcu{"isw_srcu"};
    own_of_thread<int> index;
};

// --- the worker ----------------------------------------------------------------------------------

/// Moves one inode to the other wb. Both list locks are held. (X3) to (X5)
template <class World, class EndSwitch>
void inode_do_switch_wbs(World& in, inode& i, bdi_writeback& old_wb, bdi_writeback& new_wb,
                         EndSwitch end_switch) {
    spin_lock(i.i_lock); // (X3)
    if (in.about == question::statistics)
        spin_lock(i.i_pages);
    if ((READ_ONCE(i.i_state) & (I_FREEING | I_WILL_FREE)) == 0) {
        if (in.about == question::statistics && READ_ONCE(i.dirty) != 0) { // (X4)
            atomic_dec(old_wb.reclaimable);
            atomic_inc(new_wb.reclaimable);
        }
        list_del(old_wb.b_attached, i);
        list_add(new_wb.b_attached, i);
        wb_get(new_wb);
        WRITE_ONCE(i.i_wb, &new_wb);
    }
    end_switch(i); // (X5)
    on_switched(in, i);
    if (in.about == question::statistics)
        spin_unlock(i.i_pages);
    spin_unlock(i.i_lock);
}

/// The inodes of a request belong to its wb from now on. The first part of
/// inode_switch_wbs_work_fn(), from 6.18 on process_inode_switch_wbs().
template <class World, class EndSwitch>
void switch_inodes(World& in, inode_switch_wbs_context& isw, EndSwitch end_switch) {
    bdi_writeback& old_wb = old_wb_of(in, isw);
    bdi_writeback& new_wb = isw.new_wb;
    rest_if_asked(in);
    spin_lock(old_wb.list_lock); // in the order of their addresses
    spin_lock(new_wb.list_lock);
    for (inode* i : isw.inodes)
        inode_do_switch_wbs(in, *i, old_wb, new_wb, end_switch);
    spin_unlock(new_wb.list_lock);
    spin_unlock(old_wb.list_lock);
    wb_put_many(in, old_wb, isw.inodes.size());
}

/// The references that a request has on its inodes. (W5)
inline void put_inodes(const inode_switch_wbs_context& isw) {
    for (inode* i : isw.inodes)
        iput(*i);
}

/// From e1b849cfa6b6 on: the requests that a worker has taken off the list of a wb.
template <class Process>
void for_each_isw(llist_node* list, Process process) {
    while (list != nullptr) {
        auto* isw = llist_entry<inode_switch_wbs_context>(list);
        list = list->next;
        process(*isw);
    }
}

/// From 6689f01d6740 on: one run of the work takes the list once. `wait`: who has seen the inodes
/// not being switched is through with its update. (X2)
template <class Wait, class Process>
void serve_once(bdi_writeback& new_wb, Wait wait, Process process) {
    llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs); // (W1)
    if (WARN_ON_ONCE(list == nullptr))
        return;                  // (W2)
    wb_get(new_wb);              // (W3)
    wait();                      // (W4)
    for_each_isw(list, process); // (W5)
    wb_put(new_wb);              // (W6)
}

/// The same where others queue the work, too: an instance may find the list empty.
template <class Wait, class Process>
void serve_what_is_there(bdi_writeback& new_wb, Wait wait, Process process) {
    llist_node* list = llist_del_all(new_wb.switch_wbs_ctxs);
    if (list == nullptr)
        return;
    wb_get(new_wb);
    wait();
    for_each_isw(list, process);
    wb_put(new_wb);
}

// --- I_WB_SWITCH, as users of statistics see it --------------------------------------------------

/// Is the inode being switched? (R2) And its switch ends. (X5) With acquire and release, up to
/// 6.18.
inline bool is_switched_acquire(const inode& i) {
    return (smp_load_acquire(i.i_state) & I_WB_SWITCH) != 0; // (5) pairs with (6)
}
inline void end_switch_release(inode& i) {
    smp_store_release(i.i_state, READ_ONCE(i.i_state) & ~I_WB_SWITCH); // (6) pairs with (5)
}

/// The same from cb5db358ab57 (6.19) on, with fences.
template <bool Fence = true>
bool is_switched_rmb(const inode& i) {
    const bool yes = (READ_ONCE(i.i_state) & I_WB_SWITCH) != 0;
    if constexpr (Fence)
        smp_rmb(); // (5) pairs with (6)
    return yes;
}
template <bool Fence = true>
void end_switch_wmb(inode& i) {
    if constexpr (Fence)
        smp_wmb(); // (6) pairs with (5)
    WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) & ~I_WB_SWITCH);
}

/// The page is about to be written: it is not dirty any more, and its wb counts one less. (R1) to
/// (R5), with (X1) to (X5) in the switch.
template <class IsSwitched>
void folio_clear_dirty_for_io(inode& i, IsSwitched is_switched) {
    rcu_read_lock();                    // (R1)
    const bool locked = is_switched(i); // (R2)
    if (locked)
        spin_lock(i.i_pages); // (R3)
    bdi_writeback* wb = READ_ONCE(i.i_wb);
    if (atomic_xchg(i.dirty, 0) != 0)
        atomic_dec(wb->reclaimable); // (R4)
    if (locked)
        spin_unlock(i.i_pages); // (R5)
    rcu_read_unlock();
}

} // namespace wbsync::models::writeback
