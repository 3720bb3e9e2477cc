// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/file_system.hpp"
#include "bench/latency/pin.hpp"
#include "bench/latency/samples.hpp"
#include "bench/latency/setting.hpp"
#include "bench/latency/world.hpp"

#include <atomic>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

namespace wbsync::bench {

/// The system whose umounts are measured: superblocks that churn in the background, each on a
/// device of its own, and one that is mounted and unmounted.
template <class Version>
class umount_system {
public:
    umount_system(const setting& how, int shutdowns, std::uint64_t seed, samples* into)
        : how_(how), shutdowns_(shutdowns), random_(seed), into_(*into), place_(how.pinned) {}

    void threads(scenario& s) {
        rcu_callback_thread(s);
        target_bdi_ = device();
        for (int n = 0; n != how_.background; ++n)
            background_.push_back({device(), {}});
        s.thread("umount", [this] { umount_thread(); });
        if (how_.target == target_kind::busy)
            s.thread("writer", [this] { writer_thread(); });
        s.threads("background", how_.background, [this](int n) { background_thread(n); });
        if (how_.grace.hold)
            s.threads("reader", how_.readers, [this](int n) { reader_thread(n); });
    }

    void finally() {
        ensure(READ_ONCE(world_.isw_nr_in_flight) == 0, "counter-balance",
               "isw_nr_in_flight is not 0");
        for (const auto& [bdi, fs] : background_) {
            free_all(fs);
            kfree(bdi);
        }
        kfree(target_bdi_);
    }

private:
    using clock = std::chrono::steady_clock;

    /// (U2), (U4)
    void stop_switches(super_block& sb) {
        data_race_write(sb.s_flags, 0);
        if constexpr (requires { version_.is_drained(sb); }) // v9
            now_.waited = !version_.is_drained(sb);
        else
            now_.waited = READ_ONCE(world_.isw_nr_in_flight) != 0;
        const auto from = clock::now();
        version_.cgroup_writeback_umount(sb);
        now_.cgroup_writeback_umount = since(from);
    }

    // --- the wbs of cgroups ---------------------------------------------------------------------

    static backing_dev_info* device() {
        return kmalloc<backing_dev_info>({"bdi", "P8"}, 1, [](bdi_writeback&) {});
    }

    /// A cgroup writes to the device for the first time.
    bdi_writeback* cgwb_create(backing_dev_info& bdi) {
        return kmalloc<bdi_writeback>({"cgwb", "P3"}, "cgwb", bdi, [this](bdi_writeback& wb) {
            if constexpr (Version::requests == request_kind::on_list)
                wb.switch_work.emplace(
                    world_.isw_wq, label{wb.name, "switch_work"},
                    [this, &wb](work_struct&) { version_.inode_switch_wbs_work_fn(wb); });
            wb.life.emplace(wb.name, world_.cgwb_release_wq, [&wb] { cgwb_release_workfn(wb); });
        });
    }

    /// The cgroup is removed: the wb is freed when its last inode has moved to another one.
    static void cgwb_kill(bdi_writeback* wb) {
        if (wb != nullptr)
            percpu_ref_kill(wb->life->refcnt);
    }

    static void cgwb_release_workfn(bdi_writeback& wb) {
        expect_released_for_good(wb);
        call_rcu(wb.life->rcu, [&wb] {
            percpu_ref_exit(wb.life->refcnt);
            kfree(&wb);
        });
    }

    /// A new cgroup takes the inodes over from the last one, which is removed. Inodes of an
    /// inactive superblock stay.
    void churn(backing_dev_info& bdi, file_system& fs) {
        bdi_writeback* const next = cgwb_create(bdi);
        world_.current_cgwb = next;
        for (inode* i : fs.inodes)
            version_.inode_switch_wbs(*i);
        for (inode* i : fs.inodes)
            await_switched(*i);
        cgwb_kill(std::exchange(fs.cgwb, next));
    }

    /// Waits until the inode is switched. A thread that uses inodes of a superblock that becomes
    /// inactive must stop waiting: the worker that evicts one of them waits for that thread.
    void await_switched(const inode& i) {
        const auto is_switched = [&i] { return (READ_ONCE(i.i_state) & I_WB_SWITCH) == 0; };
        if (atomic_read(i.i_sync) == 0)
            wait_var_event(i.i_state, is_switched);
        else
            retry_until([&] { return is_switched() || !is_active(i.i_sb); });
    }

    // --- the threads ----------------------------------------------------------------------------

    void background_thread(int number) {
        place_.pin_other(number);
        auto& [bdi, fs] = background_[static_cast<std::size_t>(number)];
        fs = mount({"background", number}, *bdi, how_.inodes, 0, inode_hash_lock_);
        await_readers();
        for (bool first = true; !done_.load(std::memory_order_relaxed); first = false) {
            churn(*bdi, fs);
            rounds_.fetch_add(1, std::memory_order_relaxed);
            if (first)
                under_way_.fetch_add(1, std::memory_order_relaxed);
            might_sleep();
        }
        for (std::size_t n = fs.inodes.size(); n != 0; --n)
            wb_put(*fs.cgwb);
        cgwb_kill(fs.cgwb);
    }

    /// Keeps grace periods from ending sooner. The readers relieve each other: if one reader is
    /// preempted outside of a section, grace periods would end.
    void reader_thread(int number) {
        place_.pin_other(how_.background + number);
        while (!done_.load(std::memory_order_relaxed)) {
            rcu_read_lock();
            const int section = sections_.fetch_add(1, std::memory_order_relaxed);
            std::this_thread::sleep_for(*how_.grace.hold);
            while (sections_.load(std::memory_order_relaxed) == section + 1 &&
                   !done_.load(std::memory_order_relaxed))
                cpu_relax();
            rcu_read_unlock();
            might_sleep();
        }
    }
    void await_readers() {
        while (how_.grace.hold && sections_.load(std::memory_order_relaxed) < how_.readers)
            cpu_relax();
    }

    /// Uses the inodes of the target from its mount until it is inactive.
    void writer_thread() {
        place_.pin_umounter();
        while (file_system* fs = next_target()) {
            for (; is_active(*fs->sb); is_busy_.store(true, std::memory_order_relaxed))
                churn(*target_bdi_, *fs);
            bdi_writeback* const cgwb = fs->cgwb;
            for (inode* i : std::vector<inode*>(fs->inodes)) {
                smp_mb__before_atomic();
                atomic_dec(i->i_sync); // the last decrement may be the end of the superblock
            }
            cgwb_kill(cgwb);
            target_.store(nullptr, std::memory_order_release);
        }
    }
    file_system* next_target() {
        for (;; cpu_relax()) {
            if (file_system* fs = target_.load(std::memory_order_acquire))
                return fs;
            if (done_.load(std::memory_order_relaxed))
                return nullptr;
        }
    }

    void umount_thread() {
        place_.pin_umounter();
        while (under_way_.load(std::memory_order_relaxed) != how_.background)
            cpu_relax();
        for (int n = 0; n != shutdowns_; ++n)
            mount_and_umount();
        into_.rounds += rounds_.load(std::memory_order_relaxed);
        done_.store(true, std::memory_order_relaxed);
    }

    void mount_and_umount() {
        const bool busy = how_.target == target_kind::busy;
        fs_ = mount("target", *target_bdi_, how_.inodes, busy ? 1 : 0, inode_hash_lock_);
        if (busy)
            hand_to_writer();
        pause();
        measure(*fs_.sb);
        while (target_.load(std::memory_order_acquire) != nullptr)
            cpu_relax();
    }

    /// Returns once the writer has switched the inodes for the first time.
    void hand_to_writer() {
        is_busy_.store(false, std::memory_order_relaxed);
        target_.store(&fs_, std::memory_order_release);
        while (!is_busy_.load(std::memory_order_relaxed))
            cpu_relax();
    }

    /// Umount must come at any time, not when others have just reached some point.
    void pause() {
        std::uniform_int_distribution<std::int64_t> any(0, how_.longest_pause().count());
        std::this_thread::sleep_for(microseconds{any(random_)});
    }

    void measure(super_block& sb) {
        now_ = {};
        const auto from = clock::now();
        deactivate_super(sb, [this](super_block& s) { stop_switches(s); });
        now_.umount = since(from);
        into_.umounts.push_back(now_);
    }

    static double since(clock::time_point from) {
        return std::chrono::duration<double, std::micro>(clock::now() - from).count();
    }

    churning_world world_;
    Version version_{world_};
    setting how_;
    int shutdowns_;
    std::mt19937_64 random_;
    samples& into_;
    placement place_;
    sample now_; ///< for the only thread that unmounts

    spinlock_t inode_hash_lock_{"inode_hash_lock"};
    backing_dev_info* target_bdi_ = nullptr;
    file_system fs_; ///< the target; not a local of its thread, which may end before the writer
    std::vector<std::pair<backing_dev_info*, file_system>> background_;

    // How the threads are driven. Not a part of the protocol.
    std::atomic<file_system*> target_{nullptr}; ///< the one that the writer uses
    std::atomic<bool> is_busy_{false};          ///< the writer has begun
    std::atomic<int> under_way_{0};             ///< background threads that have switched inodes
    std::atomic<std::uint64_t> rounds_{0};
    std::atomic<int> sections_{0}; ///< begun by readers
    std::atomic<bool> done_{false};
};

} // namespace wbsync::bench
