// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/objects.hpp"

#include <wbsync/bounds.hpp>

/// Who runs against whom. `Kernel` is what the kernel does at some commit.
namespace wbsync::models::mounts {

/// How many threads there are of each kind. Not every scenario has all kinds.
WBSYNC_BOUNDS(bounds, (closers, 0, 0, 4, "threads that close their open file"),
              (movers, 0, 0, 3, "the same, and migrate while they take and drop another reference"),
              (walkers, 0, 0, 4, "RCU walkers that want a reference"),
              (others, 0, 0, 4, "threads that change the mount tree elsewhere"));

/// One mount, and what the threads do with it. Movers are declared first, so that they start on
/// CPU 0, whose part of a sum is read first. Threads of one kind are not alike: they are on
/// different CPUs.
template <class Kernel>
class scene : protected Kernel {
public:
    explicit scene(const bounds& b) : bounds_(b) {}

    /// What is never unmounted has the tree's reference left.
    void finally() {
        if (!mounted_)
            return;
        ensure(this->mnt_get_count(*mnt_) == 1, "counter-balance", "mnt_count is not 1");
        kfree(&mnt_->mnt_sb);
        kfree(mnt_);
    }

protected:
    using typename Kernel::walk;

    const bounds bounds_; // NOLINT: of the derived scenarios
    mount* mnt_ = nullptr;
    bool mounted_ = true; ///< for finally()
    pointer<mount> reachable_{"reachable"};

    /// With `references` of the tree and of umount, and one for each file.
    void make(scenario& s, std::int64_t references) {
        mnt_ = kmalloc<mount>({"mnt", "P2"}, *kmalloc<super_block>({"sb", "P2"}));
        for (std::int64_t i = 0; i != references + bounds_.closers + bounds_.movers; ++i)
            this->mnt_inc_count(*mnt_);
        rcu_assign_pointer(reachable_, mnt_);
        for (int i = 0; i != bounds_.movers; ++i) {
            s.thread({"mover", i}, [this] { mover(); });
            may_migrate(s);
        }
    }

    void add_callbacks(scenario& s) { rcu_callback_thread(s); }

    void closer() {
        use(*mnt_);
        this->mntput(*mnt_);
    }

    /// For example open() of another file and its close().
    void mover() {
        this->mntget(*mnt_);
        this->mntput(*mnt_);
        closer();
    }

    void walker() {
        rcu_read_lock();
        const std::int64_t seq = read_seqbegin(this->mount_lock);
        mount* m = rcu_dereference(reachable_);
        const walk result = m == nullptr ? walk::refused : this->__legitimize_mnt(*m, seq);
        rcu_read_unlock();
        if (result == walk::legitimized)
            use(*m);
        if (result != walk::refused)
            this->mntput(*m);
    }

    void other() {
        this->lock_mount_hash();
        this->unlock_mount_hash();
    }
};

/// A mount that was detached, in use by open files: who closes the last one cleans up.
template <class Kernel>
class last_put : public scene<Kernel> {
public:
    using scene<Kernel>::scene;

    void threads(scenario& s) {
        this->make(s, 0);
        WRITE_ONCE(this->mnt_->mnt_ns, 0);
        this->mounted_ = false;
        s.threads("closer", this->bounds_.closers, [this](int) { this->closer(); });
        this->add_callbacks(s);
    }
};

/// The same, and walkers that start from the directory of a file that is being closed.
template <class Kernel>
class walk_from_file : public scene<Kernel> {
public:
    using scene<Kernel>::scene;

    void threads(scenario& s) {
        this->make(s, 0);
        WRITE_ONCE(this->mnt_->mnt_ns, 0);
        this->mounted_ = false;
        s.thread("closer[0]", [this] {
            rcu_assign_pointer(this->reachable_, static_cast<mount*>(nullptr));
            this->closer();
        });
        s.threads("walker", this->bounds_.walkers, [this](int) { this->walker(); });
        for (int i = 1; i < this->bounds_.closers; ++i)
            s.thread({"closer", i}, [this] { this->closer(); });
        this->add_callbacks(s);
    }
};

/// umount(2) of a mount on which there are walkers, and open files.
template <class Kernel>
class sync_umount : public scene<Kernel> {
public:
    using scene<Kernel>::scene;

    void threads(scenario& s) {
        this->make(s, 2);
        s.thread("umount", [this] { umount(); });
        s.threads("closer", this->bounds_.closers, [this](int) { this->closer(); });
        s.threads("walker", this->bounds_.walkers, [this](int) { this->walker(); });
        s.threads("other", this->bounds_.others, [this] { this->other(); });
        this->add_callbacks(s);
    }

private:
    /// P4: if the mount was not busy, it is gone when umount(2) returns.
    void umount() {
        bool finished = false;
        const bool done = this->do_umount(*this->mnt_, this->reachable_, finished);
        this->mounted_ = !done;
        finished |= this->mntput(*this->mnt_); // the reference of its path
        ensure(!done || finished, "P4",
               "umount was not refused, and returns before the mount is cleaned up");
    }
};

/// umount(2) with MNT_DETACH, which asks nobody; whoever closes the last file cleans up.
template <class Kernel>
class lazy_umount : public scene<Kernel> {
public:
    using scene<Kernel>::scene;

    void threads(scenario& s) {
        this->make(s, 2);
        this->mounted_ = false;
        s.thread("umount", [this] { umount(); });
        s.threads("closer", this->bounds_.closers, [this](int) { this->closer(); });
        s.threads("walker", this->bounds_.walkers, [this](int) { this->walker(); });
        this->add_callbacks(s);
    }

private:
    void umount() {
        this->lock_mount_hash();
        this->umount_tree(*this->mnt_, this->reachable_, MNT_UMOUNT);
        this->unlock_mount_hash();
        this->namespace_unlock(*this->mnt_);
        this->mntput(*this->mnt_);
    }
};

} // namespace wbsync::models::mounts
