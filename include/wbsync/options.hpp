// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/counters.hpp>
#include <wbsync/engine/memory_kind.hpp>
#include <wbsync/engine/ordering.hpp>
#include <wbsync/engine/trace.hpp>
#include <wbsync/setting.hpp>

#include <csignal>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace wbsync {

using engine::memory_kind;

enum class scheduler_kind : std::uint8_t {
    dpor,      ///< optimal DPOR: every Mazurkiewicz trace once
    reference, ///< branches on everything; for tests of the engine
};

struct progress : counters {
    double seconds = 0;
    double explored = 0; ///< estimate of how much of the search is done, from 0 to 1
};

/// How a search that is too large for one process is divided into tasks. Counts and findings do not
/// depend on it.
struct division {
    std::uint64_t first = 2000; ///< runs before anything is divided
    std::uint64_t each = 4000;  ///< runs of one task, before it is divided in turn
    int tasks = 64;             ///< handed out in one round
    int parts = 4;              ///< into how many parts a task is divided
    bool always = false;        ///< even if there is only one process; for tests
};

/// How a check is run. Each bound has one name: the field here, `--max-executions` on the command
/// line, `WBSYNC_MAX_EXECUTIONS` in the environment. A value assigned to a `setting` wins over the
/// environment, and the environment wins over the default. A bound that was hit makes the result
/// incomplete.
struct options {
    setting<memory_kind> memory = setting<memory_kind>::by_default(engine::default_memory);
    scheduler_kind scheduler = scheduler_kind::dpor;
    /// Executions in this run, including blocked ones; 0: no limit.
    setting<std::uint64_t> max_executions = setting<std::uint64_t>::by_default(0);
    /// Seconds of this run, with a fraction if need be; 0: no limit.
    setting<double> max_seconds = setting<double>::by_default(0);
    /// Steps in one execution; at most 10,000.
    setting<int> max_depth = setting<int>::by_default(10'000);
    /// MiB that a process may use; 0: no limit.
    setting<std::uint64_t> max_memory = setting<std::uint64_t>::by_default(0);
    /// Processes that explore; 0: one for each core.
    setting<int> jobs = setting<int>::by_default(0);
    /// Processor time of one step. A step that takes longer, or blocks for twelve times as long, is
    /// taken for one that never ends: a finding, "lockup".
    double max_step_seconds = 5;
    division divide = {};
    /// Go on after a finding: `on_execution` gets the findings of each execution; the result has
    /// the first one. So every check on read values that fails in some execution is seen (BUG_ON(),
    /// ensure(), a deadlock). If two accesses are not steps and not ordered (a data race, a use
    /// after free), only one order is run: the finding is seen with one of its two messages, and
    /// what its thread would have done after it is not seen. Findings that differ only in the names
    /// of symmetric threads are seen once. A wait that only an old value can end is reported as a
    /// deadlock of some execution, not of each.
    bool all_findings = false;
    bool symmetry =
        true; ///< executions that differ in the names of symmetric threads are explored once
    bool accept_vacuous =
        false; ///< a check that could not have failed is `verified`, not `vacuous`
    /// Places that order less than they ask for, at most 64: is a barrier needed, and does the
    /// model notice its absence? If the search completes and one of these never made a place order
    /// less, the result is vacuous. A saved search is continued, and a schedule is replayed, only
    /// under the same weakenings.
    std::vector<weakening> weaken = {};
    /// Collects each place that orders something and that an execution came to; nullptr: nobody
    /// wants to know. The search then uses one process.
    ordering_table* orderings = nullptr;
    /// Run only this schedule, see result::schedule; the schedule determines the memory model. If
    /// it is empty, WBSYNC_REPLAY in the environment may be a schedule.
    std::string replay = {};
    bool trace = true; ///< run a finding again to record its counterexample
    /// Show the finding in an execution that is easy to follow: with few thread switches, then few
    /// steps, an object freed before it is used rather than after. False: in the first one that was
    /// found. Counts do not depend on it. Only with `trace`.
    bool shortest = true;
    /// Name of the model with its arguments, for `resume` and `save_interrupted`. Needed if one of
    /// the arguments is not a number, an enumerator, a text, or a container of those.
    std::string name = {};
    /// File to continue from, if it exists, and to stop into. It is refused if it holds a search of
    /// another model, with other arguments or options, or was written by another build of the
    /// program.
    std::string resume = {};
    /// File to stop into when interrupted, if `resume` is empty. It is not read.
    std::string save_interrupted = {};
    /// A signal handler sets it to stop the search, which is then incomplete.
    const volatile std::sig_atomic_t* interrupt = nullptr;
    std::function<void(const progress&)> on_progress = {}; ///< called now and then
    /// Called after each execution, with its findings.
    std::function<void(const std::vector<finding>&)> on_execution = {};

    /// These options, with the environment's values for whatever was not chosen. Throws
    /// std::invalid_argument if a variable or a bound makes no sense, even if it is not used.
    [[nodiscard]] options with_environment() const;

    /// `what`: the option or variable that the name was given to.
    static memory_kind parse_memory(std::string_view name, const std::string& what = "memory");

    static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();
    static constexpr double most_seconds = 1e9;
    static constexpr int most_depth = 10'000;
    static constexpr std::uint64_t most_memory = 1'000'000'000;
    static constexpr int most_jobs = 4096;

private:
    void expect_sense() const;
};

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/options_inl.hpp>
#endif
