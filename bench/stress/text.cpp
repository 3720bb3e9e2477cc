// SPDX-License-Identifier: BSD-3-Clause
#include "bench/stress/report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wbsync::bench {
namespace {

std::string umounts(std::uint64_t n) {
    return fmt::format("{} umount{}", n, n == 1 ? "" : "s");
}

std::string line_of(const attempt& a) {
    switch (a.end) {
    case ending::clean: return fmt::format("nothing in {}, {:.2f} s", umounts(a.runs), a.seconds);
    case ending::violated:
        return fmt::format("{} after {}, {:.2f} s, seed {}: {}", a.property, umounts(a.runs),
                           a.seconds, a.seed, a.message);
    default:
        return fmt::format("{} after {}, {:.2f} s, seed {}: {}",
                           a.end == ending::crashed ? "crash" : "stuck", umounts(a.runs), a.seconds,
                           a.seed, a.message);
    }
}

std::string verdict_of(const subject& s) {
    if (!s.has_finding())
        return fmt::format("verified, {} executions under sc, {} under weak", s.executions_sc,
                           s.executions_weak);
    if (s.needs_weak())
        return fmt::format("{} in {} executions, under weak only", s.weak.properties.joined("/"),
                           s.executions_weak);
    return fmt::format("{} in {} executions under sc, {} under weak", s.weak.properties.joined("/"),
                       s.executions_sc, s.executions_weak);
}

std::string machine_of(const subject& s) {
    if (!s.needs_weak())
        return {};
    const reordering* const r = s.needs();
    return fmt::format("  this machine: {}, {}{}\n", architecture,
                       s.is_possible_here() ? "may reorder " : "never reorders ",
                       r == nullptr ? "what that needs" : r->what);
}

} // namespace

std::string text_of(const stressed& s, const stress_settings& with) {
    std::string text = fmt::format("{} ({})\n  model checker: {}\n", s.what.model.name(),
                                   s.what.model.commit, verdict_of(s.what));
    text += machine_of(s.what);
    text += fmt::format("  threads: {}\n", line_of(s.plain));
    text +=
        fmt::format("  threads, delays up to {} us: {}\n", with.longest_delay, line_of(s.delayed));
    if (!s.as_expected())
        text += "  WRONG: the model checker does not find that\n";
    return text;
}

std::string summary_of(const std::vector<stressed>& all) {
    const auto count = [&](auto is) { return std::count_if(all.begin(), all.end(), is); };
    const auto findings = count([](const stressed& s) { return s.what.has_finding(); });
    const auto plain = count([](const stressed& s) { return s.plain.end != ending::clean; });
    const auto delayed = count([](const stressed& s) { return s.delayed.end != ending::clean; });
    const auto impossible = count([](const stressed& s) { return !s.what.is_possible_here(); });
    return fmt::format("Of {} findings of the model checker, threads showed {}, and {} with "
                       "delays; {} cannot show on {}.",
                       findings, plain, delayed, impossible, architecture);
}

} // namespace wbsync::bench
