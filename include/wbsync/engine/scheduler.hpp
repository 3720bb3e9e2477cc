// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_model.hpp>
#include <wbsync/engine/store_past.hpp>

namespace wbsync::engine {

class execution;

/// Why an execution ended.
enum class outcome : std::uint8_t {
    complete,  ///< every thread ran as far as it can
    given_up,  ///< by the scheduler: all threads that could go on are asleep
    blocked,   ///< a thread waits in a loop whose next round would be another one; see step_log
    cut_short, ///< a limit was hit
};

/// One decision of an execution: who took the step, and which of its read_options it read.
struct decision {
    thread_id thread = 0;
    int choice = 0;

    friend bool operator==(const decision&, const decision&) = default;
};

/// Decides the nondeterminism of a model: which thread performs its next operation, and which store
/// a load reads. One object drives all executions of a check.
///
/// For each execution: execution_begin(), then for each step pick() and, if it chooses, choose(),
/// with settle() before whatever comes next; nobody_can_run() at most once; execution_end();
/// next(). A scheduler must not call the execution back, other than to ask, or to fail_for_all().
class scheduler : public forced_order {
public:
    static constexpr thread_id give_up = -1;

    virtual ~scheduler() = default;

    virtual void execution_begin(execution& run) = 0;

    /// The step under way is done.
    virtual void settle() {}

    /// The thread that performs its announced operation next, or `give_up`. Called only when some
    /// thread can run.
    virtual thread_id pick(execution& run) = 0;

    /// What the load under way reads: one of `candidates`, indices into `options`.
    virtual int choose(const read_options& options, store_choices candidates) = 0;

    /// No thread can run: what the waiting ones wait for did not come.
    virtual void nobody_can_run(execution& /*run*/) {}

    /// The execution is over.
    virtual void execution_end(execution& /*run*/, outcome /*how*/) {}

    /// Is a step of thread `t` already planned, later in the execution under way?
    [[nodiscard]] virtual bool expects(thread_id /*t*/) const { return false; }

    /// Prepares another execution. False: there is none.
    virtual bool next() = 0;

    /// Causal past of the next operation of `t`, without that operation's own conflicts; nullptr
    /// when the scheduler does not track it and wants every store that is coherent.
    [[nodiscard]] virtual const vector_clock* causal_past(thread_id) const { return nullptr; }

    /// The step under way reads the store of step `of`, which is not the newest one.
    virtual void reads_old_store(step_index /*of*/) {}

    /// The step under way comes after step `seq` of thread `u`, in whatever order they ran.
    virtual void order_after(thread_id /*u*/, timestamp /*seq*/) {}

    /// Is `later` in the causal future of `earlier`?
    [[nodiscard]] virtual bool depends_on(step_index /*later*/, step_index /*earlier*/) const {
        return true;
    }

    /// Something had to be left out, so the exploration is not complete.
    [[nodiscard]] virtual bool cut() const { return false; }

    /// What was explored so far leaves to races what parts of it explored at the same time would
    /// not get from each other.
    [[nodiscard]] virtual bool cannot_be_divided() const { return false; }

    /// What was decided in the execution under way; a replay_scheduler runs it again.
    [[nodiscard]] virtual std::vector<decision> decisions() const = 0;

    scheduler() = default;
};

} // namespace wbsync::engine
