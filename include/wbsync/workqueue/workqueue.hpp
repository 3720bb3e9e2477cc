// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/memory/might_sleep.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace wbsync {

/// A function that a kworker runs. Declared as a member of the model, since each work has a kworker
/// of its own, a daemon: works run concurrently, as with max_active > 1, and one work never runs on
/// two kworkers at once. Documentation/core-api/workqueue.rst.
class work_struct {
public:
    work_struct(const label& name, std::function<void(work_struct&)> function)
        : name_(name), pending_({name_, "PENDING"}), queued_({name_, "queued"}),
          finished_({name_, "finished"}), function_(std::move(function)) {
        if (engine::execution* run = engine::execution::current())
            run->add_thread(
                {name_, "kworker"}, [this] { kworker(); }, true);
    }

    /// Sets PENDING, fully ordered; if it was clear, puts the work on its queue. Between the two
    /// steps the work is pending for everybody, and on no queue.
    bool queue(const site& at) {
        if (detail::fully_ordered(
                pending_, [](std::int64_t) { return std::int64_t{1}; }, "queue_work", at) != 0)
            return false;
        queued_.value.update(detail::plus(1), memory_order::release, "insert_work", at);
        return true;
    }

    /// Number of the instance that was queued last, seen under the pool's lock.
    [[nodiscard]] std::int64_t last_instance(const site& at) const {
        return queued_.value.load_newest(memory_order::acquire, "flush_work", at);
    }

    void wait_for(std::int64_t instance, const site& at) const {
        if (instance == 0)
            return;
        finished_.value.await([instance](std::int64_t n) { return n >= instance; },
                              memory_order::acquire, "flush_work", at);
    }

    /// Is the work pending or running, seen from outside of the execution?
    [[nodiscard]] bool busy(const site& at = site::here()) const {
        return pending_.value.newest(at) != 0 ||
               queued_.value.newest(at) != finished_.value.newest(at);
    }

    /// A look at PENDING: relaxed.
    [[nodiscard]] bool pending(const site& at) const {
        return pending_.value.load(memory_order::relaxed, "work_pending", at) != 0;
    }

private:
    void kworker() {
        for (std::int64_t instance = 1;; ++instance) {
            const site at = site::here();
            if (!queued_.value.await([instance](std::int64_t n) { return n >= instance; },
                                     memory_order::acquire, "worker_thread", at, nullptr, true))
                return;
            // PENDING is cleared, with full barriers, before the function runs: what came before
            // a queue_work() that found it set is seen by this run.
            detail::fully_ordered(
                pending_, [](std::int64_t) { return std::int64_t{0}; }, "process_one_work", at);
            function_(*this);
            finished_.value.store(instance, memory_order::release, "process_one_work", at);
        }
    }

    label name_;
    atomic_t pending_;
    atomic_t queued_;   ///< instances put on the queue so far
    atomic_t finished_; ///< instances that have run to their end
    std::function<void(work_struct&)> function_;
};

/// A workqueue: which works flush_workqueue() looks at.
class workqueue_struct {
public:
    explicit workqueue_struct(const label& name) : name_(name) {}

    /// Declares that `work` is queued on this workqueue only.
    void add(work_struct& work) { works_.push_back(&work); }
    [[nodiscard]] const std::vector<work_struct*>& works() const noexcept { return works_; }
    [[nodiscard]] const label& name() const noexcept { return name_; }

private:
    label name_;
    std::vector<work_struct*> works_;
};

/// Queues the work unless it is pending already; returns whether it did. In both cases what came
/// before is visible to the next run of the function (for a false return stronger than documented;
/// the code's barriers give it). kernel/workqueue.c.
inline bool queue_work(workqueue_struct& wq, work_struct& work, const site& at = site::here()) {
    bool known = false;
    for (const work_struct* w : wq.works())
        known = known || w == &work;
    if (!known)
        violated(
            "misuse",
            fmt::format("queue_work() on {}: declare the work with {}.add(work) when the model "
                        "is built",
                        wq.name().str(), wq.name().str()),
            at);
    return work.queue(at);
}

/// Is PENDING set? Relaxed.
inline bool work_pending(const work_struct& work, const site& at = site::here()) {
    return work.pending(at);
}

/// Blocks until the last queued instance has run to its end; not for one queued later.
inline void flush_work(work_struct& work, const site& at = site::here()) {
    might_sleep("flush_work", at);
    work.wait_for(work.last_instance(at), at);
}

/// Blocks until every work that is on the queue now, or running, has run to its end; not for those
/// queued later, nor for one whose producer has not got to queueing it.
inline void flush_workqueue(workqueue_struct& wq, const site& at = site::here()) {
    might_sleep("flush_workqueue", at);
    std::vector<std::int64_t> instances;
    instances.reserve(wq.works().size());
    for (const work_struct* w : wq.works())
        instances.push_back(w->last_instance(at));
    for (std::size_t i = 0; i != instances.size(); ++i)
        wq.works()[i]->wait_for(instances[i], at);
}

} // namespace wbsync
