// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/vfs.hpp"

#include <vector>

/// The steps that the versions of inode_switch_wbs() consist of: fs/fs-writeback.c. `World` is the
/// environment of a version, and determines which wbs exist; system.hpp has the model checker's.
namespace wbsync::models::writeback {

inline bool any(super_block&) {
    return true;
}
inline bool is_active(super_block& sb) {
    return (data_race(sb.s_flags) & SB_ACTIVE) != 0;
}

/// The test before anything else. (S1)
inline bool is_being_switched(const inode& i) {
    return (READ_ONCE(i.i_state) & I_WB_SWITCH) != 0;
}

/// The part of inode_prepare_wbs_switch() under i_lock: takes a reference for the request, unless
/// the superblock is being shut down, or the inode has one of the flags or already belongs to the
/// wb. `pin` takes what else a version needs, and may refuse. (S8)
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

// --- requests ------------------------------------------------------------------------------------

/// The kind of a request.
enum class request_kind : std::uint8_t {
    after_callback, ///< v0 to v3: a work of its own, which an RCU callback queues
    rcu_work,       ///< 29264d92a0f1: an rcu_work
    on_list,        ///< e1b849cfa6b6: on a list of its wb, which has one work for all of them
};

/// Makes the parts of a request that depend on the version.
template <class Version>
auto init_isw([[maybe_unused]] Version& v) {
    if constexpr (Version::requests == request_kind::on_list)
        return [](inode_switch_wbs_context&) {};
    else
        return [&v](inode_switch_wbs_context& isw) {
            const auto work = [&v, &isw](work_struct&) { v.inode_switch_wbs_work_fn(isw); };
            if constexpr (Version::requests == request_kind::after_callback)
                isw.work.emplace(v.world.isw_wq, label{"isw.work"}, work);
            else
                isw.rwork.emplace(v.world.isw_wq, label{"isw.work"}, work);
        };
}

/// The end of a request, with its reference on the wb. nullptr: there was no request.
inline void free_isw(inode_switch_wbs_context* isw) {
    if (isw == nullptr)
        return;
    wb_put(isw->new_wb);
    kfree(isw);
}

/// Drops a request that is not needed. A version that has counted it has its own function.
template <class Version>
void drop_isw(Version& v, inode_switch_wbs_context* isw) {
    if constexpr (requires { v.give_up(isw); })
        v.give_up(isw);
    else
        free_isw(isw);
}

/// A request for an inode; nullptr: its wb is going away, or it must not be switched. (S3), (S6) to
/// (S8)
template <class Version>
inode_switch_wbs_context* new_isw(Version& v, inode& i) {
    auto* isw = wb_get_create(v.world, init_isw(v));           // (S3), (S6)
    if (isw != nullptr && v.inode_prepare_wbs_switch(i, *isw)) // (S7), (S8)
        return isw;
    drop_isw(v, isw);
    return nullptr;
}

/// The cleaner claims those inodes of the dying cgroup that may be switched. Returns whether there
/// are any. (O4) to (O7)
template <class Version>
bool claim_attached(Version& v, bdi_writeback& old_wb, inode_switch_wbs_context& isw) {
    spin_lock(old_wb.list_lock);              // (O4)
    for (inode* i : old_wb.b_attached.read()) // (O5)
        v.inode_prepare_wbs_switch(*i, isw);
    spin_unlock(old_wb.list_lock); // (O6)
    return !isw.inodes.empty();    // (O7)
}

/// A request for all inodes; nullptr: there are none. (O1), (O3) to (O7)
template <class Version>
inode_switch_wbs_context* new_isw(Version& v, bdi_writeback& old_wb) {
    auto* isw = wb_get_create(v.world, init_isw(v)); // (O1), (O3)
    if (isw != nullptr && claim_attached(v, old_wb, *isw))
        return isw;
    drop_isw(v, isw);
    return nullptr;
}

// --- handing a request over ----------------------------------------------------------------------

template <class World>
void call_rcu_to_queue(World& in, inode_switch_wbs_context& isw) {
    call_rcu(isw.rcu, [&in, &isw] { queue_work(in.isw_wq, *isw.work); }); // (C1), (C2)
}

/// Only the thread that finds the list empty queues the work of the wb.
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

/// The same window with SRCU. The index is local to the thread: the section begins and ends in one
/// function.
struct srcu_section {
    void lock() { index.mine() = srcu_read_lock(isw_srcu); }
    void unlock() { srcu_read_unlock(isw_srcu, index.mine()); }
    void synchronize() { synchronize_srcu(isw_srcu); }

    srcu_struct isw_srcu{"isw_srcu"};
    own_of_thread<int> index;
};

// --- the worker ----------------------------------------------------------------------------------

/// Moves one inode to the other wb. Both list locks are held. (X3) to (X5)
template <class Flag, class World>
void inode_do_switch_wbs(World& in, inode& i, bdi_writeback& old_wb, bdi_writeback& new_wb) {
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
    Flag::end_switch(i); // (X5)
    on_switched(in, i);
    if (in.about == question::statistics)
        spin_unlock(i.i_pages);
    spin_unlock(i.i_lock);
}

/// From now on the inodes of a request belong to its wb. The first part of
/// inode_switch_wbs_work_fn(), since 6.18 process_inode_switch_wbs().
template <class Flag, class World>
void switch_inodes(World& in, inode_switch_wbs_context& isw) {
    bdi_writeback& old_wb = old_wb_of(in, isw);
    bdi_writeback& new_wb = isw.new_wb;
    rest_if_asked(in);
    spin_lock(old_wb.list_lock); // in the order of their addresses
    spin_lock(new_wb.list_lock);
    for (inode* i : isw.inodes)
        inode_do_switch_wbs<Flag>(in, *i, old_wb, new_wb);
    spin_unlock(new_wb.list_lock);
    spin_unlock(old_wb.list_lock);
    wb_put_many(in, old_wb, isw.inodes.size());
}

/// switch_inodes(), and then the request drops its references. (W5)
template <class Flag, class World>
void switch_and_put(World& in, inode_switch_wbs_context& isw) {
    switch_inodes<Flag>(in, isw);
    for (inode* i : isw.inodes)
        iput(*i);
    free_isw(&isw);
}

/// Since e1b849cfa6b6: the requests that a worker has taken off the list of a wb.
template <class Process>
void for_each_isw(llist_node* list, Process process) {
    while (list != nullptr) {
        auto* isw = llist_entry<inode_switch_wbs_context>(list);
        list = list->next;
        process(*isw);
    }
}

// --- I_WB_SWITCH, as users of statistics see it --------------------------------------------------

/// Tests whether the inode is being switched (R2), and ends its switch (X5), with acquire and
/// release, up to 6.18.
struct flag_by_acquire {
    static bool is_switched(const inode& i) {
        return (smp_load_acquire(i.i_state) & I_WB_SWITCH) != 0; // (5) pairs with (6)
    }
    static void end_switch(inode& i) {
        smp_store_release(i.i_state, READ_ONCE(i.i_state) & ~I_WB_SWITCH); // (6) pairs with (5)
    }
};

/// The same with fences, since cb5db358ab57 (6.19).
struct flag_by_fences {
    static bool is_switched(const inode& i) {
        const bool yes = (READ_ONCE(i.i_state) & I_WB_SWITCH) != 0;
        smp_rmb(); // (5) pairs with (6)
        return yes;
    }
    static void end_switch(inode& i) {
        smp_wmb(); // (6) pairs with (5)
        WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) & ~I_WB_SWITCH);
    }
};

/// The page is about to be written: it is not dirty any more, and its wb counts one less. (R1) to
/// (R5), with (X1) to (X5) in the switch.
template <class Flag>
void folio_clear_dirty_for_io(inode& i) {
    rcu_read_lock();                          // (R1)
    const bool locked = Flag::is_switched(i); // (R2)
    if (locked)
        spin_lock(i.i_pages); // (R3)
    bdi_writeback* wb = READ_ONCE(i.i_wb);
    if (atomic_xchg(i.dirty, 0) != 0)
        atomic_dec(wb->reclaimable); // (R4)
    if (locked)
        spin_unlock(i.i_pages); // (R5)
    rcu_read_unlock();
}

// --- umount --------------------------------------------------------------------------------------

/// Declares the superblock inactive, and waits until nothing of it is being switched any more.
/// `drains_first`, in a mutant: waits before that. (U2), (U4)
template <class Version>
void stop_switches(Version& v, super_block& sb) {
    constexpr bool drains_first = requires {
        requires Version::drains_first;
    };
    if constexpr (drains_first)
        v.cgroup_writeback_umount(sb);
    data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
    if constexpr (!drains_first)
        v.cgroup_writeback_umount(sb); // (U4)
}

} // namespace wbsync::models::writeback
