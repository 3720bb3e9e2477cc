// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/xfs/inodegc.hpp"

#include <wbsync/bounds.hpp>

#include <optional>

namespace wbsync::models::xfs {

/// What the worker does first.
enum class first : std::uint8_t {
    takes_list, ///< 62334fab4762: llist_del_all(), then clears the CPU's bit
    clears_bit, ///< the other way round
};

/// What is known about the CPU of the queue.
enum class cpu : std::uint8_t {
    anywhere,    ///< nothing: queueing threads and the worker run at the same time
    preemptible, ///< both run on it, and the worker may be preempted between any two steps
    undisturbed, ///< both run on it, and the worker is not preempted: no CONFIG_PREEMPTION
};

WBSYNC_BOUNDS(cpumask_bounds, (inodes, 2, 1, 4, "are queued one after the other"));

/// The mask of CPUs whose list is not empty, 62334fab4762. xfs_inodegc_flush() and stop look only
/// at the lists of the CPUs in the mask: a list without its bit is skipped. Each unlinker queues an
/// inode and then flushes, like a reader of quotas.
template <first First, cpu Cpu>
class inodegc_cpumask {
public:
    explicit inodegc_cpumask(const cpumask_bounds& b) {
        for (int i = 0; i != b.inodes; ++i)
            inodes_.push_back(std::make_unique<xfs_inode>(i));
    }

    void threads(scenario& s) {
        s.thread("unlink", [this] { unlink(); });
    }

private:
    void unlink() {
        for (const auto& ip : inodes_)
            xfs_inodegc_queue(*ip);
        xfs_inodegc_flush();
        for (const auto& ip : inodes_)
            expect_inactivated(*ip, "xfs_inodegc_flush()");
    }

    // --- queueing: preemption is off from Q1 to Q4 (get_cpu) -------------------------------------

    void xfs_inodegc_queue(xfs_inode& ip) {
        const on_the_cpu here(*this);
        llist_add(ip.i_gclist, gc_.list); // (Q1)
        smp_mb__before_atomic();
        if (!test_bit(this_cpu_bit, m_inodegc_cpumask_)) // (Q2)
            test_and_set_bit(this_cpu_bit, m_inodegc_cpumask_);
        mod_delayed_work(wq_, gc_.work, 1); // (Q3)
    }

    void xfs_inodegc_flush() {
        if (test_bit(this_cpu_bit, m_inodegc_cpumask_) && !llist_empty(gc_.list)) // (F1)
            mod_delayed_work(wq_, gc_.work, 0);                                   // (F2)
        flush_workqueue(wq_);                                                     // (F3)
    }

    // --- the worker -----------------------------------------------------------------------------

    void xfs_inodegc_worker() {
        std::optional<on_the_cpu> here;
        if constexpr (Cpu == cpu::undisturbed)
            here.emplace(*this);
        if constexpr (First == first::clears_bit)
            clear_this_cpu();
        llist_node* const node = take_list();
        if constexpr (First == first::takes_list)
            clear_this_cpu();
        here.reset();
        xfs_inodegc_inactivate(node);
    }

    void clear_this_cpu() { // (W2)
        const a_step_on_the_cpu now(*this);
        clear_bit(this_cpu_bit, m_inodegc_cpumask_);
        smp_mb__after_atomic();
    }

    llist_node* take_list() { // (W1)
        const a_step_on_the_cpu now(*this);
        return llist_del_all(gc_.list);
    }

    // --- the CPU: a lock that its tasks hold while nobody can preempt them -----------------------

    class held {
    public:
        held(inodegc_cpumask& of, bool take) : lock_(take ? &of.cpu_ : nullptr) {
            if (lock_ != nullptr)
                spin_lock(*lock_);
        }
        ~held() noexcept(false) {
            if (lock_ != nullptr)
                spin_unlock(*lock_);
        }
        held(const held&) = delete;
        held& operator=(const held&) = delete;

    private:
        spinlock_t* lock_;
    };
    struct on_the_cpu : held {
        explicit on_the_cpu(inodegc_cpumask& of) : held(of, Cpu != cpu::anywhere) {}
    };
    struct a_step_on_the_cpu : held {
        explicit a_step_on_the_cpu(inodegc_cpumask& of) : held(of, Cpu == cpu::preemptible) {}
    };

    static constexpr int this_cpu_bit = 0;

    spinlock_t cpu_{"cpu 0"};
    atomic_t m_inodegc_cpumask_{"m_inodegc_cpumask"};
    workqueue_struct wq_{"m_inodegc_wq"};
    xfs_inodegc gc_{wq_, [this] { xfs_inodegc_worker(); }};
    std::vector<std::unique_ptr<xfs_inode>> inodes_;
};

} // namespace wbsync::models::xfs
