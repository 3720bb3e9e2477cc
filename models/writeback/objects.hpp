// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

/// The objects of cgroup writeback that matter for the umount protocol: fs/inode.c, fs/super.c,
/// fs/fs-writeback.c, include/linux/backing-dev-defs.h. README.md in this folder says what is left
/// out, and why. Each is allocated with the property that a use after its end violates.
namespace wbsync::models::writeback {

inline constexpr std::int64_t SB_ACTIVE = 1; // NOLINT: the kernel's name

// i_state
inline constexpr std::int64_t I_FREEING = 1;   // NOLINT: the kernel's name
inline constexpr std::int64_t I_WILL_FREE = 2; // NOLINT: the kernel's name
inline constexpr std::int64_t I_WB_SWITCH = 4; // NOLINT: the kernel's name

struct inode;
struct inode_switch_wbs_context;
struct backing_dev_info;

/// The own data of a file system such as ext4 for a superblock, besides its counters.
struct fs_info {
    explicit fs_info(const label& of) : options({of, "options"}) {}
    plain<int> options; ///< read without a mark or a lock
};

struct super_block {
    explicit super_block(const label& called)
        : name(called), s_flags({name, "s_flags"}, SB_ACTIVE), s_active({name, "s_active"}, 1),
          s_umount({name, "s_umount"}), s_inode_list_lock({name, "s_inode_list_lock"}),
          s_inodes({name, "s_inodes"}), s_isw_nr_in_flight({name, "s_isw_nr_in_flight"}),
          s_fs_counter({name, "s_fs_counter"}, 0, 32, "P2") {}

    label name;
    /// The kernel reads and writes it plainly, a known race. Here data_race(), so that this race
    /// does not hide the others.
    atomic_t s_flags;
    atomic_t s_active; ///< 1: mounted once
    rw_semaphore s_umount;
    spinlock_t s_inode_list_lock;
    plain<std::vector<inode*>> s_inodes; ///< protected by s_inode_list_lock
    atomic_t s_isw_nr_in_flight;         ///< vX: its switches in flight; v9: its inodes in them
    percpu_counter s_fs_counter;         ///< of s_fs_info: put_super() destroys it
    fs_info* s_fs_info =                 ///< put_super() frees it
        kmalloc<fs_info>({label{name, "s_fs_info"}, "P2"}, label{name, "s_fs_info"});
    /// If put_super() writes the counter to the disk: the right value. Not in the kernel.
    std::optional<std::int64_t> sum_to_save;
};

/// The lifetime of a wb that belongs to a cgroup. The root wb, a part of its bdi, has none.
struct cgwb_life {
    cgwb_life(const label& of, workqueue_struct& release_wq, std::function<void()> release)
        : refcnt(
              {of, "refcnt"},
              [this, &release_wq](percpu_ref&) { queue_work(release_wq, release_work); },
              PERCPU_REF_INIT_ATOMIC, "P3"),
          release_work(release_wq, {of, "release_work"},
                       [run = std::move(release)](work_struct&) { run(); }),
          released({of, "released"}) {}

    percpu_ref refcnt;
    work_struct release_work;
    atomic_t released; ///< how often; not in the kernel
    rcu_head rcu;
};

struct bdi_writeback {
    /// `init` makes members that only some wbs have, as a part of the same memory.
    template <class Init>
    bdi_writeback(const label& called, backing_dev_info& on, Init init)
        : name(called), bdi({name, "bdi"}, &on), list_lock({name, "list_lock"}),
          b_attached({name, "b_attached"}), reclaimable({name, "WB_RECLAIMABLE"}),
          switch_wbs_ctxs({name, "switch_wbs_ctxs"}) {
        init(*this);
    }

    label name;
    pointer<backing_dev_info> bdi;
    spinlock_t list_lock;
    plain<std::vector<inode*>> b_attached; ///< with b_dirty_time; protected by list_lock
    atomic_t reclaimable;                  ///< stat[WB_RECLAIMABLE]: dirty pages
    llist_head switch_wbs_ctxs;            ///< v5: requests to switch to this wb
    std::optional<work_struct> switch_work;
    std::optional<cgwb_life> life;
};

struct backing_dev_info {
    template <class Init>
    backing_dev_info(std::int64_t references, Init init)
        : wb(label{"bdi.wb"}, *this, init), refcnt("bdi.refcnt", references) {}

    bdi_writeback wb; ///< the root wb
    /// References of the device, of each superblock, and of the users of a cgroup's wb: it has one.
    refcount_t refcnt;
};

struct inode {
    inode(const label& called, super_block& sb, bdi_writeback& wb, int writers)
        : name(called), i_sb(sb), i_state({name, "i_state"}), i_count({name, "i_count"}),
          i_lock({name, "i_lock"}), i_wb({name, "i_wb"}, &wb), i_sync({name, "I_SYNC"}, writers),
          i_pages({name, "i_pages"}), dirty({name, "PG_dirty"}) {}

    label name;
    spinlock_t* i_hash_lock = nullptr; ///< of all inodes in the hash table; nullptr: not in there
    super_block& i_sb;
    bool unlinked = false; ///< i_nlink is 0: not kept when unused, even by an active superblock
    atomic_t i_state;
    atomic_t i_count; ///< 0: cached on the LRU, nobody uses it
    spinlock_t i_lock;
    pointer<bdi_writeback> i_wb;
    /// Writers that are still using the inode. Eviction waits for them, so the inode exists for
    /// inode_switch_wbs() until that holds a reference.
    atomic_t i_sync;
    spinlock_t i_pages; ///< the lock of i_mapping->i_pages
    atomic_t dirty;     ///< of its one page
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

/// One request to switch inodes to another wb. Up to v4 each is a work of its own.
struct inode_switch_wbs_context {
    template <class Init>
    inode_switch_wbs_context(const label& called, bdi_writeback& to, Init init)
        : list(called, this), new_wb(to) {
        init(*this);
    }

    llist_node list; ///< from v5
    std::vector<inode*> inodes;
    bdi_writeback& new_wb;
    std::optional<work_struct> work; ///< v0 to v3, with `rcu`
    rcu_head rcu;
    std::optional<rcu_work> rwork; ///< v4
};

// --- references ---------------------------------------------------------------------------------

/// wb_get(), wb_put(), wb_tryget(): nothing happens to the root wb, but wb_put() has to read its
/// bdi to see that it is the root wb.
inline bool wb_tryget(bdi_writeback& wb) {
    return !wb.life || percpu_ref_tryget(wb.life->refcnt);
}
inline void wb_get(bdi_writeback& wb) {
    if (wb.life)
        percpu_ref_get(wb.life->refcnt);
}
inline void wb_put(bdi_writeback& wb) {
    if (&wb == &READ_ONCE(wb.bdi)->wb)
        return;
    if (wb.life)
        percpu_ref_put(wb.life->refcnt);
}

/// The last reference frees the bdi. mm/backing-dev.c.
inline void bdi_put(backing_dev_info& bdi) {
    if (refcount_dec_and_test(bdi.refcnt))
        kfree(&bdi);
}

} // namespace wbsync::models::writeback
