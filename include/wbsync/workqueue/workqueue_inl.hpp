// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/workqueue/workqueue.hpp>

#include <algorithm>

#include <fmt/core.h>

namespace wbsync {

inline workqueue_struct::workqueue_struct(const label& name, int max_active, order how,
                                          const char* property)
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

inline void workqueue_struct::add(work_struct& work, const site& at) {
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
    if (!run->running()) // works of other threads have spare kworkers, which are known
        works_.push_back(&work);
}

inline void workqueue_struct::use(const char* verb, const site& at) {
    if (engine::execution* run = engine::execution::current()) {
        scope_.use(verb, at);
        run->access(owner_, verb, at);
        run->access(&life_, verb, at);
    }
}

inline detail::kworker& workqueue_struct::kworker_of(const detail::work_state& w,
                                                     const site& at) const {
    detail::kworker* const k = ordered_ != nullptr ? ordered_ : w.own;
    if (k == nullptr)
        violated("misuse",
                 fmt::format("{} was made for an ordered workqueue, {} is none", w.name.str(),
                             name_.str()),
                 at);
    return *k;
}

inline std::vector<detail::kworker*> workqueue_struct::kworkers(const site& at) const {
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

inline std::size_t workqueue_struct::start_drain() {
    drains_.emplace_back();
    return drains_.size();
}

inline void workqueue_struct::drain_sees(std::size_t number, const detail::kworker& k) {
    const std::pair<const detail::kworker*, std::size_t> entry{&k, number};
    if (std::find(seen_.begin(), seen_.end(), entry) == seen_.end())
        seen_.push_back(entry);
}

inline void workqueue_struct::end_drain(engine::execution& run, std::size_t number,
                                        const char* verb, const site& at) {
    drains_[number - 1] = {run.self(), run.memory().now(run.self()).clock[run.self()]};
    run.full_fence(at, verb, "after");
}

inline void workqueue_struct::expect_not_drained(engine::execution& run, const detail::kworker& k,
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

} // namespace wbsync

namespace wbsync::detail {

inline void take_slot(engine::execution& run, const work_slots& slots, const site& at) {
    if (slots.nr_active != nullptr)
        engine::variable(*slots.nr_active, run.stamp())
            .await_update([max = slots.max_active](std::int64_t n) { return n < max; }, plus(1),
                          memory_order::acq_rel, "pwq_tryinc_nr_active", at);
}

inline void kworker::process(const work_instance& instance, std::int64_t number) {
    engine::execution& run = *engine::execution::current();
    work_state& w = *instance.work;
    const site& at = instance.queued_at;
    take_slot(run, instance.slots, at);
    // PENDING is cleared, with full barriers, before the function runs: this run sees what came
    // before a queue_work() that found PENDING set.
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

inline void insert_work(work_state& w, workqueue_struct& wq, std::int64_t serial, const site& at) {
    engine::execution& run = *engine::execution::current();
    kworker& k = wq.kworker_of(w, at);
    k.put(
        {&w, serial, &wq, at, wq.slots()}, [&] { wq.expect_not_drained(run, k, w, serial, at); },
        at);
}

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

} // namespace wbsync::detail

namespace wbsync {

inline bool work_struct::busy(const site& at) const {
    const detail::work_state& w = state(at);
    return (w.pending.newest(at) & detail::work_state::is_pending) != 0 ||
           detail::kworker_of(w, at).busy(
               [&w](const detail::work_instance& i) { return i.work == &w; }, at);
}

inline bool queue_work(workqueue_struct& wq, work_struct& work, const site& at) {
    detail::work_state& w = detail::work_of(wq, work, "queue_work", at);
    const std::int64_t serial = detail::set_pending(w, wq, "queue_work", at);
    if (serial != 0)
        detail::insert_work(w, wq, serial, at);
    return serial != 0;
}

inline bool flush_work(const work_struct& work, const site& at) {
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

inline void flush_workqueue(workqueue_struct& wq, const site& at) {
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
