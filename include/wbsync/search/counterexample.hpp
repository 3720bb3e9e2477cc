// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/replay.hpp>
#include <wbsync/result.hpp>
#include <wbsync/search/task_job.hpp>

#include <memory>
#include <stdexcept>

namespace wbsync::search {

/// Runs one execution and records what happens.
///
/// Costs what the steps of the execution cost. To be called when no execution is under way.
inline void run_schedule(engine::model_driver& model, const options& with,
                         const engine::schedule& what, engine::replay_scheduler& by, result& into) {
    options once = with;
    once.all_findings = false;
    once.on_execution = nullptr;
    const auto run = std::make_unique<engine::execution>();
    run->assumed().allow(what.allowed);
    run->record_into(&into.counterexample);
    task_job job(*run, by, model, once, {});
    engine::run_executions(job);
    run->record_into(nullptr);
    static_cast<counters&>(into) = job.seen;
    into.weakened = job.weakened();
    into.limit = job.seen.limit;
    into.what = job.seen.what;
    into.outcome = job.seen.failed      ? verdict::finding
                   : into.limit.empty() ? verdict::verified
                                        : verdict::incomplete;
}

/// Runs the execution again that led to the finding. A model that does not fail in the same way
/// again is not deterministic.
inline void record_counterexample(engine::model_driver& model, const options& with,
                                  const engine::schedule& what, result& into) {
    engine::replay_scheduler again(what, not_deterministic.data());
    options once = with;
    if (into.what.property == "lockup")
        once.max_step_seconds /= 10; // it is known not to end
    result second;
    run_schedule(model, once, what, again, second);
    into.counterexample = std::move(second.counterexample);
    if (second.what == into.what)
        return;
    if (into.what.message.starts_with(not_deterministic))
        return;
    into.what = {"misuse",
                 fmt::format("{}: the execution that ended in '{}: {}' "
                             "ended in '{}: {}' when it was run again",
                             not_deterministic, into.what.property, into.what.message,
                             second.what.property, second.what.message),
                 into.what.where, into.what.thread};
}

/// Runs the one execution that options::replay asks for. If it does not end with a finding, the
/// result is incomplete, and says what happened instead.
inline result replay(engine::model_driver& model, const options& asked) {
    const engine::schedule what = engine::parse_schedule(asked.replay);
    if (what.weakened != key_of(asked.weaken))
        throw std::invalid_argument(fmt::format(
            "wbsync: the schedule '{}' is one {}: replay it with the options::weaken that "
            "it was found with",
            asked.replay,
            what.weakened == 0 ? "of a model that is not weakened"
                               : "under other options::weaken"));
    options with = asked;
    with.memory = what.memory;
    result seen;
    seen.memory = with.memory;
    seen.schedule = asked.replay;
    engine::replay_scheduler by(what, "the schedule does not fit the model (another model, other "
                                      "parameters, another version?)");
    run_schedule(model, with, what, by, seen);
    if (seen.outcome == verdict::finding && by.steps_left() == 0)
        return seen;
    if (seen.outcome == verdict::finding && seen.what.property == "misuse") {
        seen.limit = {.kind = limit_kind::schedule, .message = seen.what.message};
    } else if (seen.outcome == verdict::finding) {
        seen.limit = {.kind = limit_kind::schedule,
                      .message = fmt::format("the schedule does not fit the model: it ended in {} "
                                             "with {} steps left",
                                             seen.what.property, by.steps_left())};
    } else {
        seen.limit = {.kind = limit_kind::schedule,
                      .message = "the replayed execution ended without a finding"};
    }
    seen.outcome = verdict::incomplete;
    return seen;
}

} // namespace wbsync::search
