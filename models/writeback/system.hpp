// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw.hpp"

#include <vector>

/// The bounded system that every version of the protocol runs in: its objects, the threads that
/// each question needs, and its end.
namespace wbsync::models::writeback {

/// Superblocks on one device, whose inodes all move from the wb of a dying cgroup to another wb.
struct isw_system {
    isw_system(const bounds& b, question asked, bool hashed = true)
        : size(b), about(asked), hashes_inodes(hashed) {}

    atomic_t isw_nr_in_flight{"isw_nr_in_flight"};
    workqueue_struct isw_wq{"isw_wq"};

    bounds size;
    question about;
    bool hashes_inodes; ///< are they in the hash table? Most are, but not those of XFS
    spinlock_t inode_hash_lock{"inode_hash_lock"};
    workqueue_struct cgwb_release_wq{"cgwb_release"};
    pointer<bdi_writeback> cgwb_tree{"cgwb_tree"};
    atomic_t umounted{"umounted"};
    backing_dev_info* bdi = nullptr;
    bdi_writeback* old_wb = nullptr;
    bdi_writeback* new_wb = nullptr;
    std::vector<super_block*> superblocks;
    std::vector<inode*> inodes;
};

// --- what a version needs from the system --------------------------------------------------------

/// A new request, with a reference on the wb that is looked up; nullptr: the wb is going away.
/// (Then the kernel makes a new wb.) `init` makes what the version's requests need. (S3), (S6)
template <class Init>
inode_switch_wbs_context* wb_get_create(isw_system& in, Init init) {
    bdi_writeback* wb = in.new_wb;
    if (in.about == question::wb_lifetime) {
        rcu_read_lock();
        wb = rcu_dereference(in.cgwb_tree);
        if (wb != nullptr && !wb_tryget(*wb))
            wb = nullptr;
        rcu_read_unlock();
    }
    if (wb == nullptr)
        return nullptr;
    return kmalloc<inode_switch_wbs_context>("isw", "isw", *wb, init);
}

/// The wb that the inodes of a request leave. There is only one, which is never released: their
/// references on it do not matter.
inline bdi_writeback& old_wb_of(isw_system& in, const inode_switch_wbs_context&) {
    return *in.old_wb;
}
inline void wb_put_many(isw_system&, bdi_writeback&, std::size_t) {}

/// The inode belongs to its new wb now. Nobody waits for that.
inline void on_switched(isw_system&, inode&) {}

/// A worker rests here while it only has switches for others (P6).
inline void rest_if_asked(isw_system& in) {
    if (in.about == question::isolation)
        await(in.umounted, [](std::int64_t done) { return done != 0; });
}

// --- the wb of a cgroup (question::wb_lifetime) --------------------------------------------------

/// Runs with cgwb_lock and interrupts off, which is a read-side section: the wb is not freed before
/// this returns.
inline void cgwb_kill(isw_system& in, bdi_writeback& wb) {
    rcu_read_lock();
    WRITE_ONCE(in.cgwb_tree, static_cast<bdi_writeback*>(nullptr));
    percpu_ref_kill(wb.life->refcnt);
    rcu_read_unlock();
}

inline void cgwb_release_workfn(bdi_writeback& wb) {
    expect_released_for_good(wb);
    call_rcu(wb.life->rcu, [&wb] {
        percpu_ref_exit(wb.life->refcnt);
        kfree(&wb);
    });
}

// --- before the threads start --------------------------------------------------------------------

/// For P6 no inode of the first superblock is: nothing of it must be switched.
inline bool is_of_dying_cgroup(const isw_system& in, int number) {
    return in.about != question::isolation || number % in.size.superblocks != 0;
}

/// The inode of switcher number `n`. For P6 it is never one of the first superblock.
inline int number_of_target(const isw_system& in, int n) {
    if (in.about != question::isolation)
        return n % in.size.inodes;
    std::vector<int> of_others;
    for (int i = 0; i != in.size.inodes; ++i)
        if (is_of_dying_cgroup(in, i))
            of_others.push_back(i);
    return of_others.at(static_cast<std::size_t>(n) % of_others.size());
}

/// The number of writers of inode `i` when the model starts.
inline int writers_of(const isw_system& in, int i) {
    int n = 0;
    for (int s = 0; s != in.size.switchers; ++s)
        n += number_of_target(in, s) == i ? 1 : 0;
    return n;
}

inline void add_inode(isw_system& in, int number) {
    super_block& sb = *in.superblocks[static_cast<std::size_t>(number % in.size.superblocks)];
    const label name{"inode", number};
    bdi_writeback& wb = is_of_dying_cgroup(in, number) ? *in.old_wb : *in.new_wb;
    inode* i = kmalloc<inode>({name, "P2"}, name, sb, wb, writers_of(in, number));
    if (in.hashes_inodes)
        i->i_hash_lock = &in.inode_hash_lock;
    i->unlinked = in.about == question::wb_lifetime;
    if (in.about == question::statistics) {
        WRITE_ONCE(i->dirty, 1);
        atomic_inc(in.old_wb->reclaimable);
    }
    list_add(sb.s_inodes, *i);
    list_add(wb.b_attached, *i);
    in.inodes.push_back(i);
}

/// `target` makes the wb to which inodes are switched.
template <class Target>
void build(isw_system& in, Target target) {
    const bool on_root = in.about == question::bdi_lifetime;
    const auto nothing = [](bdi_writeback&) {};
    const int references = 1 + in.size.superblocks + in.size.cleaner;
    if (on_root)
        in.bdi = kmalloc<backing_dev_info>({"bdi", "P8"}, references, target);
    else
        in.bdi = kmalloc<backing_dev_info>({"bdi", "P8"}, references, nothing);
    in.old_wb = kmalloc<bdi_writeback>({"old_wb", "P3"}, "old_wb", *in.bdi, nothing);
    in.new_wb =
        on_root ? &in.bdi->wb : kmalloc<bdi_writeback>({"new_wb", "P3"}, "new_wb", *in.bdi, target);
    if (in.about == question::wb_lifetime)
        WRITE_ONCE(in.cgwb_tree, in.new_wb);
    for (int i = 0; i != in.size.superblocks; ++i)
        in.superblocks.push_back(kmalloc<super_block>({label{"sb", i}, "P2"}, label{"sb", i}));
    for (int i = 0; i != in.size.inodes; ++i)
        add_inode(in, i);
    if (in.about == question::saved_sum)
        in.superblocks.front()->sum_to_save =
            -static_cast<std::int64_t>(in.superblocks.front()->s_inodes.peek().size());
}

/// Gives the wb a work, if the version's requests have none of their own, and for P3 a lifetime.
template <class Version>
void init_target(Version& v, bdi_writeback& wb) {
    if constexpr (Version::requests == request_kind::on_list)
        wb.switch_work.emplace(v.world.isw_wq, label{wb.name, "switch_work"},
                               [&v, &wb](work_struct&) { v.inode_switch_wbs_work_fn(wb); });
    if (v.world.about == question::wb_lifetime)
        wb.life.emplace(wb.name, v.world.cgwb_release_wq, [&wb] { cgwb_release_workfn(wb); });
}

// --- the threads ---------------------------------------------------------------------------------

/// A writer that finds that its inode should belong to another wb.
template <class Version>
void switcher(Version& v, inode& target) {
    v.inode_switch_wbs(target);
    smp_mb__before_atomic();
    atomic_dec(target.i_sync); // the writer is done with the inode
}

/// Holds a reference on the wb of the dying cgroup, and so on the bdi, but on no superblock.
template <class Version>
void cleanup_offline_cgwbs_workfn(Version& v) {
    v.cleanup_offline_cgwb(*v.world.old_wb);
    if (v.world.about == question::bdi_lifetime)
        bdi_put(*v.world.bdi); // wb_put() of the old wb, whose release does it
}

/// umount(2) of the first superblock; for P8 the device goes away after it.
template <class Version>
void umount(Version& v) {
    isw_system& in = v.world;
    super_block& sb = *in.superblocks.front();
    const bool did_it = deactivate_super(sb, [&v](super_block& s) { stop_switches(v, s); });
    if (in.about != question::late_umount)
        expect_unmounted(sb, did_it);
    if (in.about == question::isolation)
        WRITE_ONCE(in.umounted, 1);
    if (in.about == question::bdi_lifetime) {
        bdi_put(*in.bdi); // (U9)
        if constexpr (requires { v.bdi_unregister(*in.bdi); })
            v.bdi_unregister(*in.bdi);
        bdi_put(*in.bdi);
    }
}

/// All threads except switchers and the cleaner.
template <class Version>
void others(Version& v, scenario& s) {
    isw_system& in = v.world;
    switch (in.about) {
    case question::umount:
    case question::late_umount:
    case question::isolation:
    case question::bdi_lifetime:
    case question::saved_sum:
        s.thread(
            "umount", [&v] { umount(v); }, in.about == question::isolation ? "P6" : "P5");
        return;
    case question::wb_lifetime:
        s.thread("css_offline", [&in] { cgwb_kill(in, *in.new_wb); });
        return;
    case question::statistics:
        s.threads("flusher", in.size.inodes, [&in](int i) {
            folio_clear_dirty_for_io<typename Version::flag>(
                *in.inodes[static_cast<std::size_t>(i)]);
        });
        return;
    }
}

/// Builds the system of a version, and adds its threads.
template <class Version>
void add_threads(Version& v, scenario& s) {
    isw_system& in = v.world;
    build(in, [&v](bdi_writeback& wb) { init_target(v, wb); });
    s.threads("switcher", in.size.switchers, [&v, &in](int n) {
        switcher(v, *in.inodes[static_cast<std::size_t>(number_of_target(in, n))]);
    });
    if constexpr (Version::requests != request_kind::on_list)
        spare_kworkers(s, 1, in.size.switchers);
    if constexpr (requires { v.cleanup_offline_cgwb(*in.old_wb); })
        if (in.size.cleaner != 0) {
            s.thread("cleaner", [&v] { cleanup_offline_cgwbs_workfn(v); });
            if constexpr (Version::requests != request_kind::on_list)
                spare_kworkers(s, 1);
        }
    others(v, s);
    if (Version::requests != request_kind::on_list || in.about == question::wb_lifetime)
        rcu_callback_thread(s);
}

// --- the end -------------------------------------------------------------------------------------

/// Frees objects that still exist because they were not unmounted, killed or removed. This does not
/// include objects that umount, the release of a wb and the removal of the device have to free: if
/// they do not, that is a "leak".
inline void free_the_rest(isw_system& in) {
    const bool unmounts = in.about != question::wb_lifetime && in.about != question::statistics;
    for (std::size_t k = unmounts ? 1 : 0; k != in.superblocks.size(); ++k) {
        for (inode* i : std::vector<inode*>{in.superblocks[k]->s_inodes.peek()})
            kfree(i);
        kfree(in.superblocks[k]->s_fs_info);
        kfree(in.superblocks[k]);
        if (in.about == question::bdi_lifetime)
            bdi_put(*in.bdi);
    }
    kfree(in.old_wb);
    if (in.about == question::bdi_lifetime)
        return;
    if (in.about != question::wb_lifetime)
        kfree(in.new_wb);
    kfree(in.bdi);
}

inline void finish(isw_system& in) {
    ensure(READ_ONCE(in.isw_nr_in_flight) == 0, "counter-balance", "isw_nr_in_flight is not 0");
    if (in.about == question::statistics) {
        expect_counted_once(*in.old_wb, in.inodes);
        expect_counted_once(*in.new_wb, in.inodes);
    }
    free_the_rest(in);
}

/// A version in the bounded system: what the model checker runs.
template <class Version>
class isw_model {
public:
    explicit isw_model(const bounds& size, question about = question::umount, bool hashed = true)
        : world_(size, about, hashed) {}
    isw_model(const isw_model&) = delete;
    isw_model& operator=(const isw_model&) = delete;

    void threads(scenario& s) { add_threads(version_, s); }
    void finally() { finish(world_); }

private:
    isw_system world_;
    Version version_{world_};
};

} // namespace wbsync::models::writeback
