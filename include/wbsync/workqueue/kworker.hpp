// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/eventcount.hpp>
#include <wbsync/memory/might_sleep.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace wbsync {

class work_struct;
class workqueue_struct;

namespace detail {

class kworker;
struct work_state;

/// How many works of a workqueue run at once, if that is limited. It belongs to the execution: the
/// turn of a cancelled instance may come when the workqueue is gone.
struct work_slots {
    engine::location* nr_active = nullptr;
    int max_active = 0;
};

/// One time that a work is on a queue.
struct work_instance {
    work_state* work;
    std::int64_t serial;
    workqueue_struct* wq;
    site queued_at;
    work_slots slots = {};
    bool cancelled = false;
};

/// The state of a work. It outlives the work_struct, which may be freed by its own function, or be
/// a local variable.
///
/// `pending` is one word, as in the kernel: PENDING, whether a timer is set that will put the work
/// on its queue, and above these how many have disabled the work. All other members change only in
/// steps on that word. Each time PENDING is set, the instance gets a new serial number; a kworker
/// or timer with another number than `pending_serial` is too late: its instance was cancelled.
struct work_state {
    static constexpr std::int64_t is_pending = 1;
    static constexpr std::int64_t has_timer = 2;
    static constexpr std::int64_t disabled = 4; ///< the value of one disable_work()

    work_state(const label& called, work_struct& itself, std::function<void(work_struct&)> runs)
        : name(called), work(&itself), function(std::move(runs)), word(make_word()),
          pending(word, engine::execution::current()->stamp(), &show) {}
    work_state(const work_state&) = delete;
    work_state& operator=(const work_state&) = delete;

    /// A fully ordered read-modify-write of the word; returns the old value.
    template <class F>
    std::int64_t update(F f, const char* verb, const site& at) {
        full_fence(at, verb, "before");
        const std::int64_t before = pending.update(f, memory_order::relaxed, verb, at);
        full_fence(at, verb, "after");
        return before;
    }

    /// The instance that is on a queue, or about to be put on one, when the word has the value `v`.
    /// Its serial number is 0 if there is none.
    [[nodiscard]] work_instance pending_instance(std::int64_t v) {
        return {this, (v & has_timer) != 0 ? 0 : pending_serial, pending_on, pending_at};
    }

    label name;
    work_struct* work;
    std::function<void(work_struct&)> function;
    engine::location& word; ///< has the scope of the work_struct
    engine::variable pending;
    std::int64_t serial = 0;
    std::int64_t pending_serial = 0; ///< 0: none is pending
    std::int64_t fired_serial = 0;   ///< the instance whose timer fired last
    workqueue_struct* pending_on = nullptr;
    site pending_at;               ///< where it was queued; for its timer
    kworker* started_on = nullptr; ///< the instance that started last
    std::int64_t started_as = 0;

    // Fixed when the work is made and added to its queues.
    kworker* own = nullptr; ///< serves this work on all queues but ordered ones
    std::vector<workqueue_struct*> queues;
    bool after_grace_period = false; ///< part of an rcu_work

private:
    engine::location& make_word();

    static event_value show(std::int64_t v);
};

/// A daemon, and the list of instances that it runs, one after the other. What it keeps belongs to
/// no object of the model: a function may free its work.
class kworker {
public:
    explicit kworker(const label& base)
        : base_(base), queued_(unowned({base_, "queued"})),
          finished_(unowned({base_, "finished"})) {}
    kworker(const kworker&) = delete;
    kworker& operator=(const kworker&) = delete;

    /// Declares the daemon.
    void declare(const label& name);

    /// Puts the instance on the list, unless it is there already. Calls `look` in that step.
    template <class F>
    void put(const work_instance& instance, F look, const site& at) {
        queued_.add_if(
            [&] {
                look();
                if (find(instance) != instances_.end())
                    return false;
                instances_.push_back(instance);
                instances_.back().cancelled = is_cancelled(instance);
                return true;
            },
            "insert_work", at);
    }

    /// From now on, nobody who looks at the list sees the instance, even if it has not been put
    /// there yet.
    void take_off(const work_instance& instance, const char* verb, const site& at);

    /// The number of the last instance on the list that `counts` accepts, as seen under the pool's
    /// lock. 0: there is none.
    template <class Predicate>
    [[nodiscard]] std::int64_t last_instance(Predicate counts, const char* verb,
                                             const site& at) const {
        return last_of(queued_.now(verb, at), counts);
    }

    /// Has the instance run to its end, as seen under the pool's lock?
    [[nodiscard]] bool has_finished(std::int64_t instance, const char* verb, const site& at) const {
        return finished_.now(verb, at) >= instance;
    }

    void wait_for(std::int64_t instance, const char* verb, const site& at) const {
        if (instance != 0)
            finished_.wait_for(instance, verb, at);
    }

    /// Is an instance that `counts` accepts on the list or running? Seen from outside of the
    /// execution.
    template <class Predicate>
    [[nodiscard]] bool busy(Predicate counts, const site& at) const {
        return last_of(queued_.newest(at), counts) > finished_.newest(at);
    }

private:
    static eventcount unowned(const label& name);

    template <class Predicate>
    [[nodiscard]] std::int64_t last_of(std::int64_t n, Predicate counts) const {
        for (; n != 0; --n)
            if (const work_instance& i = instances_[static_cast<std::size_t>(n - 1)];
                !i.cancelled && counts(i))
                break;
        return n;
    }

    std::vector<work_instance>::iterator find(const work_instance& i);
    [[nodiscard]] bool is_cancelled(const work_instance& i) const;
    static bool same(const work_instance& a, const work_instance& b) {
        return a.work == b.work && a.serial == b.serial;
    }

    void worker_thread();

    void process(const work_instance& instance, std::int64_t number);

    label base_;
    eventcount queued_;   ///< instances put on the list so far
    eventcount finished_; ///< instances that have run to their end
    std::vector<work_instance> instances_;
    std::vector<work_instance> cancelled_;
};

/// All works of an execution, and what each thread is running.
class work_states final : public engine::extension {
public:
    struct running {
        const work_state* work = nullptr;
        const workqueue_struct* wq = nullptr;
    };

    static work_states& of(engine::execution& run) { return run.get<work_states>(); }

    void reset() override;

    work_state& add(const label& name, work_struct& work,
                    std::function<void(work_struct&)> function);

    kworker& add_kworker(const label& base);

    /// `n` kworkers for works that thread `t` makes while it runs.
    void add_spare(engine::thread_id t, int n);

    /// A kworker that thread `t` has not used yet, or nullptr. The choice does not depend on other
    /// threads.
    kworker* take_spare(engine::thread_id t);

    [[nodiscard]] const std::vector<kworker*>& spare() const noexcept { return spare_; }

    engine::per_thread<running> now; ///< of threads that are kworkers

private:
    std::vector<std::unique_ptr<work_state>> works_;
    std::vector<std::unique_ptr<kworker>> kworkers_;
    std::vector<kworker*> spare_;
    engine::per_thread<std::vector<kworker*>> spare_of_;
};

} // namespace detail
} // namespace wbsync

#include <wbsync/workqueue/kworker_inl.hpp>
