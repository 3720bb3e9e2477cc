// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/counters.hpp>
#include <wbsync/engine/explorer.hpp>
#include <wbsync/engine/host.hpp>
#include <wbsync/engine/ordering_policy.hpp>
#include <wbsync/engine/used_memory.hpp>
#include <wbsync/limit.hpp>
#include <wbsync/options.hpp>
#include <wbsync/search/frontier.hpp>
#include <wbsync/search/second_runs.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

namespace wbsync::search {

/// Why an exploration stopped.
enum class stop : std::uint8_t {
    exhausted,   ///< nothing is left
    budget,      ///< as many executions as requested
    finding,     ///< a property failed
    cut_short,   ///< an execution hit a limit
    undividable, ///< what is left must be explored in order
    start_over,  ///< the order of some additions matters: all has to be explored again
    out_of_time, ///< options::max_seconds
    memory,      ///< options::max_memory
    interrupted, ///< options::interrupt
};

/// Would the same reason also stop whatever is explored next in this run?
constexpr bool ends_the_run(stop why) noexcept {
    return why == stop::out_of_time || why == stop::memory || why == stop::interrupted;
}

/// The limit in the options that has that name, or none.
inline limit_hit limit_of(limit_kind kind, const options& with) {
    switch (kind) {
    case limit_kind::executions: return {kind, static_cast<double>(with.max_executions)};
    case limit_kind::seconds: return {kind, with.max_seconds};
    case limit_kind::memory: return {kind, static_cast<double>(with.max_memory)};
    case limit_kind::interrupt: return {kind};
    default: return {};
    }
}

/// The limit to the whole search that was hit, or none.
inline limit_hit limit_of(stop why, const options& with) {
    switch (why) {
    case stop::budget: return limit_of(limit_kind::executions, with);
    case stop::out_of_time: return limit_of(limit_kind::seconds, with);
    case stop::memory: return limit_of(limit_kind::memory, with);
    case stop::interrupted: return limit_of(limit_kind::interrupt, with);
    default: return {};
    }
}

/// The result of one task.
struct task_result : counters {
    stop why = stop::exhausted;
    limit_hit limit;    ///< the first one that was hit
    double cut_off = 0; ///< share of the search that a limit to one execution hides
    engine::coverage covered;
    bool failed = false;
    finding what; ///< the first failure; not sent between processes, which run it again
    std::vector<engine::decision> decisions;
    engine::allowances allowed;
    remains left;
    bool undividable = false; ///< it must be explored in one piece; not sent either
    search_task rest;         ///< all that is left, in one piece; not sent between processes
};

/// Runs executions of one task: counts, watches the limits, and keeps the first finding.
///
/// One job at a time in a process. O(1) after each execution; every 256 executions, or when the
/// watchdog asks for it, a look at clock and memory.
class task_job final : public engine::job {
public:
    using clock = std::chrono::steady_clock;

    struct bounds {
        bool divided = false;         ///< one task of several
        std::uint64_t executions = 0; ///< including blocked ones; 0: no bound
        std::uint64_t runs = 0;       ///< including sleep-set blocked ones; 0: no bound
        clock::time_point deadline = clock::time_point::max();

        /// 0 seconds: no limit.
        void set_deadline(clock::time_point start, double seconds) {
            if (seconds > 0)
                deadline = start + std::chrono::duration_cast<clock::duration>(
                                       std::chrono::duration<double>(seconds));
        }
    };

    /// `twice`: runs the first executions again, unless it is nullptr.
    task_job(engine::execution& run_in, engine::scheduler& scheduler_used,
             engine::model_driver& model_checked, const options& with, bounds to,
             second_runs* twice = nullptr)
        : job(run_in, scheduler_used, model_checked), options_(with),
          orderings_(with.weaken, with.orderings), bounds_(to), twice_(twice) {
        settings.memory = with.memory;
        settings.max_depth = with.max_depth;
        settings.all_findings = with.all_findings;
        if (!with.weaken.empty() || with.orderings != nullptr)
            settings.orderings = &orderings_;
        // The oracle does not rely on the rule that a round in vain is nothing.
        settings.whole_rounds = with.scheduler == scheduler_kind::reference ? 1 : 0;
        patience.step_seconds = with.max_step_seconds;
        patience.deadline = to.deadline;
        patience.memory = with.max_memory;
        patience.interrupt = with.interrupt;
        if (twice_ != nullptr)
            twice_->before_execution(run, settings);
    }
    ~task_job() override {
        if (twice_ != nullptr)
            twice_->stop(run);
    }
    task_job(const task_job&) = delete;
    task_job& operator=(const task_job&) = delete;

    engine::scheduler& scheduler_now() override {
        engine::scheduler* again = twice_ == nullptr ? nullptr : twice_->scheduler();
        return again == nullptr ? by : *again;
    }

    bool next() override {
        if (twice_ == nullptr)
            return job::next();
        if (twice_->scheduler() != nullptr)
            return twice_->after_second_run(run, settings) || after_second_runs();
        const bool more = after_execution();
        if (const finding* f = found_not_deterministic(); f != nullptr)
            return twice_->look_for_statics(run, by, *f, settings) || after_second_runs();
        if (more || seen.why == stop::budget || seen.why == stop::finding)
            if (twice_->after_execution(run, by, settings))
                return true;
        return go_on();
    }

    /// See coverage::weakened.
    [[nodiscard]] std::uint64_t weakened() const noexcept { return orderings_.applied(); }

    /// Called now and then with the result so far.
    std::function<void(const task_result&)> on_progress;

    bool after_execution() override {
        if (!run.concluded().exists()) {
            ++seen.discarded;
        } else if (run.concluded().ending() == engine::outcome::given_up) {
            ++seen.sleep_set_blocked;
        } else if (run.concluded().ending() == engine::outcome::blocked) {
            ++seen.blocked;
        } else {
            ++seen.executions;
            seen.events += static_cast<std::uint64_t>(run.step_count());
        }
        seen.threads = std::max(seen.threads, run.thread_count());
        note_limits();
        if (options_.on_execution)
            options_.on_execution(run.concluded().findings());
        if (!run.concluded().findings().empty() && !seen.failed) {
            seen.failed = true;
            seen.what = run.concluded().findings().front();
            seen.decisions = by.decisions();
        }
        seen.why = reason_to_stop();
        return seen.why == stop::exhausted;
    }

    task_result seen;

private:
    // --- second runs ----------------------------------------------------------------------------

    /// Does anything but a second run come next? Prepares it.
    bool go_on() {
        if (seen.why != stop::exhausted)
            return false;
        if (!all_explored_ && by.next()) {
            twice_->before_execution(run, settings);
            return true;
        }
        all_explored_ = true;
        return twice_->after_search(run, settings);
    }

    bool after_second_runs() {
        if (!twice_->differs())
            return go_on();
        if (!seen.failed)
            seen.decisions = by.decisions();
        seen.failed = true;
        seen.what = twice_->take_difference();
        seen.why = stop::finding;
        return false;
    }

    [[nodiscard]] const finding* found_not_deterministic() const {
        const bool is_one =
            seen.why == stop::finding && !run.concluded().findings().empty() &&
            run.concluded().findings().front().message.starts_with(not_deterministic);
        return is_one ? &run.concluded().findings().front() : nullptr;
    }

    // --- limits ---------------------------------------------------------------------------------

    /// The limit that cut the execution short.
    [[nodiscard]] limit_hit limit_of_execution() const {
        const site& at = run.concluded().limit_at();
        limit_hit l = limit_of(run.concluded().limit(), options_);
        l.kind = run.concluded().limit();
        l.in_execution = true;
        l.who = run.concluded().limit_in();
        l.where = *at.file == '\0' ? std::string{} : at.str();
        return l;
    }

    void note_limits() {
        if (!seen.limit.empty())
            return;
        if (run.concluded().ending() == engine::outcome::cut_short)
            seen.limit = limit_of_execution();
        else if (run.memory().history_cut())
            seen.limit = {limit_kind::store_history, engine::max_history - 1};
        else if (const auto& missed = run.concluded().left_out())
            seen.limit = {.kind = limit_kind::late_load,
                          .bound = static_cast<double>(missed->most),
                          .who = missed->thread,
                          .where = missed->object};
        else if (by.cut())
            seen.limit = {limit_kind::wait_orders};
    }

    /// `exhausted`: there is no reason.
    stop reason_to_stop() {
        if (seen.failed && !options_.all_findings)
            return stop::finding;
        if (run.assumed().has_to_start_over())
            return stop::start_over;
        if (bounds_.divided && by.cannot_be_divided())
            return stop::undividable;
        if (run.concluded().ending() == engine::outcome::cut_short)
            return stop::cut_short;
        if (options_.interrupt != nullptr && *options_.interrupt != 0)
            return stop::interrupted;
        const std::uint64_t wanted = seen.executions + seen.blocked;
        const std::uint64_t runs = wanted + seen.sleep_set_blocked + seen.discarded;
        if (runs % 256 == 0 || runs == 1 || look_around != 0)
            if (const stop why = look(); why != stop::exhausted)
                return why;
        const bool enough = (bounds_.executions != 0 && wanted >= bounds_.executions) ||
                            (bounds_.runs != 0 && runs >= bounds_.runs);
        return enough ? stop::budget : stop::exhausted;
    }

    /// Checks that are too expensive after each execution.
    stop look() {
        if (on_progress)
            on_progress(seen);
        if (clock::now() >= bounds_.deadline)
            return stop::out_of_time;
        if (options_.max_memory != 0 && engine::used_memory() > options_.max_memory)
            return stop::memory;
        return stop::exhausted;
    }

    const options& options_;
    engine::ordering_policy orderings_;
    bounds bounds_;
    second_runs* twice_;
    bool all_explored_ = false;
};

/// What takes memory in a search. It is kept for the next search, because many checks are short.
///
/// take() and give_back() are not for several threads of the process at a time (turn).
struct search_memory {
    engine::execution run;
    engine::explorer by;
    second_runs twice;

    /// The memory of the last search, unless that is still under way.
    static std::unique_ptr<search_memory> take() {
        if (spare() == nullptr)
            return std::make_unique<search_memory>();
        spare()->run.forget();
        return std::move(spare());
    }
    static void give_back(std::unique_ptr<search_memory> m) { spare() = std::move(m); }

private:
    static std::unique_ptr<search_memory>& spare() {
        static std::unique_ptr<search_memory> kept;
        return kept;
    }
};

/// Explores one task, within the bounds. `parts`: into how many parts the rest is cut.
/// `may_run_twice`: compare the first executions with second runs.
///
/// One execution at a time, until the task or a bound is exhausted; then O(nodes * parts). Only one
/// task at a time may use `memory`.
inline task_result run_task(search_memory& memory, engine::model_driver& model, const options& with,
                            search_task task, engine::sleep_reason are, task_job::bounds to,
                            int parts, bool may_run_twice,
                            const std::function<void(const task_result&, double)>& on_progress) {
    engine::execution& run = memory.run;
    engine::explorer& by = memory.by;
    by.begin(with.symmetry, are);
    const double share = task.share;
    task_result nothing;
    if (!by.load(std::move(task))) {
        nothing.left.finished = std::move(by.finished_nodes());
        return nothing;
    }
    task_job job(run, by, model, with, to, may_run_twice ? &memory.twice : nullptr);
    if (on_progress)
        job.on_progress = [&](const task_result& seen) { on_progress(seen, by.explored()); };
    engine::run_executions(job);
    job.seen.covered = run.covered();
    job.seen.covered.weakened = job.weakened();
    if (job.seen.why == stop::start_over)
        job.seen.allowed = run.assumed().allowed();
    job.seen.undividable = by.cannot_be_divided();
    if (job.seen.why == stop::budget && are == engine::sleep_reason::explored)
        job.seen.rest = by.rest();
    if (job.seen.why == stop::cut_short)
        job.seen.cut_off = share * by.last_share();
    if (job.seen.why != stop::exhausted)
        job.seen.left.tasks = by.split(parts);
    job.seen.left.reversals = std::move(by.distant_reversals());
    job.seen.left.finished = std::move(by.finished_nodes());
    return std::move(job.seen);
}

} // namespace wbsync::search
