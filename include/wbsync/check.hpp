// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/explorer.hpp>
#include <wbsync/engine/host.hpp>
#include <wbsync/engine/reference.hpp>
#include <wbsync/engine/replay.hpp>
#include <wbsync/options.hpp>
#include <wbsync/result.hpp>
#include <wbsync/scenario.hpp>

#include <chrono>
#include <cstddef>
#include <new>
#include <tuple>
#include <utility>

namespace wbsync {

namespace detail {

template <class Model>
concept has_finally = requires(Model& m) {
    m.finally();
};

/// Builds the model in place, from arguments that are copied for each execution.
template <class Model, class... Args>
class typed_driver final : public engine::model_driver {
public:
    explicit typed_driver(const Args&... args) : args_(args...) {}

    void construct(engine::execution& run) override {
        model_ = std::apply([&](const Args&... a) { return ::new (storage_) Model(a...); }, args_);
        scenario s(run);
        model_->threads(s);
    }
    void finally() override {
        if constexpr (has_finally<Model>)
            model_->finally();
    }
    void destroy() override {
        if (model_ != nullptr)
            std::exchange(model_, nullptr)->~Model();
    }

private:
    std::tuple<Args...> args_;
    Model* model_ = nullptr;
    alignas(Model) std::byte storage_[sizeof(Model)]; // NOLINT: raw storage
};

/// Counts, watches the limits, and keeps the first finding.
class check_job final : public engine::job {
public:
    check_job(engine::execution& run_in, engine::scheduler& scheduler_used,
              engine::model_driver& model_checked, const options& with, result& into)
        : job(run_in, scheduler_used, model_checked), options_(with), result_(into),
          start_(std::chrono::steady_clock::now()) {
        settings.memory = with.memory;
        settings.max_depth = with.max_depth;
        settings.all_findings = with.all_findings;
    }

    bool after_execution() override {
        const bool redundant = run.how() == engine::outcome::redundant;
        ++(redundant ? result_.redundant : result_.executions);
        result_.events += static_cast<std::uint64_t>(run.step_count());
        if (run.has_to_start_over())
            result_.discarded += std::exchange(result_.executions, 0);
        if (run.thread_count() > result_.threads)
            result_.threads = run.thread_count();
        note_limits();
        if (options_.on_execution)
            options_.on_execution(run.findings());
        if (!run.findings().empty() && !failed_) {
            failed_ = true;
            result_.what = run.findings().front();
            decisions_ = by.decisions();
        }
        return !(failed_ && !options_.all_findings) && !out_of_budget();
    }

    void finish() {
        result_.seconds = elapsed();
        result_.outcome = failed_                 ? verdict::finding
                          : result_.limit.empty() ? verdict::verified
                                                  : verdict::incomplete;
    }

    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] const std::vector<engine::decision>& decisions() const { return decisions_; }

private:
    [[nodiscard]] double elapsed() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

    void note_limits() {
        if (!result_.limit.empty())
            return;
        if (run.how() == engine::outcome::cut_short)
            result_.limit = fmt::format(
                "{} limit reached{}", run.limit(),
                *run.limit_at().file == '\0' ? std::string{} : " at " + run.limit_at().str());
        else if (run.memory().history_cut())
            result_.limit = fmt::format("store history: a load could have looked back over more "
                                        "than {} stores",
                                        engine::max_history - 1);
        else if (run.memory().fences_cut())
            result_.limit = fmt::format("fences: an execution had more than {} full fences",
                                        engine::max_fences);
        else if (by.cut())
            result_.limit = "a wait that conflicts with too many steps to try all their orders";
    }

    bool out_of_budget() {
        const std::uint64_t runs = result_.executions + result_.redundant;
        if (options_.max_executions != 0 && result_.executions >= options_.max_executions) {
            if (result_.limit.empty())
                result_.limit =
                    fmt::format("max_executions of {} reached", options_.max_executions);
            return true;
        }
        if (runs % 256 != 0 && runs > 16)
            return false;
        if (options_.on_progress)
            options_.on_progress({result_.executions, result_.redundant, elapsed()});
        if (options_.max_seconds <= 0 || elapsed() < options_.max_seconds)
            return false;
        if (result_.limit.empty())
            result_.limit = fmt::format("max_seconds of {} reached", options_.max_seconds);
        return true;
    }

    const options& options_;
    result& result_;
    std::chrono::steady_clock::time_point start_;
    bool failed_ = false;
    std::vector<engine::decision> decisions_;
};

/// Runs one execution and writes down what happens.
inline void run_schedule(engine::execution& run, engine::model_driver& model, const options& with,
                         engine::replay_scheduler& by, result& into) {
    options once = with;
    once.all_findings = false;
    once.on_execution = nullptr;
    once.on_progress = nullptr;
    run.record_into(&into.counterexample);
    check_job job(run, by, model, once, into);
    engine::run_executions(job);
    run.record_into(nullptr);
    job.finish();
}

/// Runs the execution again that led to the finding. A model that does not fail in the same way
/// again is not deterministic.
inline void record_counterexample(engine::execution& run, engine::model_driver& model,
                                  const options& with, const engine::schedule& what, result& into) {
    engine::replay_scheduler again(what, "the model is not deterministic");
    result second;
    run_schedule(run, model, with, again, second);
    into.counterexample = std::move(second.counterexample);
    if (second.what == into.what)
        return;
    if (into.what.message.starts_with("the model is not deterministic"))
        return;
    into.what = {"misuse",
                 fmt::format("the model is not deterministic: the execution that ended in '{}: {}' "
                             "ended in '{}: {}' when it was run again",
                             into.what.property, into.what.message, second.what.property,
                             second.what.message),
                 into.what.where, into.what.thread};
}

/// The one execution that options::replay asks for. Without a finding at its end the result is
/// incomplete, and says what came instead.
inline result replay(engine::execution& run, engine::model_driver& model, const options& asked) {
    const engine::schedule what = engine::parse_schedule(asked.replay);
    run.order_additions(what.ordered_additions);
    options with = asked;
    with.memory = what.memory;
    result seen;
    seen.memory = with.memory;
    seen.schedule = asked.replay;
    engine::replay_scheduler by(what, "the schedule does not fit the model (another model, other "
                                      "parameters, another version?)");
    run_schedule(run, model, with, by, seen);
    if (seen.outcome == verdict::finding && by.left() == 0)
        return seen;
    if (seen.outcome == verdict::finding && seen.what.property == "misuse") {
        seen.limit = seen.what.message;
    } else if (seen.outcome == verdict::finding) {
        seen.limit = fmt::format("the schedule does not fit the model: it ended in {} with {} "
                                 "steps left",
                                 seen.what.property, by.left());
    } else {
        seen.limit = "the replayed execution ended without a finding";
    }
    seen.outcome = verdict::incomplete;
    return seen;
}

} // namespace detail

/// Explores every execution of `Model(args...)`: all interleavings and, with memory_kind::weak, all
/// weak-memory outcomes that docs/memory-model.md lists. Stops at the first finding, unless
/// `all_findings` is set, and returns what was seen.
///
/// The arguments are copied once and given to the constructor for every execution. The model must
/// not depend on anything else than them and what it reads through wbsync.
template <class Model, class... Args>
[[nodiscard]] result check(const options& asked, const Args&... args) {
    const options with = asked.with_environment();
    detail::typed_driver<Model, Args...> model(args...);
    const auto run = std::make_unique<engine::execution>();
    if (!with.replay.empty())
        return detail::replay(*run, model, with);
    result seen;
    seen.memory = with.memory;
    std::unique_ptr<engine::scheduler> by;
    if (with.scheduler == scheduler_kind::reference)
        by = std::make_unique<engine::reference_scheduler>();
    else
        by = std::make_unique<engine::explorer>(with.symmetry);
    detail::check_job job(*run, *by, model, with, seen);
    engine::run_executions(job);
    job.finish();
    if (!job.failed())
        return seen;
    const engine::schedule what{with.memory, with.scheduler == scheduler_kind::dpor,
                                job.decisions(), run->ordered_additions()};
    seen.schedule = engine::to_string(what);
    if (with.trace)
        detail::record_counterexample(*run, model, with, what, seen);
    return seen;
}

template <class Model>
[[nodiscard]] result check() {
    return check<Model>(options{});
}

} // namespace wbsync
