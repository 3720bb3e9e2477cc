// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/workqueue/workqueue.hpp>
#else

#include <wbsync/engine/scope.hpp>
#include <wbsync/workqueue/work.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace wbsync {

/// A workqueue: the set of works that flush_workqueue() looks at, and how many of them run at once.
/// See alloc_workqueue() and alloc_ordered_workqueue(). Documentation/core-api/workqueue.rst.
class workqueue_struct {
public:
    enum class order : std::uint8_t { none, ordered };

    /// `property`: violated by a use after destroy_workqueue().
    explicit workqueue_struct(const label& name, int max_active = 0, order how = order::none,
                              const char* property = "use-after-free");
    workqueue_struct(const workqueue_struct&) = delete;
    workqueue_struct& operator=(const workqueue_struct&) = delete;

    /// Declares that `work` is queued on this workqueue. It may be on other workqueues as well, but
    /// not if one of them is ordered: then it could run twice at once.
    void add(work_struct& work, const site& at = site::here());

    /// The works that were added when the model was built.
    [[nodiscard]] const std::vector<work_struct*>& works() const noexcept { return works_; }
    [[nodiscard]] const label& name() const noexcept { return name_; }
    [[nodiscard]] bool ordered() const noexcept { return ordered_ != nullptr; }
    [[nodiscard]] engine::lifetime& life() noexcept { return life_; }

    /// The current thread uses the workqueue.
    void use(const char* verb, const site& at);

    /// The kworker that serves the work on this workqueue.
    [[nodiscard]] detail::kworker& kworker_of(const detail::work_state& w, const site& at) const;

    /// All kworkers that may hold instances of this workqueue: the same in every execution of a
    /// model.
    [[nodiscard]] std::vector<detail::kworker*> kworkers(const site& at) const;

    /// The limit of max_active.
    [[nodiscard]] const detail::work_slots& slots() const noexcept { return slots_; }

    // --- draining -----------------------------------------------------------------------------

    /// A drain starts; returns its number.
    std::size_t start_drain();
    /// Called in the step that looks at the list of `k`: from now on the drain has seen that list.
    void drain_sees(std::size_t number, const detail::kworker& k);
    void end_drain(engine::execution& run, std::size_t number, const char* verb, const site& at);
    /// Called in the step that puts a work on the list of `k`. After a drain has seen that list,
    /// only works of the queue itself may do so, unless the step is ordered after the end of the
    /// drain. (It does not matter whether the drain is over when this runs: it might not have
    /// been.)
    void expect_not_drained(engine::execution& run, const detail::kworker& k,
                            const detail::work_state& w, std::int64_t serial, const site& at) const;

private:
    struct drain {
        engine::thread_id by = -1; ///< -1: it has not ended
        engine::timestamp end = 0;
    };

    label name_;
    const engine::lifetime* owner_ = nullptr;
    engine::lifetime life_;
    detail::kworker* ordered_ = nullptr;
    detail::work_slots slots_;
    std::vector<work_struct*> works_;
    std::vector<drain> drains_;
    std::vector<std::pair<const detail::kworker*, std::size_t>> seen_;
    engine::scope scope_;
};

/// A workqueue of which at most `max_active` works run at once; 0: no limit, that is, more than a
/// model has. The other works wait, still pending, and start in any order. The limit is for all
/// CPUs together (the kernel has one for each CPU), as if everything was queued on one CPU.
/// kernel/workqueue.c.
inline workqueue_struct alloc_workqueue(const label& name, int max_active = 0) {
    return workqueue_struct(name, max_active);
}

/// A workqueue that runs one work at a time, in the order in which they were queued.
/// kernel/workqueue.c.
inline workqueue_struct alloc_ordered_workqueue(const label& name) {
    return workqueue_struct(name, 1, workqueue_struct::order::ordered);
}

inline work_struct::work_struct(workqueue_struct& wq, const label& name,
                                std::function<void(work_struct&)> function, const site& at)
    : work_struct(name, std::move(function), !wq.ordered(), at) {
    wq.add(*this, at);
}

namespace detail {

/// A kworker is about to run a work; blocks while max_active other works of the workqueue run.
void take_slot(engine::execution& run, const work_slots& slots, const site& at);
inline void give_slot(engine::execution& run, const work_slots& slots, const site& at) {
    if (slots.nr_active != nullptr)
        engine::variable(*slots.nr_active, run.stamp())
            .update(plus(-1), memory_order::release, "pwq_dec_nr_active", at);
}

/// The state of the work, which must be one of the workqueue's.
work_state& work_of(workqueue_struct& wq, const work_struct& work, const char* verb,
                    const site& at);

/// Sets PENDING, fully ordered. Returns the serial number of the new instance; 0: the work was
/// pending already, or is disabled.
std::int64_t set_pending(work_state& w, workqueue_struct& wq, const char* verb, const site& at);

/// Puts the instance on its queue.
void insert_work(work_state& w, workqueue_struct& wq, std::int64_t serial, const site& at);

/// The instance was cancelled.
inline void take_off_queue(const work_instance& instance, const char* verb, const site& at) {
    if (instance.serial != 0)
        instance.wq->kworker_of(*instance.work, at).take_off(instance, verb, at);
}

/// The only kworker whose list may hold the work.
inline kworker& kworker_of(const work_state& w, const site& at) {
    return w.queues.empty() ? *w.own : w.queues.front()->kworker_of(w, at);
}

/// The current thread is about to wait for the work, or for a work of the queue: finding if that is
/// itself.
void expect_not_inside(engine::execution& run, const work_state* w, const workqueue_struct* wq,
                       const char* verb, const site& at);

} // namespace detail

/// Queues the work unless it is pending already; returns whether it did. Two steps: setting
/// PENDING, and putting the work on its queue. In between the work is pending for everybody, and on
/// no queue. In both cases what came before is visible to the next run of the function (for a false
/// return this is stronger than documented; the code's barriers give it). While the function runs
/// the work is not pending, and a second run comes after it. Also false while the work is being
/// cancelled. kernel/workqueue.c, dbb92f88648d.
bool queue_work(workqueue_struct& wq, work_struct& work, const site& at = site::here());

/// Blocks until the last queued instance has run to its end, but not for an instance that is queued
/// later, nor for one that is pending and not on the queue yet. Returns whether it had to wait:
/// false if the work was idle already. Acquire. May sleep. From the work's own function: finding
/// "deadlock". kernel/workqueue.c.
bool flush_work(const work_struct& work, const site& at = site::here());

/// Blocks until every work that is on the queue now, or running, has run to its end, but not for
/// works that are queued later, for one whose producer has not reached the queueing, or for a
/// timer. Acquire. May sleep. From a function of the queue: finding "deadlock". kernel/workqueue.c.
void flush_workqueue(workqueue_struct& wq, const site& at = site::here());

} // namespace wbsync

#include <wbsync/workqueue/workqueue_inl.hpp>

#endif
