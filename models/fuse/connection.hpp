// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/bounds.hpp>
#include <wbsync/wbsync.hpp>

#include <memory>
#include <vector>

/// Umount of a fuse file system while requests are under way: fs/fuse/dev.c and fs/fuse/inode.c, as
/// they were before b8f95e5d13f5, after it, and after 2d84a2d19b61. README.md in this folder says
/// what is left out.
namespace wbsync::models::fuse {

/// How a request is dropped, and how umount waits for requests.
enum class form : std::uint8_t {
    no_wait,             ///< 4.18: umount aborts the requests, and goes on
    decides_early,       ///< b8f95e5d13f5: umount waits; fc->connected is read before the decrement
    decides_late,        ///< 2d84a2d19b61: decrement first, then fc->connected
    late_without_d_lock, ///< without the dentries' locks between the wait and the inodes
    late_acquire,        ///< the same, with an acquire load in the waiter's condition
};

WBSYNC_BOUNDS(bounds, (requests, 1, 1, 6, "under way when umount comes"));

struct super_block {
    atomic_t s_flags{"sb.s_flags", 1}; ///< SB_ACTIVE
    spinlock_t s_root_d_lock{"sb.s_root.d_lock"};
    spinlock_t s_inode_list_lock{"sb.s_inode_list_lock"};
};

struct fuse_conn {
    explicit fuse_conn(int requests) : num_waiting("fc.num_waiting", requests) {}

    spinlock_t lock{"fc.lock"};
    atomic_t connected{"fc.connected", 1};
    atomic_t num_waiting; ///< requests that are not freed yet
    wait_queue_head_t blocked_waitq{"fc.blocked_waitq"};
};

/// The inode that a request writes: the request holds a reference.
struct inode {
    explicit inode(int number) : name("inode", number), i_count({name, "i_count"}, 1) {}

    label name;
    atomic_t i_count;
};

template <form Form>
class umount_of_fuse {
public:
    explicit umount_of_fuse(const bounds& b) : fc_(b.requests) {
        for (int i = 0; i != b.requests; ++i)
            inodes_.push_back(std::make_unique<inode>(i));
    }

    /// Each request ends in a thread of its own: the server answers, or gives up after the abort.
    void threads(scenario& s) {
        for (const auto& i : inodes_)
            s.thread({"request", i->name.index}, [this, &i] { fuse_request_end(*i); });
        s.thread(
            "umount", [this] { fuse_kill_sb_anon(); }, "P5");
    }

private:
    static constexpr bool late = Form != form::no_wait && Form != form::decides_early;

    // --- a request (R1 to R4) -------------------------------------------------------------------

    void fuse_request_end(inode& i) {
        iput(i); // (R1) the request's own end function
        fuse_drop_waiting();
    }

    void iput(inode& i) {
        if (atomic_dec_and_test(i.i_count))
            (void)data_race(sb_->s_flags); // iput_final(): keep it cached?
    }

    void fuse_drop_waiting() {
        if constexpr (!late) {
            if (data_race(fc_.connected) != 0) // (R2)
                atomic_dec(fc_.num_waiting);   // (R3)
            else if (atomic_dec_and_test(fc_.num_waiting))
                wake_up_all(fc_.blocked_waitq); // (R4)
        } else if (dropped_the_last() && READ_ONCE(fc_.connected) == 0) {
            wake_up_all(fc_.blocked_waitq); // (R4)
        }
    }

    /// (1) A full barrier between the decrement and reading fc->connected; pairs with (2).
    bool dropped_the_last() { return atomic_dec_and_test(fc_.num_waiting); }

    // --- umount (U1 to U4) ----------------------------------------------------------------------

    void fuse_kill_sb_anon() {
        fuse_abort_conn();
        if constexpr (Form != form::no_wait)
            fuse_wait_aborted();
        kill_anon_super();
    }

    void fuse_abort_conn() {
        spin_lock(fc_.lock);
        WRITE_ONCE(fc_.connected, 0); // (U1)
        wake_up_all(fc_.blocked_waitq);
        spin_unlock(fc_.lock);
    }

    void fuse_wait_aborted() {
        if constexpr (late)
            smp_mb(); // (2) between fc->connected and fc->num_waiting; pairs with (1)
        wait_event(fc_.blocked_waitq, [this] { // (U2)
            if constexpr (Form == form::late_acquire)
                return atomic_read_acquire(fc_.num_waiting) == 0;
            else
                return atomic_read(fc_.num_waiting) == 0;
        });
    }

    /// The two critical sections order reading fc->num_waiting before reading the inodes.
    void kill_anon_super() {
        if constexpr (Form != form::late_without_d_lock && Form != form::late_acquire)
            shrink_dcache_for_umount();
        WRITE_ONCE(sb_->s_flags, 0);
        spin_lock(sb_->s_inode_list_lock);
        for (const auto& i : inodes_) // (U3) evict_inodes()
            ensure(atomic_read(i->i_count) == 0, "P1",
                   fmt::format("VFS: Busy inodes after unmount: {}", i->name.str()));
        spin_unlock(sb_->s_inode_list_lock);
        kfree(sb_); // (U4)
    }

    /// Locks at least the root dentry.
    void shrink_dcache_for_umount() {
        spin_lock(sb_->s_root_d_lock);
        spin_unlock(sb_->s_root_d_lock);
    }

    fuse_conn fc_;
    super_block* sb_ = kmalloc<super_block>({"sb", "P2"});
    std::vector<std::unique_ptr<inode>> inodes_;
};

} // namespace wbsync::models::fuse
