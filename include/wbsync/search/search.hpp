// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/search/counterexample.hpp>
#include <wbsync/search/reference_search.hpp>
#include <wbsync/search/resume_file.hpp>
#include <wbsync/search/run_check.hpp>
#include <wbsync/search/turn.hpp>
#include <wbsync/search/vacuity.hpp>
#include <wbsync/search/workers.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace wbsync::search {

/// The search of one check. With one process it is one task. With more, what is left after some
/// executions is handed out in rounds; that divides the same executions among the processes, and
/// makes them give up some at the borders (`overlap`). A finding is then looked for again by one
/// process, so that the first one is the same on however many cores.
class search {
public:
    search(engine::model_driver& model, const options& with, search_key key)
        : model_(model), with_(with), key_(std::move(key)), file_(with.resume) {
        memory_->twice.begin();
        result_.memory = with.memory;
        bounds_.set_deadline(start_, with.max_seconds);
        file_.expect_writable();
        if (file_.exists())
            load();
    }
    ~search() { search_memory::give_back(std::move(memory_)); }
    search(const search&) = delete;
    search& operator=(const search&) = delete;

    result run() {
        try {
            while (why_ == stop::exhausted && !frontier_.empty())
                round();
        } catch (const std::bad_alloc&) {
            return out_of_memory();
        }
        if (failed_ && is_divided_)
            look_again();
        finish();
        return std::move(result_);
    }

private:
    /// The search itself has no room any more. What is left of it is lost.
    result out_of_memory() {
        memory_.reset();
        frontier_ = frontier({}, {});
        result_.outcome = verdict::incomplete;
        result_.limit = "out of memory, which the system gave no more of: in the search itself";
        result_.seconds = elapsed();
        return std::move(result_);
    }

    // --- rounds ---------------------------------------------------------------------------------

    void round() {
        std::size_t tasks = is_divided_ ? static_cast<std::size_t>(with_.divide.tasks) : 1;
        bounds_.runs = runs_of_a_task();
        bounds_.divided = is_divided_;
        bounds_.executions = 0;
        if (with_.max_executions != 0) {
            bounds_.executions = with_.max_executions - runs_of_this_run();
            if (bounds_.runs == 0 || bounds_.executions / tasks < bounds_.runs)
                tasks = 1; // close to the end: one by one
        }
        const std::vector<search_task> batch = frontier_.take(tasks);
        done_share_ = 1 - frontier_.share();
        for (const search_task& t : batch)
            done_share_ -= t.share;
        std::vector<task_result> results =
            batch.size() == 1 || jobs() == 1 ? run_here(batch) : run_forked(batch);
        add_up(results);
        if (why_ == stop::start_over) {
            start_over();
            return;
        }
        const bool first_part = !is_divided_ && dividing() && why_ == stop::exhausted &&
                                results.front().why == stop::budget && !is_used_up();
        if (first_part)
            note_undivided(std::move(results.front().rest));
        if (why_ == stop::undividable ||
            (first_part && results.front().undividable && undivided_.begun)) {
            why_ = stop::exhausted;
            go_on_undivided();
        } else {
            merge(batch, std::move(results));
        }
        if (is_divided_ && why_ == stop::exhausted && is_not_worth_it())
            go_on_undivided();
        if (why_ == stop::exhausted && is_used_up() && !frontier_.empty())
            why_ = stop::budget;
    }

    /// 0: no bound.
    [[nodiscard]] std::uint64_t runs_of_a_task() const {
        if (!dividing())
            return 0;
        if (!is_divided_)
            return with_.divide.first;
        const bool on_trial = result_.executions == before_.executions;
        return on_trial ? std::max<std::uint64_t>(with_.divide.each / 8, 1) : with_.divide.each;
    }

    void start_over() {
        why_ = stop::exhausted;
        is_divided_ = false;
        frontier_.reset();
    }

    void merge(const std::vector<search_task>& batch, std::vector<task_result> results) {
        std::vector<remains> left;
        for (task_result& r : results)
            left.push_back(std::move(r.left));
        for (std::size_t i = results.size(); i != batch.size(); ++i)
            left.push_back({{batch[i]}, {}, {}});
        frontier_.merge(batch, std::move(left));
    }

    // Where an old store is explored only if a race asks for it (explorer::choose_first), tasks
    // would explore some executions twice. And where many executions differ in what commutes with
    // all the rest, parts of the search overlap so much that one process is faster. That shows
    // soon; then the search goes back to where it was divided.

    void note_undivided(search_task rest) {
        is_divided_ = true;
        undivided_ = std::move(rest);
        before_ = result_;
    }

    [[nodiscard]] bool is_not_worth_it() const {
        const std::uint64_t since = result_.executions - before_.executions;
        return !with_.divide.always && undivided_.begun && since <= 10 * with_.divide.each &&
               result_.overlap > since / 3;
    }

    void go_on_undivided() {
        is_divided_ = false;
        never_divide_ = true;
        failed_ = false;
        before_.memory = result_.memory;
        result_ = before_;
        if (undivided_.begun) {
            frontier_ = frontier({std::move(undivided_)}, {});
            return;
        }
        runs_before_ = 0; // it was divided in an earlier run: once more from the beginning
        frontier_.reset();
    }

    /// Executions, and those that are blocked.
    [[nodiscard]] std::uint64_t runs() const { return result_.executions + result_.blocked; }
    [[nodiscard]] std::uint64_t runs_of_this_run() const { return runs() - runs_before_; }
    /// What this run may run of them.
    [[nodiscard]] bool is_used_up() const {
        return with_.max_executions != 0 && runs_of_this_run() >= with_.max_executions;
    }

    [[nodiscard]] bool dividing() const {
        return !never_divide_ && (jobs() > 1 || with_.divide.always);
    }

    [[nodiscard]] int jobs() const {
        if (with_.on_execution)
            return 1; // it is to be called in this process
        if (with_.jobs > 0)
            return with_.jobs;
        static const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
        return cores;
    }

    task_result run_one(const search_task& t, const options& with,
                        const std::function<void(const task_result&, double)>& on_progress) {
        // The model of a litmus test keeps what it has learnt from its executions.
        const bool may_run_twice = !is_forked_ && !with.like_kernel;
        return run_task(*memory_, model_, with, t,
                        is_divided_ ? engine::sleepers::perhaps_under_way
                                    : engine::sleepers::explored,
                        bounds_, dividing() ? with_.divide.parts : 1, may_run_twice, on_progress);
    }

    std::vector<task_result> run_here(const std::vector<search_task>& batch) {
        std::vector<task_result> results;
        std::uint64_t executions = result_.executions;
        double done = done_share_;
        for (const search_task& t : batch) {
            const auto progress = [&](const task_result& seen, double explored) {
                show(executions + seen.executions, done + t.share * explored);
            };
            results.push_back(
                run_one(t, with_, with_.on_progress ? progress_function(progress) : nullptr));
            executions += results.back().executions;
            done += t.share - frontier(results.back().left.tasks, {}).share();
            if (results.back().why != stop::exhausted && results.back().why != stop::budget)
                break;
        }
        return results;
    }

    std::vector<task_result> run_forked(const std::vector<search_task>& batch) {
        const auto processes = std::min(static_cast<std::size_t>(jobs()), batch.size());
        workers all(static_cast<int>(processes), batch.size(),
                    [&](const task_result& r) { return ends_the_search(r); });
        options there = with_;
        there.interrupt = all.interrupted();
        const auto task = [&](std::size_t i) {
            is_forked_ = true;
            std::uint64_t told = 0;
            const auto progress = [&](const task_result& seen, double) {
                all.count(seen.executions - std::exchange(told, seen.executions));
            };
            task_result r = run_one(batch[i], there, progress);
            all.count(r.executions - told);
            return r;
        };
        const auto wait = [&] { show(result_.executions + all.executions(), done_share_); };
        auto sent = all.run(task, wait, with_.interrupt);
        std::vector<task_result> results;
        const std::size_t taken = all.taken(); // the rest is for another run
        for (std::size_t i = 0; i != taken; ++i) {
            // A process that died takes its task with it; here it does again what killed it.
            results.push_back(sent[i] ? std::move(*sent[i]) : run_one(batch[i], with_, nullptr));
            if (ends_the_search(results.back()))
                break;
        }
        return results;
    }

    using progress_function = std::function<void(const task_result&, double)>;

    void show(std::uint64_t executions, double explored) {
        if (with_.on_progress)
            with_.on_progress({executions, result_.redundant, elapsed(), explored});
    }

    // --- results --------------------------------------------------------------------------------

    /// Does this result make those of the tasks after it meaningless?
    [[nodiscard]] bool ends_the_search(const task_result& r) const {
        return r.why == stop::start_over || r.why == stop::undividable ||
               r.why == stop::cut_short || (r.failed && !with_.all_findings);
    }

    void add_up(const std::vector<task_result>& results) {
        for (const task_result& r : results) {
            result_.executions += r.executions;
            (is_divided_ ? result_.overlap : result_.redundant) += r.redundant;
            result_.blocked += r.blocked;
            result_.events += r.events;
            result_.threads = std::max(result_.threads, r.threads);
            if (result_.limit.empty())
                result_.limit = r.limit;
            covered_.join(r.covered);
            cut_off_ += r.cut_off;
            if (r.failed && !failed_)
                note_failure(r);
            if (r.why == stop::start_over) {
                result_.discarded += runs();
                result_.executions = result_.blocked = 0;
                runs_before_ = 0;
                cut_off_ = 0;
                run_->additions().order(r.ordered_additions);
                run_->additions().starts_over();
            }
            if (r.why != stop::exhausted && r.why != stop::budget)
                why_ = r.why;
        }
    }

    void note_failure(const task_result& r) {
        failed_ = true;
        result_.what = r.what;
        schedule_ = {with_.memory, true, r.decisions, run_->additions().ordered()};
        result_.schedule = engine::to_string(schedule_);
        if (!result_.what.property.empty())
            return;
        engine::replay_scheduler again(schedule_, not_deterministic.data());
        result seen;
        run_schedule(model_, with_, schedule_, again, seen);
        result_.what = seen.what;
    }

    /// Finds the first finding of an undivided search.
    void look_again() {
        options once = with_;
        once.jobs = 1;
        once.divide.always = once.all_findings = once.trace = false;
        once.resume.clear();
        once.on_execution = nullptr;
        search again(model_, once, key_);
        again.bounds_.deadline = bounds_.deadline;
        result first = again.run();
        if (first.outcome != verdict::finding)
            return; // out of time
        result_.what = first.what;
        result_.schedule = first.schedule;
        schedule_ = again.schedule_;
        if (with_.all_findings)
            return;
        result_.executions = first.executions;
        result_.redundant = first.redundant;
        result_.blocked = first.blocked;
        result_.overlap = 0;
        result_.discarded = first.discarded;
        result_.events = first.events;
    }

    void finish() {
        if (!failed_ || with_.all_findings)
            note_stop();
        result_.seconds = elapsed();
        result_.explored = frontier_.empty() && cut_off_ == 0
                               ? 1
                               : std::clamp(1 - frontier_.share() - cut_off_, 0.0, 1.0);
        result_.outcome = failed_                 ? verdict::finding
                          : result_.limit.empty() ? verified_or_vacuous()
                                                  : verdict::incomplete;
        if (failed_ && with_.trace)
            record_counterexample(model_, with_, schedule_, result_);
        keep();
    }

    verdict verified_or_vacuous() {
        if (!with_.accept_vacuous)
            result_.vacuity = vacuity_of(covered_);
        return result_.vacuity.empty() ? verdict::verified : verdict::vacuous;
    }

    void note_stop() {
        if (result_.limit.empty() && !frontier_.empty())
            result_.limit = limit_text(why_, with_);
    }

    [[nodiscard]] double elapsed() const {
        return seconds_before_ +
               std::chrono::duration<double>(task_job::clock::now() - start_).count();
    }

    // --- the file -------------------------------------------------------------------------------

    void load() {
        saved_search s = file_.load(key_);
        result_.executions = s.executions;
        result_.redundant = s.redundant;
        result_.blocked = s.blocked;
        result_.overlap = s.overlap;
        result_.discarded = s.discarded;
        result_.events = s.events;
        result_.threads = s.threads;
        result_.limit = s.limit;
        runs_before_ = runs();
        cut_off_ = s.cut_off;
        covered_ = s.covered;
        seconds_before_ = s.seconds;
        run_->additions().order(s.ordered_additions);
        is_divided_ = s.is_divided;
        frontier_ = frontier(std::move(s.pending), std::move(s.finished));
    }

    void keep() {
        if (why_ == stop::interrupted && !file_.wanted())
            file_ = resume_file(with_.save_interrupted);
        if (!file_.wanted())
            return;
        if (frontier_.empty() || failed_) {
            if (!with_.resume.empty())
                file_.remove();
            return;
        }
        try {
            save();
            result_.resume = file_.path();
        } catch (const std::exception& e) { // what was seen is worth more
            result_.limit += fmt::format("; {}", e.what());
        }
    }

    void save() const {
        // A limit of this run is none of the next one.
        const bool own = result_.limit == limit_text(why_, with_);
        file_.save({key_, result_.executions, result_.redundant, result_.blocked, result_.overlap,
                    result_.discarded, result_.events, result_.threads, is_divided_,
                    result_.seconds, own ? std::string{} : result_.limit, cut_off_, covered_,
                    run_->additions().ordered(), frontier_.pending(), frontier_.finished()});
    }

    engine::model_driver& model_;
    const options& with_;
    search_key key_; ///< empty if nothing can be saved
    resume_file file_;
    task_job::clock::time_point start_ = task_job::clock::now();
    double seconds_before_ = 0;
    std::unique_ptr<search_memory> memory_ = search_memory::take();
    engine::execution* run_ = &memory_->run;
    frontier frontier_;
    task_job::bounds bounds_;
    bool is_divided_ = false;   ///< there are, or were, several tasks
    bool never_divide_ = false; ///< it was tried
    bool is_forked_ = false;    ///< this is a process that works on a task
    search_task undivided_;     ///< what was left when it was
    result before_;             ///< what was seen until then
    double done_share_ = 0;
    engine::coverage covered_;
    double cut_off_ = 0;            ///< share that a limit to one execution hides
    std::uint64_t runs_before_ = 0; ///< of this run
    stop why_ = stop::exhausted;
    bool failed_ = false;
    engine::schedule schedule_;
    result result_;
};

WBSYNC_INLINE result run_check(engine::model_driver& model, const options& with,
                               const subject& what) {
    const turn mine;
    if (!with.replay.empty())
        return replay(model, with);
    if (with.scheduler == scheduler_kind::reference) {
        if (!with.resume.empty())
            throw std::invalid_argument("wbsync: the search of the reference scheduler cannot be "
                                        "saved: leave out 'resume', or use scheduler_kind::dpor");
        return run_reference(model, with);
    }
    const bool saves = !with.resume.empty() || !with.save_interrupted.empty();
    search_key key = saves ? key_of(what, with) : search_key{};
    return search(model, with, std::move(key)).run();
}

} // namespace wbsync::search
