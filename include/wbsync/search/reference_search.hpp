// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/reference.hpp>
#include <wbsync/search/counterexample.hpp>
#include <wbsync/search/task_job.hpp>
#include <wbsync/search/vacuity.hpp>

#include <chrono>
#include <memory>

namespace wbsync::search {

namespace detail {

/// What a reference search, which is over, came to.
inline result result_of(const engine::execution& run, const task_job& job,
                        engine::reference_scheduler& by, engine::model_driver& model,
                        const options& with) {
    result r;
    r.memory = with.memory;
    r.executions = job.seen.executions;
    r.blocked = job.seen.blocked;
    r.events = job.seen.events;
    r.threads = job.seen.threads;
    r.limit = job.seen.limit;
    if (r.limit.empty() && job.seen.why != stop::finding && by.next())
        r.limit = limit_of(job.seen.why, with);
    engine::coverage covered = run.covered();
    covered.weakened = r.weakened = job.weakened();
    if (!job.seen.failed && r.limit.empty())
        r.vacuity = vacuity_of(covered, with);
    r.outcome = job.seen.failed     ? verdict::finding
                : !r.limit.empty()  ? verdict::incomplete
                : r.vacuity.empty() ? verdict::verified
                                    : verdict::vacuous;
    r.explored = r.verified() || r.vacuous() ? 1 : -1;
    if (!job.seen.failed)
        return r;
    r.what = job.seen.what;
    const engine::schedule what{with.memory, false, job.seen.decisions, run.assumed().allowed(),
                                key_of(with.weaken)};
    r.schedule = engine::to_string(what);
    if (with.trace)
        record_counterexample(model, with, what, r);
    return r;
}

} // namespace detail

/// The reference scheduler's search: one task, in this process. It starts over when a load turns
/// out to be late.
///
/// Exponential, see reference_scheduler.
inline result run_reference(engine::model_driver& model, const options& with) {
    const auto run = std::make_unique<engine::execution>();
    task_job::bounds to;
    to.executions = with.max_executions;
    const auto start = task_job::clock::now();
    to.set_deadline(start, with.max_seconds);
    while (true) {
        engine::reference_scheduler by;
        second_runs twice;
        twice.begin();
        task_job job(*run, by, model, with, to, &twice);
        engine::run_executions(job);
        if (job.seen.why == stop::start_over) {
            run->assumed().starts_over();
            continue;
        }
        result r = detail::result_of(*run, job, by, model, with);
        r.seconds = std::chrono::duration<double>(task_job::clock::now() - start).count();
        return r;
    }
}

} // namespace wbsync::search
