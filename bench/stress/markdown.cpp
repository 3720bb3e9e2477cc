// SPDX-License-Identifier: BSD-3-Clause
#include "bench/stress/report.hpp"

#include "bench/measure.hpp"

#include <wbsync/report/columns.hpp>

#include <thread>

#include <fmt/format.h>

namespace wbsync::bench {
namespace {

using ::bench::grouped;

std::string cell_of(const subject& s, const attempt& a) {
    const std::string umounts = grouped(a.runs);
    switch (a.end) {
    case ending::clean:
        return s.has_finding() && !s.is_possible_here()
                   ? fmt::format("cannot on {}; {} clean", architecture, umounts)
                   : fmt::format("{}; {} clean", s.has_finding() ? "**missed**" : "nothing",
                                 umounts);
    case ending::violated:
        return fmt::format("{} after {}, {:.1f} s", a.property, umounts, a.seconds);
    case ending::crashed: return fmt::format("crash after {}, {:.1f} s", umounts, a.seconds);
    default: return fmt::format("stuck after {}, {:.1f} s", umounts, a.seconds);
    }
}

/// The finding under `sc`, or under `weak` if only that shows it.
std::string checker_of(const subject& s) {
    if (!s.has_finding())
        return fmt::format("verified, {}", grouped(s.executions_weak));
    if (s.needs_weak())
        return fmt::format("{}, weak only", grouped(s.executions_weak));
    return grouped(s.executions_sc);
}

} // namespace

std::string markdown_of(const std::vector<stressed>& all, const stress_settings& with) {
    std::string text = fmt::format("Umounts until it shows, in at most {} s, on {} CPUs of {}. "
                                   "Delays: before one operation of {}, up to "
                                   "{} µs. Seeds count up from {}.\n\n",
                                   with.seconds, std::thread::hardware_concurrency(), architecture,
                                   fmt::format("{:.0f}", 1 / with.delay_probability),
                                   with.longest_delay, with.seed);
    wbsync::report::columns table({{"model"},
                                   {"commit"},
                                   {"model checker, executions"},
                                   {"threads, umounts"},
                                   {"threads with delays, umounts"}});
    for (const stressed& s : all)
        table.add({fmt::format("`{}`", s.what.model.name()), s.what.model.commit,
                   checker_of(s.what), cell_of(s.what, s.plain), cell_of(s.what, s.delayed)});
    return text + table.markdown() + "\n" + summary_of(all) + "\n";
}

} // namespace wbsync::bench
