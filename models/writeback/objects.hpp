// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <array>
#include <functional>
#include <vector>

/// The objects of cgroup writeback that the umount protocol is about: fs/inode.c, fs/super.c,
/// fs/fs-writeback.c, include/linux/backing-dev-defs.h. README.md in this folder says what is left
/// out, and why.
namespace wbsync::models::writeback {

inline constexpr std::int64_t SB_ACTIVE = 1; // NOLINT: the kernel's name

// i_state
inline constexpr std::int64_t I_FREEING = 1;   // NOLINT: the kernel's name
inline constexpr std::int64_t I_WILL_FREE = 2; // NOLINT: the kernel's name
inline constexpr std::int64_t I_WB_SWITCH = 4; // NOLINT: the kernel's name

/// How much there is of everything.
struct bounds {
    int switchers = 1;
    int inodes = 1;
    int superblocks = 1;
    int cleaner = 0;
};

struct inode;
struct inode_switch_wbs_context;

struct super_block {
    explicit super_block(const label& called)
        : name(called), s_flags({name, "s_flags"}, SB_ACTIVE),
          s_inode_list_lock({name, "s_inode_list_lock"}), s_inodes({name, "s_inodes"}),
          s_isw_nr_in_flight({name, "s_isw_nr_in_flight"}),
          s_fs_counter({name, "s_fs_counter"}, 0, 32, "P2") {}

    label name;
    /// The kernel reads and writes it plainly, a known race. Here data_race(), so that this race
    /// does not hide the others.
    atomic_t s_flags;
    spinlock_t s_inode_list_lock;
    plain<std::vector<inode*>> s_inodes; ///< protected by s_inode_list_lock
    atomic_t s_isw_nr_in_flight;         ///< v9: inodes of this superblock that are being switched
    /// Stands for s_fs_info with its percpu counters, which put_super() destroys.
    percpu_counter s_fs_counter;
};

struct bdi_writeback {
    bdi_writeback(const label& called, std::function<void()> work)
        : name(called), list_lock({name, "list_lock"}), b_attached({name, "b_attached"}),
          switch_wbs_ctxs({name, "switch_wbs_ctxs"}),
          switch_work({name, "switch_work"}, [run = std::move(work)](work_struct&) { run(); }) {}

    label name;
    spinlock_t list_lock;
    plain<std::vector<inode*>> b_attached; ///< with b_dirty_time; protected by list_lock
    llist_head switch_wbs_ctxs;
    work_struct switch_work;
};

struct inode {
    inode(const label& called, super_block& sb, bdi_writeback& wb, int writers)
        : name(called), i_sb(sb), i_state({name, "i_state"}), i_count({name, "i_count"}),
          i_lock({name, "i_lock"}), i_wb({name, "i_wb"}, &wb), i_sync({name, "I_SYNC"}, writers) {}

    label name;
    super_block& i_sb;
    atomic_t i_state;
    atomic_t i_count; ///< 0: cached on the LRU, nobody uses it
    spinlock_t i_lock;
    pointer<bdi_writeback> i_wb;
    /// Writers of the inode that are still at it. Eviction waits for them, which is what keeps the
    /// inode there for inode_switch_wbs() until that holds a reference.
    atomic_t i_sync;
};

/// list_add() and list_del() on a list of inodes.
inline void list_add(plain<std::vector<inode*>>& list, inode& i, const site& at = site::here()) {
    std::vector<inode*> changed = list.read(at);
    changed.push_back(&i);
    list.write(std::move(changed), at);
}
inline void list_del(plain<std::vector<inode*>>& list, inode& i, const site& at = site::here()) {
    std::vector<inode*> changed = list.read(at);
    std::erase(changed, &i);
    list.write(std::move(changed), at);
}

/// One request to switch inodes to another wb.
struct inode_switch_wbs_context {
    explicit inode_switch_wbs_context(const label& called) : list(called, this) {}

    llist_node list;
    std::vector<inode*> inodes;
};

} // namespace wbsync::models::writeback
