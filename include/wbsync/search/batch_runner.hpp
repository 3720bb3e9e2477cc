// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/search/task_job.hpp>
#include <wbsync/search/workers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace wbsync::search {

/// What all tasks of a batch have in common.
struct batch_terms {
    task_job::bounds bounds;
    engine::sleep_reason are = engine::sleep_reason::explored;
    int parts = 1;                ///< the number of parts that the rest of a task is cut into
    std::uint64_t executions = 0; ///< run before this batch
    double explored = 0;          ///< share of the search that was explored before this batch
};

/// Runs batches of tasks: one task after the other in this process, or several at a time in forked
/// processes. The results are the same, except for the order in which tasks are run: results that
/// are not needed, because an earlier one ends the search, are thrown away.
///
/// Not re-entrant; one batch at a time.
class batch_runner {
public:
    /// All must outlive this object.
    batch_runner(search_memory& memory, engine::model_driver& model, const options& with)
        : memory_(memory), model_(model), with_(with) {}

    /// Called now and then with the executions run so far, and the explored share of the search.
    std::function<void(std::uint64_t executions, double explored)> on_progress;

    /// How many processes a batch may have.
    [[nodiscard]] int jobs() const {
        if (with_.on_execution)
            return 1; // on_execution has to be called in this process
        if (with_.jobs > 0)
            return with_.jobs;
        static const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
        return cores;
    }

    /// The results of the first tasks, in order: of all tasks, or up to the one that ends the
    /// search. May throw std::bad_alloc.
    std::vector<task_result> run(const std::vector<search_task>& batch, const batch_terms& on) {
        return batch.size() == 1 || jobs() == 1 ? run_here(batch, on) : run_forked(batch, on);
    }

private:
    using progress_function = std::function<void(const task_result&, double)>;

    /// The kind of process. Only the process in which the check was called runs executions twice:
    /// the forked ones would do so again.
    enum class process : std::uint8_t { of_the_check, forked };

    /// Does this result make the results of later tasks meaningless?
    [[nodiscard]] bool ends_the_search(const task_result& r) const {
        return r.why == stop::start_over || r.why == stop::undividable ||
               r.why == stop::cut_short || (r.failed && !with_.all_findings);
    }

    task_result run_one(const search_task& t, const options& with, const batch_terms& on,
                        const progress_function& tell) {
        const bool may_run_twice = is_ == process::of_the_check && model_.is_repeatable();
        return run_task(memory_, model_, with, t, on.are, on.bounds, on.parts, may_run_twice, tell);
    }

    std::vector<task_result> run_here(const std::vector<search_task>& batch,
                                      const batch_terms& on) {
        std::vector<task_result> results;
        std::uint64_t executions = on.executions;
        double done = on.explored;
        for (const search_task& t : batch) {
            const auto tell = [&](const task_result& seen, double explored) {
                on_progress(executions + seen.executions, done + t.share * explored);
            };
            results.push_back(
                run_one(t, with_, on, on_progress ? progress_function(tell) : nullptr));
            executions += results.back().executions;
            done += t.share - frontier(results.back().left.tasks, {}).share();
            if (results.back().why != stop::exhausted && results.back().why != stop::budget)
                break;
        }
        return results;
    }

    std::vector<task_result> run_forked(const std::vector<search_task>& batch,
                                        const batch_terms& on) {
        const auto processes = std::min(static_cast<std::size_t>(jobs()), batch.size());
        workers all(static_cast<int>(processes), batch.size(),
                    [&](const task_result& r) { return ends_the_search(r); });
        options there = with_;
        there.interrupt = all.interrupted();
        const auto task = [&](std::size_t i) {
            is_ = process::forked;
            std::uint64_t told = 0;
            const auto tell = [&](const task_result& seen, double) {
                all.count(seen.executions - std::exchange(told, seen.executions));
            };
            task_result r = run_one(batch[i], there, on, tell);
            all.count(r.executions - told);
            return r;
        };
        const auto wait = [&] {
            if (on_progress)
                on_progress(on.executions + all.executions(), on.explored);
        };
        auto sent = all.run(task, wait, with_.interrupt);
        std::vector<task_result> results;
        const std::size_t taken = all.taken(); // the rest is for another run
        for (std::size_t i = 0; i != taken; ++i) {
            // A process that died lost its task; here the task kills again.
            results.push_back(sent[i] ? std::move(*sent[i])
                                      : run_one(batch[i], with_, on, nullptr));
            if (ends_the_search(results.back()))
                break;
        }
        return results;
    }

    search_memory& memory_;
    engine::model_driver& model_;
    const options& with_;
    process is_ = process::of_the_check;
};

} // namespace wbsync::search
