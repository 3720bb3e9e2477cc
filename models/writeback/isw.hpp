// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/vfs.hpp"

#include <vector>

/// What the versions of inode_switch_wbs() have in common: the bounded system, and the order of the
/// steps. A version overrides the steps that its commit changed.
namespace wbsync::models::writeback {

/// Superblocks on one device, whose inodes all move from the wb of a dying cgroup to another wb.
class isw_system {
public:
    explicit isw_system(const bounds& b, question about = question::umount)
        : bounds_(b), about_(about) {}
    virtual ~isw_system() = default;
    isw_system(const isw_system&) = delete;
    isw_system& operator=(const isw_system&) = delete;

    void threads(scenario& s) {
        build();
        s.threads("switcher", bounds_.switchers, [this](int i) { switcher(target_of(i)); });
        if (uses_works_of_requests())
            spare_kworkers(s, 1, bounds_.switchers);
        if (bounds_.cleaner != 0) {
            s.thread("cleaner", [this] { cleanup_offline_cgwbs_workfn(); });
            if (uses_works_of_requests())
                spare_kworkers(s, 1);
        }
        others(s);
        if (uses_rcu_callbacks() || about_ == question::wb_lifetime)
            rcu_callback_thread(s);
    }

    void finally() {
        ensure(READ_ONCE(isw_nr_in_flight) == 0, "counter-balance", "isw_nr_in_flight is not 0");
        if (about_ == question::statistics) {
            expect_counted_once(*old_wb_, inodes_);
            expect_counted_once(*new_wb_, inodes_);
        }
        free_the_rest();
    }

protected:
    atomic_t isw_nr_in_flight{"isw_nr_in_flight"};
    workqueue_struct isw_wq{"isw_wq"};

    // --- what the versions differ in ------------------------------------------------------------

    /// Are requests handed over with call_rcu() or queue_rcu_work()?
    [[nodiscard]] virtual bool uses_rcu_callbacks() const { return false; }
    /// Is each request a work of its own? If not, each wb has one.
    [[nodiscard]] virtual bool uses_works_of_requests() const { return false; }

    /// What a new request needs.
    virtual void init_isw(inode_switch_wbs_context&) {}
    /// Before and after all that the switcher does with the inode. (S4), (S5)
    virtual void announce() {}
    virtual void begin_section() {}
    virtual void end_section() {}
    /// inode_prepare_wbs_switch(): takes a reference on the inode, or refuses. (S7)
    virtual bool inode_prepare_wbs_switch(inode& i, bdi_writeback& new_wb) = 0;
    /// Hands the request over to a worker. (S9)
    virtual void wb_queue_isw(inode_switch_wbs_context& isw) = 0;
    /// A request that comes to nothing.
    virtual void retract() {}
    /// The last step of a worker for a request.
    virtual void uncount() {}
    /// The worker gives its references back.
    virtual void put_inodes(inode_switch_wbs_context& isw) {
        for (inode* i : isw.inodes)
            iput(*i);
    }
    /// The wb that the inodes of a request leave, and what becomes of their references on it. Here
    /// there is one, which nobody releases; for who has more of them.
    virtual bdi_writeback& old_wb_of(const inode_switch_wbs_context&) { return *old_wb_; }
    virtual void wb_put_many(bdi_writeback&, std::size_t) {}
    /// The work of a wb, if uses_works_of_requests() is false.
    virtual void inode_switch_wbs_work_fn(bdi_writeback&) {}
    /// The two barriers of store buffering, from v4: what makes the switch known before SB_ACTIVE,
    /// and SB_ACTIVE before what is known.
    virtual void mb_in_prepare() {}
    virtual void mb_in_umount() {}
    /// What umount does between SB_ACTIVE and evict_inodes(), (U4): from v2 to v8 it flushes, if
    /// anything is in flight.
    virtual void cgroup_writeback_umount(super_block&) {
        mb_in_umount();
        if (in_flight(site::here()) == 0)
            return;
        wait_until_queued();
        flush_workqueue(isw_wq);
    }
    [[nodiscard]] virtual std::int64_t in_flight(const site& at) const {
        return atomic_read(isw_nr_in_flight, at);
    }
    /// Umount waits until what is in flight is on the workqueue.
    virtual void wait_until_queued() {}
    virtual void clear_active_and_wait(super_block& sb) {
        data_race_write(sb.s_flags, 0); // (U2) &= ~SB_ACTIVE, with s_umount held for writing
        cgroup_writeback_umount(sb);    // (U4)
    }
    /// The device goes, all its file systems are unmounted.
    virtual void bdi_unregister(backing_dev_info&) {}
    /// A user of statistics looks whether the inode is being switched, (R2), and the switch ends,
    /// (X5): acquire and release, up to 6.18.
    virtual bool is_switched(const inode& i) {
        return (smp_load_acquire(i.i_state) & I_WB_SWITCH) != 0; // (5) pairs with (6)
    }
    virtual void end_switch(inode& i) const {
        smp_store_release(i.i_state, READ_ONCE(i.i_state) & ~I_WB_SWITCH); // (6) pairs with (5)
    }
    /// Are inodes in the hash table? Most are; those of XFS are not.
    [[nodiscard]] virtual bool hashes_inodes() const { return true; }

    // --- the steps ------------------------------------------------------------------------------

    /// A writer finds that the inode should belong to another wb. It has the inode. (S1) to (S9)
    void inode_switch_wbs(inode& i) {
        if ((READ_ONCE(i.i_state) & I_WB_SWITCH) != 0)
            return;                                                        // (S1)
        announce();                                                        // (S4)
        begin_section();                                                   // (S5)
        inode_switch_wbs_context* isw = wb_get_create();                   // (S3), (S6)
        if (isw == nullptr || !inode_prepare_wbs_switch(i, isw->new_wb)) { // (S7)
            end_section();
            give_up(isw);
            return;
        }
        isw->inodes.push_back(&i); // (S8)
        wb_queue_isw(*isw);        // (S9)
        end_section();
    }

    /// Holds a reference on the wb of the dying cgroup, and so on the bdi, but on no superblock.
    void cleanup_offline_cgwbs_workfn() {
        cleanup_offline_cgwb();
        if (about_ == question::bdi_lifetime)
            bdi_put(*bdi_); // wb_put() of the old wb, whose release does it
    }

    /// The cgroup is gone, its inodes move to the parent's wb. Exists since 5.14. (O1) to (O8)
    void cleanup_offline_cgwb() {
        announce();                                      // (O2)
        inode_switch_wbs_context* isw = wb_get_create(); // (O1), (O3)
        if (isw == nullptr) {
            retract();
            return;
        }
        begin_section();
        spin_lock(old_wb_->list_lock);              // (O4)
        for (inode* i : old_wb_->b_attached.read()) // (O5)
            if (inode_prepare_wbs_switch(*i, isw->new_wb))
                isw->inodes.push_back(i);
        spin_unlock(old_wb_->list_lock); // (O6)
        if (isw->inodes.empty()) {       // (O7)
            end_section();
            give_up(isw);
            return;
        }
        wb_queue_isw(*isw); // (O8)
        end_section();
    }

    /// The part of inode_prepare_wbs_switch() under i_lock: takes a reference unless the superblock
    /// is on its way out, the inode has one of the flags or belongs to the wb already. `pin` takes
    /// what else a version needs, and may refuse.
    static bool claim_for_switch(inode& i, const bdi_writeback& new_wb, std::int64_t unless_flags,
                                 bool (*may_use)(super_block&) = &is_active,
                                 bool (*pin)(super_block&) = &any) {
        spin_lock(i.i_lock);
        if (!may_use(i.i_sb) || (READ_ONCE(i.i_state) & unless_flags) != 0 ||
            READ_ONCE(i.i_wb) == &new_wb || !pin(i.i_sb)) {
            spin_unlock(i.i_lock);
            return false;
        }
        WRITE_ONCE(i.i_state, READ_ONCE(i.i_state) | I_WB_SWITCH);
        __iget(i);
        spin_unlock(i.i_lock);
        return true;
    }

    static bool any(super_block&) { return true; }
    static bool is_active(super_block& sb) { return (data_race(sb.s_flags) & SB_ACTIVE) != 0; }

    /// Moves the inodes, and gives back what the request holds. (W5)
    void process_inode_switch_wbs(inode_switch_wbs_context& isw) {
        bdi_writeback& old_wb = old_wb_of(isw);
        bdi_writeback& new_wb = isw.new_wb;
        rest_if_asked();
        spin_lock(old_wb.list_lock); // in the order of their addresses
        spin_lock(new_wb.list_lock);
        for (inode* i : isw.inodes)
            inode_do_switch_wbs(*i, old_wb, new_wb);
        spin_unlock(new_wb.list_lock);
        spin_unlock(old_wb.list_lock);
        wb_put_many(old_wb, isw.inodes.size());
        put_inodes(isw);
        wb_put(new_wb);
        kfree(&isw);
        uncount();
    }

    bool deactivate_super(super_block& sb) {
        return writeback::deactivate_super(sb,
                                           [this](super_block& s) { clear_active_and_wait(s); });
    }

private:
    // --- the system -----------------------------------------------------------------------------

    void build() {
        const bool on_root = about_ == question::bdi_lifetime;
        const auto nothing = [](bdi_writeback&) {};
        const auto target = [this](bdi_writeback& wb) { init_target(wb); };
        const int references = 1 + bounds_.superblocks + bounds_.cleaner;
        if (on_root)
            bdi_ = kmalloc<backing_dev_info>({"bdi", "P8"}, references, target);
        else
            bdi_ = kmalloc<backing_dev_info>({"bdi", "P8"}, references, nothing);
        old_wb_ = kmalloc<bdi_writeback>({"old_wb", "P3"}, "old_wb", *bdi_, nothing);
        new_wb_ =
            on_root ? &bdi_->wb : kmalloc<bdi_writeback>({"new_wb", "P3"}, "new_wb", *bdi_, target);
        if (about_ == question::wb_lifetime)
            WRITE_ONCE(cgwb_tree, new_wb_);
        for (int i = 0; i != bounds_.superblocks; ++i)
            superblocks_.push_back(kmalloc<super_block>({label{"sb", i}, "P2"}, label{"sb", i}));
        for (int i = 0; i != bounds_.inodes; ++i)
            add_inode(i);
        if (about_ == question::saved_sum)
            superblocks_.front()->sum_to_save =
                -static_cast<std::int64_t>(superblocks_.front()->s_inodes.peek().size());
    }

    void add_inode(int number) {
        super_block& sb = *superblocks_[static_cast<std::size_t>(number % bounds_.superblocks)];
        const label name{"inode", number};
        bdi_writeback& wb = is_of_dying_cgroup(number) ? *old_wb_ : *new_wb_;
        inode* i = kmalloc<inode>({name, "P2"}, name, sb, wb, writers_of(number));
        if (hashes_inodes())
            i->i_hash_lock = &inode_hash_lock;
        i->unlinked = about_ == question::wb_lifetime;
        if (about_ == question::statistics) {
            WRITE_ONCE(i->dirty, 1);
            atomic_inc(old_wb_->reclaimable);
        }
        list_add(sb.s_inodes, *i);
        list_add(wb.b_attached, *i);
        inodes_.push_back(i);
    }

    /// For P6 no inode of the first superblock is: nothing of it is to be switched.
    [[nodiscard]] bool is_of_dying_cgroup(int number) const {
        return about_ != question::isolation || number % bounds_.superblocks != 0;
    }

    void init_target(bdi_writeback& wb) {
        if (!uses_works_of_requests())
            wb.switch_work.emplace(isw_wq, label{wb.name, "switch_work"},
                                   [this, &wb](work_struct&) { inode_switch_wbs_work_fn(wb); });
        if (about_ == question::wb_lifetime)
            wb.life.emplace(wb.name, cgwb_release_wq, [&wb] { cgwb_release_workfn(wb); });
    }

    void others(scenario& s) {
        switch (about_) {
        case question::umount:
        case question::late_umount:
        case question::isolation:
        case question::bdi_lifetime:
        case question::saved_sum:
            s.thread(
                "umount", [this] { umount(); }, about_ == question::isolation ? "P6" : "P5");
            return;
        case question::wb_lifetime:
            s.thread("css_offline", [this] { cgwb_kill(*new_wb_); });
            return;
        case question::statistics:
            s.threads("flusher", bounds_.inodes, [this](int i) {
                folio_clear_dirty_for_io(*inodes_[static_cast<std::size_t>(i)]);
            });
            return;
        }
    }

    void switcher(inode& target) {
        inode_switch_wbs(target);
        smp_mb__before_atomic();
        atomic_dec(target.i_sync); // the writer is done with the inode
    }

    /// umount(2), of the first superblock.
    void umount() {
        super_block& sb = *superblocks_.front();
        const bool did_it = deactivate_super(sb);
        if (about_ != question::late_umount)
            expect_unmounted(sb, did_it);
        if (about_ == question::isolation)
            WRITE_ONCE(umounted_, 1);
        if (about_ == question::bdi_lifetime) {
            bdi_put(*bdi_); // (U9)
            bdi_unregister(*bdi_);
            bdi_put(*bdi_);
        }
    }

    /// Where a worker rests while it only has switches of others.
    void rest_if_asked() {
        if (about_ == question::isolation)
            await(umounted_, [](std::int64_t done) { return done != 0; });
    }

    // --- the wb of a cgroup (question::wb_lifetime)
    // -----------------------------------------------

    /// A new request, with a reference on the wb that is looked up; nullptr: the wb is on its way
    /// out. (The kernel makes a new wb then.)
    virtual inode_switch_wbs_context* wb_get_create() {
        bdi_writeback* wb = new_wb_;
        if (about_ == question::wb_lifetime) {
            rcu_read_lock();
            wb = rcu_dereference(cgwb_tree);
            if (wb != nullptr && !wb_tryget(*wb))
                wb = nullptr;
            rcu_read_unlock();
        }
        if (wb == nullptr)
            return nullptr;
        return kmalloc<inode_switch_wbs_context>(
            "isw", "isw", *wb, [this](inode_switch_wbs_context& isw) { init_isw(isw); });
    }

    /// With cgwb_lock and interrupts off, which is a read-side section: the wb is not freed before
    /// this returns.
    void cgwb_kill(bdi_writeback& wb) {
        rcu_read_lock();
        WRITE_ONCE(cgwb_tree, static_cast<bdi_writeback*>(nullptr));
        percpu_ref_kill(wb.life->refcnt);
        rcu_read_unlock();
    }

    static void cgwb_release_workfn(bdi_writeback& wb) {
        expect_released_for_good(wb);
        call_rcu(wb.life->rcu, [&wb] {
            percpu_ref_exit(wb.life->refcnt);
            kfree(&wb);
        });
    }

    // --- statistics (question::statistics)
    // ---------------------------------------------------------

    /// The page is about to be written: it is not dirty any more, and its wb counts one less. (R1)
    /// to (R5), with (X1) to (X5) in the switch.
    void folio_clear_dirty_for_io(inode& i) {
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

    /// Moves one inode to the other wb. Both list locks are held.
    void inode_do_switch_wbs(inode& i, bdi_writeback& old_wb, bdi_writeback& new_wb) const {
        spin_lock(i.i_lock); // (X3)
        if (about_ == question::statistics)
            spin_lock(i.i_pages);
        if ((READ_ONCE(i.i_state) & (I_FREEING | I_WILL_FREE)) == 0) {
            if (about_ == question::statistics && READ_ONCE(i.dirty) != 0) { // (X4)
                atomic_dec(old_wb.reclaimable);
                atomic_inc(new_wb.reclaimable);
            }
            list_del(old_wb.b_attached, i);
            list_add(new_wb.b_attached, i);
            wb_get(new_wb);
            WRITE_ONCE(i.i_wb, &new_wb);
        }
        end_switch(i); // (X5)
        if (about_ == question::statistics)
            spin_unlock(i.i_pages);
        spin_unlock(i.i_lock);
    }

    // --- small things ---------------------------------------------------------------------------

    /// The inode that switcher number `n` is at. For P6 it is never one of the first superblock.
    [[nodiscard]] int number_of_target(int n) const {
        if (about_ != question::isolation)
            return n % bounds_.inodes;
        std::vector<int> of_others;
        for (int i = 0; i != bounds_.inodes; ++i)
            if (is_of_dying_cgroup(i))
                of_others.push_back(i);
        return of_others.at(static_cast<std::size_t>(n) % of_others.size());
    }
    [[nodiscard]] inode& target_of(int switcher) const {
        return *inodes_[static_cast<std::size_t>(number_of_target(switcher))];
    }

    /// Writers that have inode number `i` when the model starts.
    [[nodiscard]] int writers_of(int i) const {
        int n = 0;
        for (int s = 0; s != bounds_.switchers; ++s)
            n += number_of_target(s) == i ? 1 : 0;
        return n;
    }

    void give_up(inode_switch_wbs_context* isw) {
        retract();
        if (isw == nullptr)
            return;
        wb_put(isw->new_wb);
        kfree(isw);
    }

    /// What is still there because nobody has unmounted, killed or removed it. What umount, the
    /// release of a wb and the removal of the device free is not: a "leak", if they do not.
    void free_the_rest() {
        const bool unmounts = about_ != question::wb_lifetime && about_ != question::statistics;
        for (std::size_t k = unmounts ? 1 : 0; k != superblocks_.size(); ++k) {
            for (inode* i : std::vector<inode*>{superblocks_[k]->s_inodes.peek()})
                kfree(i);
            kfree(superblocks_[k]->s_fs_info);
            kfree(superblocks_[k]);
            if (about_ == question::bdi_lifetime)
                bdi_put(*bdi_);
        }
        kfree(old_wb_);
        if (about_ == question::bdi_lifetime)
            return;
        if (about_ != question::wb_lifetime)
            kfree(new_wb_);
        kfree(bdi_);
    }

    bounds bounds_;
    question about_;
    spinlock_t inode_hash_lock{"inode_hash_lock"};
    workqueue_struct cgwb_release_wq{"cgwb_release"};
    pointer<bdi_writeback> cgwb_tree{"cgwb_tree"};
    atomic_t umounted_{"umounted"};
    backing_dev_info* bdi_ = nullptr;
    bdi_writeback* old_wb_ = nullptr;
    bdi_writeback* new_wb_ = nullptr;
    std::vector<super_block*> superblocks_;
    std::vector<inode*> inodes_;
};

} // namespace wbsync::models::writeback
