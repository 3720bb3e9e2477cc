// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/search/batch_runner.hpp>
#include <wbsync/search/counterexample.hpp>
#include <wbsync/search/division_state.hpp>
#include <wbsync/search/reference_search.hpp>
#include <wbsync/search/resume_file.hpp>
#include <wbsync/search/run_check.hpp>
#include <wbsync/search/shortest.hpp>
#include <wbsync/search/turn.hpp>
#include <wbsync/search/vacuity.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::search {

/// The search of one check. With one process it is one task. With more, what is left after some
/// executions is handed out in batches of tasks (division_state.hpp). That divides the same
/// executions among the processes, and makes them give up some at the borders (`overlap`). One
/// process then repeats the search for a finding, so that the first one is the same on any number
/// of cores.
///
/// One search at a time in a process, and none inside of a model: run_check() ensures that (turn).
class check_search {
public:
    /// Throws std::invalid_argument if options::resume names a file that cannot be written, or that
    /// holds anything but this search. `model` and `with` must outlive this object.
    check_search(engine::model_driver& model, const options& with, search_key key)
        : model_(model), with_(with), key_(std::move(key)), file_(with.resume),
          division_(with.divide) {
        memory_->twice.begin();
        result_.memory = with.memory;
        bounds_.set_deadline(start_, with.max_seconds);
        if (with_.on_progress)
            runner_.on_progress = [this](std::uint64_t n, double share) { show(n, share); };
        file_.expect_writable();
        if (file_.exists())
            load();
    }
    ~check_search() { search_memory::give_back(std::move(memory_)); }
    check_search(const check_search&) = delete;
    check_search& operator=(const check_search&) = delete;

    /// To be called once. Each execution costs what its steps and races cost; memory grows with the
    /// length of an execution and the number of tasks, not with the number of executions.
    result run() {
        try {
            while (why_ == stop::exhausted && !frontier_.empty())
                run_batch();
        } catch (const std::bad_alloc&) {
            return out_of_memory();
        }
        if (failed_ && division_.is_divided())
            look_again();
        finish();
        return std::move(result_);
    }

private:
    /// The search itself ran out of memory. What is left of it is lost.
    result out_of_memory() {
        memory_.reset();
        frontier_ = frontier({}, {});
        result_.outcome = verdict::incomplete;
        result_.limit = {.kind = limit_kind::allocation, .who = "the search itself"};
        result_.seconds = elapsed();
        return std::move(result_);
    }

    // --- batches, see division_state.hpp --------------------------------------------------------

    /// What comes after a batch.
    enum class next_step : std::uint8_t {
        go_on,      ///< with what is left of its tasks
        divide,     ///< go on, but tasks of the next batch may run at the same time
        stay_whole, ///< what is left cannot be divided: it stays one task
        go_back,    ///< the divided tasks cannot be divided again: back to where they were one
        start_over, ///< start the whole search over
    };

    void run_batch() {
        const std::vector<search_task> batch = frontier_.take(bound_batch());
        std::vector<task_result> results = runner_.run(batch, terms_of(batch));
        add_up(results);
        switch (after(results)) {
        case next_step::start_over: return start_over();
        case next_step::go_back: go_on_undivided(); break;
        case next_step::stay_whole:
            division_.divide(std::move(results.front().rest), result_, failed_);
            go_on_undivided();
            break;
        case next_step::divide:
            division_.divide(std::move(results.front().rest), result_, failed_);
            merge(batch, std::move(results));
            break;
        case next_step::go_on: merge(batch, std::move(results)); break;
        }
        if (why_ == stop::exhausted && division_.costs_too_much(result_))
            go_on_undivided();
        if (why_ == stop::exhausted && is_used_up() && !frontier_.empty())
            why_ = stop::budget;
    }

    /// Sets the bounds of the next batch. Returns how many tasks it has.
    std::size_t bound_batch() {
        bounds_.divided = division_.is_divided();
        bounds_.runs = may_divide() ? division_.runs_of_a_task(result_) : 0;
        bounds_.executions = 0;
        std::size_t tasks = bounds_.divided ? static_cast<std::size_t>(with_.divide.tasks) : 1;
        if (with_.max_executions == 0)
            return tasks;
        bounds_.executions = with_.max_executions - runs_of_this_run();
        if (bounds_.runs == 0 || bounds_.executions / tasks < bounds_.runs)
            tasks = 1; // close to the end: one task at a time
        return tasks;
    }

    [[nodiscard]] batch_terms terms_of(const std::vector<search_task>& batch) const {
        double explored = 1 - frontier_.share();
        for (const search_task& t : batch)
            explored -= t.share;
        return {bounds_,
                division_.is_divided() ? engine::sleep_reason::perhaps_under_way
                                       : engine::sleep_reason::explored,
                may_divide() ? with_.divide.parts : 1, result_.executions, explored};
    }

    [[nodiscard]] next_step after(const std::vector<task_result>& results) const {
        if (why_ == stop::start_over)
            return next_step::start_over;
        if (why_ == stop::undividable)
            return next_step::go_back;
        const bool could_divide = !division_.is_divided() && may_divide() &&
                                  why_ == stop::exhausted && results.front().why == stop::budget &&
                                  !is_used_up();
        if (!could_divide)
            return next_step::go_on;
        const task_result& whole = results.front();
        return whole.undividable && whole.rest.begun ? next_step::stay_whole : next_step::divide;
    }

    void start_over() {
        why_ = stop::exhausted;
        division_.start_over();
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

    void go_on_undivided() {
        why_ = stop::exhausted;
        failed_ = division_.failed_before();
        const engine::memory_kind memory = result_.memory;
        result_ = division_.refuse();
        result_.memory = memory;
        if (search_task rest = division_.take_rest(); rest.begun) {
            frontier_ = frontier({std::move(rest)}, {});
            return;
        }
        runs_before_ = 0; // divided in an earlier run: begin again
        frontier_.reset();
    }

    /// Executions, including blocked ones.
    [[nodiscard]] std::uint64_t runs() const { return result_.executions + result_.blocked; }
    [[nodiscard]] std::uint64_t runs_of_this_run() const { return runs() - runs_before_; }
    /// Has this run had all the executions that it may run?
    [[nodiscard]] bool is_used_up() const {
        return with_.max_executions != 0 && runs_of_this_run() >= with_.max_executions;
    }

    [[nodiscard]] bool may_divide() const {
        return !division_.is_refused() && (runner_.jobs() > 1 || with_.divide.always);
    }

    void show(std::uint64_t executions, double explored) {
        counters seen = result_;
        seen.executions = executions;
        with_.on_progress({seen, elapsed(), explored});
    }

    // --- results --------------------------------------------------------------------------------

    void add_up(const std::vector<task_result>& results) {
        for (const task_result& r : results) {
            counters more = r;
            if (division_.is_divided())
                std::swap(more.sleep_set_blocked, more.overlap);
            result_ += more;
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
                run_->assumed().allow(r.allowed);
                run_->assumed().starts_over();
            }
            if (r.why != stop::exhausted && r.why != stop::budget)
                why_ = r.why;
        }
    }

    void note_failure(const task_result& r) {
        failed_ = true;
        result_.what = r.what;
        schedule_ = {with_.memory, true, r.decisions, run_->assumed().allowed(),
                     key_of(with_.weaken)};
        result_.schedule = engine::to_string(schedule_);
        if (!result_.what.property.empty())
            return;
        engine::replay_scheduler again(schedule_, not_deterministic.data());
        result seen;
        run_schedule(model_, with_, schedule_, again, seen);
        result_.what = seen.what;
    }

    /// Looks for the first finding of an undivided search.
    void look_again() {
        options once = with_;
        once.jobs = 1;
        once.divide.always = once.all_findings = once.trace = false;
        once.resume.clear();
        once.on_execution = nullptr;
        check_search again(model_, once, key_);
        again.bounds_.deadline = bounds_.deadline;
        result first = again.run();
        if (first.outcome != verdict::finding)
            return; // out of time
        result_.what = first.what;
        result_.schedule = first.schedule;
        schedule_ = again.schedule_;
        if (with_.all_findings)
            return;
        static_cast<counters&>(result_) = first;
    }

    void finish() {
        if (!failed_ || with_.all_findings)
            note_stop();
        result_.seconds = elapsed();
        result_.weakened = covered_.weakened;
        result_.explored = frontier_.empty() && cut_off_ == 0
                               ? 1
                               : std::clamp(1 - frontier_.share() - cut_off_, 0.0, 1.0);
        result_.outcome = failed_                 ? verdict::finding
                          : result_.limit.empty() ? verified_or_vacuous()
                                                  : verdict::incomplete;
        if (failed_ && with_.trace) {
            if (with_.shortest)
                shorten();
            record_counterexample(model_, with_, schedule_, result_);
        }
        keep();
    }

    void shorten() {
        shortener shorter(model_, with_, schedule_, result_.what);
        shorter.run();
        schedule_ = shorter.schedule();
        result_.what = shorter.what();
        result_.schedule = engine::to_string(schedule_);
    }

    verdict verified_or_vacuous() {
        result_.vacuity = vacuity_of(covered_, with_);
        return result_.vacuity.empty() ? verdict::verified : verdict::vacuous;
    }

    void note_stop() {
        if (result_.limit.empty() && !frontier_.empty())
            result_.limit = limit_of(why_, with_);
    }

    [[nodiscard]] double elapsed() const {
        return seconds_before_ +
               std::chrono::duration<double>(task_job::clock::now() - start_).count();
    }

    // --- the file -------------------------------------------------------------------------------

    void load() {
        saved_search s = file_.load(key_);
        static_cast<counters&>(result_) = s;
        result_.limit = s.limit;
        runs_before_ = runs();
        cut_off_ = s.cut_off;
        covered_ = s.covered;
        seconds_before_ = s.seconds;
        run_->assumed().allow(s.allowed);
        if (s.is_divided)
            division_.resume_divided();
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
        } catch (const std::exception& e) { // the result is worth more
            result_.limit.not_saved = e.what();
        }
    }

    void save() const {
        // A limit of this run does not apply to the next one.
        const bool own = result_.limit == limit_of(why_, with_);
        file_.save({result_, key_, division_.is_divided(), result_.seconds,
                    own ? limit_hit{} : result_.limit, cut_off_, covered_,
                    run_->assumed().allowed(), frontier_.pending(), frontier_.finished()});
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
    division_course division_;
    batch_runner runner_{*memory_, model_, with_};
    engine::coverage covered_;
    double cut_off_ = 0;            ///< share of the search that a limit to one execution hides
    std::uint64_t runs_before_ = 0; ///< run before this run
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
    return check_search(model, with, std::move(key)).run();
}

} // namespace wbsync::search
