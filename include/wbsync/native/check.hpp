// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/run.hpp>
#include <wbsync/options.hpp>
#include <wbsync/result.hpp>

#include <stdexcept>
#include <utility>

namespace wbsync {

namespace native {

/// The options of check(), for programs that know a model only by its place in a catalogue: delays,
/// the seed.
inline options check_options;

} // namespace native

/// check() for a model that runs on real threads: runs it `max_executions` times, 1000 if that was
/// not chosen, or for `max_seconds`, with native::check_options. The verdict is a finding or
/// incomplete, never verified. Throws std::invalid_argument if options::weaken names a place:
/// threads order all that the code asks for. All other options are ignored.
template <class Model, class... Args>
[[nodiscard]] result check(const options& asked, const Args&... args) {
    if (!asked.weaken.empty())
        throw std::invalid_argument("wbsync: options::weaken cannot be had on real threads, which "
                                    "order all that the code asks for: check the model without "
                                    "WBSYNC_NATIVE");
    const std::uint64_t chosen = asked.max_executions;
    const double seconds = asked.max_seconds;
    const std::uint64_t runs = chosen != 0 ? chosen : seconds > 0 ? 0 : 1000;
    const native::result seen =
        native::stress<Model>(native::check_options, runs, seconds, args...);
    result r;
    r.executions = seen.runs;
    r.threads = seen.threads;
    r.seconds = seen.seconds;
    r.limit = {limit_kind::native_run};
    if (seen.found) {
        r.outcome = verdict::finding;
        r.what.property = seen.found->property;
        r.what.message = seen.found->str();
        r.what.where = seen.found->where;
    }
    return r;
}

template <class Model>
[[nodiscard]] result check() {
    return check<Model>(options{});
}

} // namespace wbsync
