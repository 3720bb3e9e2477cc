// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/program/check_command.hpp>

#include <wbsync/program/errors.hpp>
#include <wbsync/program/findings_output.hpp>
#include <wbsync/program/html.hpp>
#include <wbsync/program/junit.hpp>
#include <wbsync/program/output.hpp>
#include <wbsync/program/runner.hpp>
#include <wbsync/program/selection.hpp>
#include <wbsync/program/series.hpp>

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace wbsync::program {

namespace detail::check_command {

/// Everything that will be run. Wrong parameters are found here, before the first check starts.
inline std::vector<check_request> plan(const std::vector<catalogue::model>& all,
                                       const request& asked) {
    std::vector<check_request> checks;
    const int width = output_width(report::style{}.width);
    for (const catalogue::model* m : select(all, asked.globs)) {
        const catalogue::parameter_values values = values_of(*m, asked.parameters);
        for (const memory_kind memory : asked.memories) {
            options with = asked.with;
            with.memory = memory;
            checks.push_back({*m, values, with, width, asked.trace == "full",
                              asked.origin.source_root, renderer(asked)});
        }
    }
    if (!asked.with.resume.empty() && checks.size() != 1)
        throw bad_usage(fmt::format("--resume goes on with one check, not with {}: name one model, "
                                    "and one memory model with --memory: {}",
                                    checks.size(), engine::memory_names()));
    return checks;
}

inline std::vector<check_request> plan_sweep(const std::vector<catalogue::model>& all,
                                             const request& asked) {
    std::vector<check_request> checks;
    const int width = output_width(report::style{}.width);
    for (const catalogue::model* m : select(all, asked.globs))
        for (const catalogue::parameter_values& size :
             catalogue::small_sizes(*m, asked.beyond, given_values(*m, asked.parameters)))
            for (const memory_kind memory : asked.memories) {
                options with = asked.with;
                with.memory = memory;
                checks.push_back({*m, size, with, width, asked.trace == "full",
                                  asked.origin.source_root, renderer(asked)});
            }
    return checks;
}

/// A sweep shows no counterexample that was expected.
inline void shorten(check_outcome& out) {
    if (out.seen.is_surprise())
        return;
    out.entry["counterexample"] = nullptr;
    out.counterexample.clear();
    out.rendered.clear();
}

inline int run_all(const std::vector<check_request>& checks, const request& asked) {
    const std::unique_ptr<findings_output> shown = make_output(checks, asked);
    junit written(asked.junit);
    html page(asked.html, asked.origin);
    series all(asked.json);
    all.run(checks, [&](const check_request& c, check_outcome& out) {
        if (asked.what == request::command::replay && out.seen.outcome == verdict::incomplete &&
            !out.passes)
            throw bad_usage(out.seen.message);
        if (asked.what == request::command::sweep)
            shorten(out);
        all.count(out.seen);
        written.add(c, out);
        page.add(c, out);
        shown->add(c, out);
    });
    for (const check_request* c : all.left())
        written.add_not_started(*c);
    written.write();
    shown->end(all);
    page.write();
    return all.seen.status();
}

} // namespace detail::check_command

WBSYNC_INLINE int check_models(const std::vector<catalogue::model>& all, const request& asked) {
    using namespace detail::check_command;
    const std::vector<check_request> checks = plan(all, asked);
    if (asked.what == request::command::replay && checks.size() != 1)
        throw bad_usage("replay takes the name of one model");
    return run_all(checks, asked);
}

WBSYNC_INLINE int sweep_models(const std::vector<catalogue::model>& all, const request& asked) {
    using namespace detail::check_command;
    return run_all(plan_sweep(all, asked), asked);
}

} // namespace wbsync::program
