// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/workqueue/workqueue.hpp>
#else

#include <wbsync/engine/scope.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/workqueue/work.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace wbsync {

/// A workqueue: which works flush_workqueue() looks at, and how many of them run at once. See
/// alloc_workqueue() and alloc_ordered_workqueue(). Documentation/core-api/workqueue.rst.
class workqueue_struct {
public:
    enum class order : std::uint8_t { none, ordered };

    /// `property` is what a use after destroy_workqueue() violates.
    explicit workqueue_struct(const label& name, int max_active = 0, order how = order::none,
                              const char* property = "use-after-free")
        : name_(name), scope_(name) {
        engine::execution* run = engine::execution::current();
        if (run == nullptr)
            return;
        owner_ = run->owner();
        life_.begin(name_, property);
        if (how == order::ordered) {
            ordered_ = &detail::work_states::of(*run).add_kworker(name_);
            ordered_->declare({name_, "kworker"});
        } else if (max_active > 0) {
            slots_ = {&run->new_location({name_, "nr_active"}, 0), max_active};
        }
    }
    workqueue_struct(const workqueue_struct&) = delete;
    workqueue_struct& operator=(const workqueue_struct&) = delete;

    /// Declares that `work` is queued on this workqueue. It may be on others as well, but for the
    /// ordered ones, where it could run twice at once.
    void add(work_struct& work, const site& at = site::here()) {
        engine::execution* run = engine::execution::current();
        if (run == nullptr)
            return;
        detail::work_state& w = work.state(at);
        for (const workqueue_struct* other : w.queues)
            if (other->ordered_ != ordered_)
                violated("misuse",
                         fmt::format("{} is on {} and on {}, of which one is ordered", w.name.str(),
                                     other->name().str(), name_.str()),
                         at);
        w.queues.push_back(this);
        if (!run->running()) // the kworkers of others are known: the spare ones
            works_.push_back(&work);
    }

    /// Those that were added when the model was built.
    [[nodiscard]] const std::vector<work_struct*>& works() const noexcept { return works_; }
    [[nodiscard]] const label& name() const noexcept { return name_; }
    [[nodiscard]] bool ordered() const noexcept { return ordered_ != nullptr; }
    [[nodiscard]] engine::lifetime& life() noexcept { return life_; }

    /// The workqueue is used by the current thread.
    void use(const char* verb, const site& at) {
        if (engine::execution* run = engine::execution::current()) {
            scope_.use(verb, at);
            run->access(owner_, verb, at);
            run->access(&life_, verb, at);
        }
    }

    /// The kworker that serves the work here.
    [[nodiscard]] detail::kworker& kworker_of(const detail::work_state& w, const site& at) const {
        detail::kworker* const k = ordered_ != nullptr ? ordered_ : w.own;
        if (k == nullptr)
            violated("misuse",
                     fmt::format("{} was made for an ordered workqueue, {} is none", w.name.str(),
                                 name_.str()),
                     at);
        return *k;
    }

    /// All that may hold instances of this workqueue: the same in every execution of a model.
    [[nodiscard]] std::vector<detail::kworker*> kworkers(const site& at) const {
        if (ordered_ != nullptr)
            return {ordered_};
        std::vector<detail::kworker*> all;
        for (const work_struct* w : works_)
            if (detail::kworker* const own = w->state(at).own; own != nullptr)
                all.push_back(own);
        const auto& spare = detail::work_states::of(*engine::execution::current()).spare();
        all.insert(all.end(), spare.begin(), spare.end());
        return all;
    }

    /// For max_active.
    [[nodiscard]] const detail::work_slots& slots() const noexcept { return slots_; }

    // --- draining -----------------------------------------------------------------------------

    /// A drain starts; returns its number.
    std::size_t start_drain() {
        drains_.emplace_back();
        return drains_.size();
    }
    /// In the step that looks at the list of `k`: from now on the drain has seen it.
    void drain_sees(std::size_t number, const detail::kworker& k) {
        const std::pair<const detail::kworker*, std::size_t> entry{&k, number};
        if (std::find(seen_.begin(), seen_.end(), entry) == seen_.end())
            seen_.push_back(entry);
    }
    void end_drain(engine::execution& run, std::size_t number, const char* verb, const site& at) {
        drains_[number - 1] = {run.self(), run.memory().now(run.self()).clock[run.self()]};
        run.full_fence(at, verb, "after");
    }
    /// In the step that puts a work on the list of `k`. After a drain has seen that list, and not
    /// ordered after its end, only works of the queue itself may do so. (Whether the drain is over
    /// when this runs does not matter: it might not have been.)
    void expect_not_drained(engine::execution& run, const detail::kworker& k,
                            const detail::work_state& w, std::int64_t serial,
                            const site& at) const {
        if (!run.running() || serial != w.pending_serial || // cancelled
            detail::work_states::of(run).now[run.self()].wq == this)
            return;
        for (const auto& [whose, number] : seen_) {
            if (whose != &k)
                continue;
            const drain& d = drains_[number - 1];
            if (d.by < 0 || !run.memory().propagated(run.self()).clock.covers(d.by, d.end))
                run.fail("misuse",
                         fmt::format("{} is queued while {} is drained: only its own works may "
                                     "queue then",
                                     w.name.str(), name_.str()),
                         at);
        }
    }

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
/// model has. The others wait, still pending, and start in any order. The limit is for all CPUs
/// together (the kernel has one for each CPU), as if everything was queued on one.
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

/// A kworker is about to run a work; blocks while max_active others of the workqueue run.
inline void take_slot(engine::execution& run, const work_slots& slots, const site& at) {
    if (slots.nr_active != nullptr)
        engine::variable(*slots.nr_active, run.stamp())
            .await_update([max = slots.max_active](std::int64_t n) { return n < max; }, plus(1),
                          memory_order::acq_rel, "pwq_tryinc_nr_active", at);
}
inline void give_slot(engine::execution& run, const work_slots& slots, const site& at) {
    if (slots.nr_active != nullptr)
        engine::variable(*slots.nr_active, run.stamp())
            .update(plus(-1), memory_order::release, "pwq_dec_nr_active", at);
}

inline void kworker::process(const work_instance& instance, std::int64_t number) {
    engine::execution& run = *engine::execution::current();
    work_state& w = *instance.work;
    const site& at = instance.queued_at;
    take_slot(run, instance.slots, at);
    // PENDING is cleared, with full barriers, before the function runs: what came before a
    // queue_work() that found it set is seen by this run.
    run.full_fence(at, "process_one_work", "before");
    const bool runs = w.pending.update_unless([&] { return w.pending_serial != instance.serial; },
                                              [&](std::int64_t v) {
                                                  w.pending_serial = 0;
                                                  w.started_on = this;
                                                  w.started_as = number;
                                                  return v & ~work_state::is_pending;
                                              },
                                              memory_order::relaxed, "process_one_work", at);
    run.full_fence(at, "process_one_work", "after");
    if (runs) {
        instance.wq->use("process_one_work", at);
        work_states::of(run).now[run.self()] = {&w, instance.wq};
        atomic_context::of(run).expect_balanced(
            run, [&w] { w.function(*w.work); }, [&w] { return "the function of " + w.name.str(); });
        work_states::of(run).now[run.self()] = {};
    }
    give_slot(run, instance.slots, at);
}

/// The work, which has to be one of the workqueue's.
inline work_state& work_of(workqueue_struct& wq, const work_struct& work, const char* verb,
                           const site& at) {
    work_state& w = work.state(at);
    if (std::find(w.queues.begin(), w.queues.end(), &wq) == w.queues.end())
        violated("misuse",
                 fmt::format("{}() on {}: declare the work with {}.add(work) when the model "
                             "is built",
                             verb, wq.name().str(), wq.name().str()),
                 at);
    wq.use(verb, at);
    return w;
}

/// Sets PENDING, fully ordered. Returns the serial number of the new instance; 0: it was pending
/// already, or is disabled.
inline std::int64_t set_pending(work_state& w, workqueue_struct& wq, const char* verb,
                                const site& at) {
    std::int64_t serial = 0;
    w.update(
        [&](std::int64_t v) {
            if ((v & work_state::is_pending) != 0 || v >= work_state::disabled)
                return v;
            w.pending_on = &wq;
            w.pending_at = at.on_behalf("delayed_work_timer_fn");
            w.pending_serial = serial = ++w.serial;
            return v | work_state::is_pending;
        },
        verb, at);
    return serial;
}

/// Puts the instance on its queue.
inline void insert_work(work_state& w, workqueue_struct& wq, std::int64_t serial, const site& at) {
    engine::execution& run = *engine::execution::current();
    kworker& k = wq.kworker_of(w, at);
    k.put(
        {&w, serial, &wq, at, wq.slots()}, [&] { wq.expect_not_drained(run, k, w, serial, at); },
        at);
}

/// It was cancelled.
inline void take_off_queue(const work_instance& instance, const char* verb, const site& at) {
    if (instance.serial != 0)
        instance.wq->kworker_of(*instance.work, at).take_off(instance, verb, at);
}

/// The one kworker on whose list it ever is.
inline kworker& kworker_of(const work_state& w, const site& at) {
    return w.queues.empty() ? *w.own : w.queues.front()->kworker_of(w, at);
}

/// The current thread is about to wait for the work, or for a work of the queue: for itself?
inline void expect_not_inside(engine::execution& run, const work_state* w,
                              const workqueue_struct* wq, const char* verb, const site& at) {
    if (!run.running())
        return;
    const auto& now = work_states::of(run).now[run.self()];
    if (now.work != nullptr && (now.work == w || now.wq == wq))
        run.fail("deadlock",
                 fmt::format("{} by the function of {}, on {}, waits for itself", verb,
                             now.work->name.str(), now.wq->name().str()),
                 at);
}

} // namespace detail

inline bool work_struct::busy(const site& at) const {
    const detail::work_state& w = state(at);
    return (w.pending.newest(at) & detail::work_state::is_pending) != 0 ||
           detail::kworker_of(w, at).busy(
               [&w](const detail::work_instance& i) { return i.work == &w; }, at);
}

/// Queues the work unless it is pending already; returns whether it did. Two steps: setting
/// PENDING, and putting the work on its queue; in between it is pending for everybody, and on no
/// queue. In both cases what came before is visible to the next run of the function (for a false
/// return stronger than documented; the code's barriers give it). While the function runs the work
/// is not pending, and a second run comes after it. False as well while the work is being
/// cancelled. kernel/workqueue.c, dbb92f88648d.
inline bool queue_work(workqueue_struct& wq, work_struct& work, const site& at = site::here()) {
    detail::work_state& w = detail::work_of(wq, work, "queue_work", at);
    const std::int64_t serial = detail::set_pending(w, wq, "queue_work", at);
    if (serial != 0)
        detail::insert_work(w, wq, serial, at);
    return serial != 0;
}

/// Blocks until the last queued instance has run to its end; not for one queued later, nor one that
/// is pending and not on the queue yet. Returns whether it had to wait: false if the work was idle
/// already. Acquire. May sleep. From the work's own function: finding "deadlock".
/// kernel/workqueue.c.
inline bool flush_work(const work_struct& work, const site& at = site::here()) {
    might_sleep("flush_work", at);
    engine::execution* run = engine::execution::current();
    const detail::work_state& w = work.state(at);
    run->access(w.word, "flush_work", at);
    detail::expect_not_inside(*run, &w, nullptr, "flush_work", at);
    const detail::kworker& k = detail::kworker_of(w, at);
    const auto mine = [&w](const detail::work_instance& i) { return i.work == &w; };
    const std::int64_t last = k.last_instance(mine, "flush_work", at);
    if (last == 0 || k.has_finished(last, "flush_work", at))
        return false;
    k.wait_for(last, "flush_work", at);
    return true;
}

/// Blocks until every work that is on the queue now, or running, has run to its end; not for those
/// queued later, nor for one whose producer has not got to queueing it, nor for a timer. Acquire.
/// May sleep. From a function of the queue: finding "deadlock". kernel/workqueue.c.
inline void flush_workqueue(workqueue_struct& wq, const site& at = site::here()) {
    might_sleep("flush_workqueue", at);
    engine::execution* run = engine::execution::current();
    wq.use("flush_workqueue", at);
    if (run == nullptr)
        return;
    detail::expect_not_inside(*run, nullptr, &wq, "flush_workqueue", at);
    const auto kworkers = wq.kworkers(at);
    std::vector<std::int64_t> instances;
    instances.reserve(kworkers.size());
    for (const detail::kworker* k : kworkers)
        instances.push_back(k->last_instance(
            [&wq](const detail::work_instance& i) { return i.wq == &wq; }, "flush_workqueue", at));
    for (std::size_t i = 0; i != instances.size(); ++i)
        kworkers[i]->wait_for(instances[i], "flush_workqueue", at);
}

} // namespace wbsync

#endif
