// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/namespace.hpp"

#include <wbsync/bounds.hpp>

/// The scenarios: which threads run against each other.
namespace wbsync::models::mounts {

/// The number of threads of each kind. Not every scenario has all kinds.
WBSYNC_BOUNDS(bounds, (closers, 0, 0, 4, "threads that close their open file"),
              (movers, 0, 0, 3, "the same, and migrate while they take and drop another reference"),
              (walkers, 0, 0, 4, "RCU walkers that want a reference"),
              (others, 0, 0, 4, "threads that change the mount tree elsewhere"));

/// One mount, and its threads. Movers are declared first, so that they start on CPU 0, whose part
/// of a sum is read first. Threads of one kind are not symmetric: they are on different CPUs.
template <form Form>
struct scene {
    explicit scene(const bounds& b) : size(b) {}

    mount_namespace<Form> kernel;
    bounds size;
    mount* mnt = nullptr;
    bool mounted = true; ///< for finally()
    pointer<mount> reachable{"reachable"};

    /// With `references` references of the tree and of umount, and one for each file.
    void make(scenario& s, std::int64_t references) {
        mnt = kmalloc<mount>({"mnt", "P2"}, *kmalloc<super_block>({"sb", "P2"}));
        for (std::int64_t i = 0; i != references + size.closers + size.movers; ++i)
            kernel.mnt_inc_count(*mnt);
        rcu_assign_pointer(reachable, mnt);
        for (int i = 0; i != size.movers; ++i) {
            s.thread({"mover", i}, [this] { mover(); });
            may_migrate(s);
        }
    }

    /// The mount is already detached: it is in no namespace.
    void make_detached(scenario& s) {
        make(s, 0);
        WRITE_ONCE(mnt->mnt_ns, 0);
        mounted = false;
    }

    void add_closers(scenario& s) {
        s.threads("closer", size.closers, [this](int) { closer(); });
    }
    void add_walkers(scenario& s) {
        s.threads("walker", size.walkers, [this](int) { walker(); });
    }

    void closer() {
        use(*mnt);
        kernel.mntput(*mnt);
    }

    /// For example, open() of another file and its close().
    void mover() {
        kernel.mntget(*mnt);
        kernel.mntput(*mnt);
        closer();
    }

    void walker() {
        rcu_read_lock();
        const std::int64_t seq = read_seqbegin(kernel.mount_lock);
        mount* m = rcu_dereference(reachable);
        const walk result = m == nullptr ? walk::refused : kernel.__legitimize_mnt(*m, seq);
        rcu_read_unlock();
        if (result == walk::legitimized)
            use(*m);
        if (result != walk::refused)
            kernel.mntput(*m);
    }

    void other() {
        kernel.lock_mount_hash();
        kernel.unlock_mount_hash();
    }

    /// A mount that is never unmounted still has the tree's reference.
    void finish() {
        if (!mounted)
            return;
        ensure(kernel.mnt_get_count(*mnt) == 1, "counter-balance", "mnt_count is not 1");
        kfree(&mnt->mnt_sb);
        kfree(mnt);
    }
};

/// A detached mount in use by open files: the thread that closes the last one cleans up.
template <form Form>
class last_put {
public:
    explicit last_put(const bounds& b) : on_(b) {}

    void threads(scenario& s) {
        on_.make_detached(s);
        on_.add_closers(s);
        rcu_callback_thread(s);
    }
    void finally() { on_.finish(); }

private:
    scene<Form> on_;
};

/// The same mount, with walkers that start from the directory of a file that is being closed.
template <form Form>
class walk_from_file {
public:
    explicit walk_from_file(const bounds& b) : on_(b) {}

    void threads(scenario& s) {
        on_.make_detached(s);
        s.thread("closer[0]", [this] {
            rcu_assign_pointer(on_.reachable, static_cast<mount*>(nullptr));
            on_.closer();
        });
        on_.add_walkers(s);
        for (int i = 1; i < on_.size.closers; ++i)
            s.thread({"closer", i}, [this] { on_.closer(); });
        rcu_callback_thread(s);
    }
    void finally() { on_.finish(); }

private:
    scene<Form> on_;
};

/// umount(2) of a mount with walkers and open files.
template <form Form>
class sync_umount {
public:
    explicit sync_umount(const bounds& b) : on_(b) {}

    void threads(scenario& s) {
        on_.make(s, 2);
        s.thread("umount", [this] { umount(); });
        on_.add_closers(s);
        on_.add_walkers(s);
        s.threads("other", on_.size.others, [this] { on_.other(); });
        rcu_callback_thread(s);
    }
    void finally() { on_.finish(); }

private:
    /// P4: if the mount was not busy, it is gone when umount(2) returns.
    void umount() {
        bool finished = false;
        const bool done = on_.kernel.do_umount(*on_.mnt, on_.reachable, finished);
        on_.mounted = !done;
        finished |= on_.kernel.mntput(*on_.mnt); // the reference of its path
        ensure(!done || finished, "P4",
               "umount was not refused, and returns before the mount is cleaned up");
    }

    scene<Form> on_;
};

/// umount(2) with MNT_DETACH, which succeeds always; the thread that closes the last file cleans
/// up.
template <form Form>
class lazy_umount {
public:
    explicit lazy_umount(const bounds& b) : on_(b) {}

    void threads(scenario& s) {
        on_.make(s, 2);
        on_.mounted = false;
        s.thread("umount", [this] { umount(); });
        on_.add_closers(s);
        on_.add_walkers(s);
        rcu_callback_thread(s);
    }

private:
    void umount() {
        on_.kernel.lock_mount_hash();
        on_.kernel.umount_tree(*on_.mnt, on_.reachable, MNT_UMOUNT);
        on_.kernel.unlock_mount_hash();
        on_.kernel.namespace_unlock(*on_.mnt);
        on_.kernel.mntput(*on_.mnt);
    }

    scene<Form> on_;
};

} // namespace wbsync::models::mounts
