// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/reference.hpp>
#include <wbsync/search/counterexample.hpp>
#include <wbsync/search/task_job.hpp>
#include <wbsync/search/vacuity.hpp>

#include <chrono>
#include <memory>

namespace wbsync::search {

/// The reference scheduler's search: one task, in this process.
///
/// Exponential, see reference_scheduler.
inline result run_reference(engine::model_driver& model, const options& with) {
    const auto run = std::make_unique<engine::execution>();
    engine::reference_scheduler by;
    task_job::bounds to;
    to.executions = with.max_executions;
    const auto start = task_job::clock::now();
    to.set_deadline(start, with.max_seconds);
    second_runs twice;
    task_job job(*run, by, model, with, to, &twice);
    engine::run_executions(job);
    result r;
    r.memory = with.memory;
    r.executions = job.seen.executions;
    r.blocked = job.seen.blocked;
    r.events = job.seen.events;
    r.threads = job.seen.threads;
    r.limit = job.seen.limit;
    if (r.limit.empty() && job.seen.why != stop::finding && by.next())
        r.limit = limit_of(job.seen.why, with);
    engine::coverage covered = run->covered();
    covered.weakened = r.weakened = job.weakened();
    if (!job.seen.failed && r.limit.empty())
        r.vacuity = vacuity_of(covered, with);
    r.outcome = job.seen.failed     ? verdict::finding
                : !r.limit.empty()  ? verdict::incomplete
                : r.vacuity.empty() ? verdict::verified
                                    : verdict::vacuous;
    r.explored = r.verified() || r.vacuous() ? 1 : -1;
    r.seconds = std::chrono::duration<double>(task_job::clock::now() - start).count();
    if (!job.seen.failed)
        return r;
    r.what = job.seen.what;
    const engine::schedule what{with.memory, false, job.seen.decisions, {}, key_of(with.weaken)};
    r.schedule = engine::to_string(what);
    if (with.trace)
        record_counterexample(model, with, what, r);
    return r;
}

} // namespace wbsync::search
