// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v9.hpp"

/// Versions with one promise broken each, v9 where nothing else is said: the negative controls.
namespace wbsync::models::writeback {

/// No barrier between what makes the switch known and the look at SB_ACTIVE.
template <class Version>
class no_mb_in_prepare : public Version {
public:
    using Version::Version;

protected:
    void mb_in_prepare() override {}
};

/// No barrier between clearing SB_ACTIVE and the look for switches.
template <class Version>
class no_mb_in_umount : public Version {
public:
    using Version::Version;

protected:
    void mb_in_umount() override {}
};

/// The worker unpins before it drops the reference.
class isw_v9_unpin_first : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void put_inodes(inode_switch_wbs_context& isw) override {
        for (inode* i : isw.inodes) {
            cgroup_writeback_unpin(i->i_sb);
            iput(*i);
        }
    }
};

/// The superblock is pinned after the reference on the inode is taken.
class isw_v9_late_pin : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    bool inode_prepare_wbs_switch(inode& i, bdi_writeback& new_wb) override {
        if (!claim_for_switch(i, new_wb, I_WB_SWITCH | I_FREEING | I_WILL_FREE))
            return false;
        cgroup_writeback_pin(i.i_sb);
        mb_in_prepare();
        return true;
    }
};

/// SB_ACTIVE is looked at before the pin only, (N1), and not again under i_lock, (N6).
class isw_v9_no_recheck : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    bool inode_prepare_wbs_switch(inode& i, bdi_writeback& new_wb) override {
        super_block& sb = i.i_sb;
        if (!is_active(sb))
            return false;
        cgroup_writeback_pin(sb);
        mb_in_prepare();
        if (claim_for_switch(i, new_wb, I_WB_SWITCH | I_FREEING | I_WILL_FREE, &any))
            return true;
        cgroup_writeback_unpin(sb);
        return false;
    }
};

/// The count goes down without any ordering.
class isw_v9_relaxed_unpin : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void cgroup_writeback_unpin(super_block& sb) override {
        atomic_dec(sb.s_isw_nr_in_flight);
        wake_up_var(sb.s_isw_nr_in_flight);
    }
};

/// The count goes down with a release, which does not order the look at the wait queue after it.
class isw_v9_release_unpin : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void cgroup_writeback_unpin(super_block& sb) override {
        atomic_sub_return_release(1, sb.s_isw_nr_in_flight);
        wake_up_var(sb.s_isw_nr_in_flight);
    }
};

/// Wakes also if the count is not 0 yet: costs time, breaks nothing.
class isw_v9_wake_always : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void cgroup_writeback_unpin(super_block& sb) override {
        atomic_dec_return(sb.s_isw_nr_in_flight);
        wake_up_var(sb.s_isw_nr_in_flight);
    }
};

/// Umount waits before it clears SB_ACTIVE.
class isw_v9_drain_first : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void clear_active_and_wait(super_block& sb) override {
        cgroup_writeback_umount(sb);
        data_race_write(sb.s_flags, 0);
    }
};

/// The worker does not wait for users of statistics that have seen the inode not being switched.
class isw_v9_no_grace_period : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void wait_for_users_of_statistics() override {}
};

/// A user of statistics may read an older i_wb than the one that goes with the flag it saw, since
/// it looks at the flag with a relaxed load, up to 6.18.
class isw_v0_relaxed_reader : public isw_v0 {
public:
    using isw_v0::isw_v0;

protected:
    bool is_switched(const inode& i) override { return (READ_ONCE(i.i_state) & I_WB_SWITCH) != 0; }
};

/// The same, since it has no fence after the look.
class isw_v9_no_rmb : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void rmb_after_look() override {}
};

/// The same, since the flag may be seen clear before i_wb is seen changed.
class isw_v9_no_wmb : public isw_v9 {
public:
    using isw_v9::isw_v9;

protected:
    void wmb_before_clearing() const override {}
};

/// Inodes are not in the hash table: one section less after what ->evict_inode() does, (V5).
template <class Version>
class unhashed : public Version {
public:
    using Version::Version;

protected:
    [[nodiscard]] bool hashes_inodes() const override { return false; }
};

/// The worker's iput() drops the last reference with the ordering of refcount_dec_and_test(),
/// release and, for the last one, acquire: (I4) without a full barrier. The look at SB_ACTIVE in
/// iput_final() may then be done before others see the reference gone.
template <class Version>
class refcount_iput : public Version {
public:
    using Version::Version;

protected:
    void put_inodes(inode_switch_wbs_context& isw) override {
        for (inode* i : isw.inodes) {
            super_block& sb = i->i_sb;
            iput(*i, [](atomic_t& count) {
                const bool last = atomic_sub_return_release(1, count) == 0;
                if (last)
                    smp_rmb(); // smp_acquire__after_ctrl_dep()
                return last;
            });
            this->cgroup_writeback_unpin(sb);
        }
    }
};

} // namespace wbsync::models::writeback
