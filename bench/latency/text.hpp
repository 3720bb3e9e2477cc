// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/report.hpp"

#include <wbsync/report/columns.hpp>

#include <string>
#include <utility>
#include <vector>

namespace wbsync::bench {

/// Only the first column is aligned to the left.
inline wbsync::report::columns table_of(const std::vector<std::string>& headings) {
    using enum wbsync::report::columns::side;
    std::vector<wbsync::report::columns::heading> all;
    for (const std::string& text : headings)
        all.push_back({text, all.empty() ? left : right});
    return wbsync::report::columns(std::move(all));
}

inline void append(std::vector<std::string>& row, const percentiles& p) {
    for (const double us : {p.mean, p.p50, p.p95, p.p99, p.max})
        row.push_back(microseconds_str(us));
}

/// The duration of umount and of the part, in microseconds.
inline std::string latencies_str(const table& t) {
    auto c = table_of({"us", "umount mean", "p50", "p95", "p99", "max",
                       "cgroup_writeback_umount() mean", "p50", "p95", "p99", "max"});
    for (std::size_t v = 0; v != versions.size(); ++v) {
        std::vector<std::string> row{versions[v].name};
        append(row, percentiles_of(t.of[v].of(&sample::umount)));
        append(row, percentiles_of(t.of[v].of(&sample::cgroup_writeback_umount)));
        c.add(std::move(row));
    }
    return c.aligned_markdown();
}

inline std::string violations_str(const samples& s) {
    std::string text;
    for (const auto& [property, n] : s.violations)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, property);
    return text.empty() ? "none" : text;
}

/// What umount waited for.
inline std::string waits_str(const table& t) {
    auto c = table_of({"of umounts", "all", "waited", "for a grace period", "for a flush",
                       "grace periods of all", "background rounds", "violations"});
    for (std::size_t v = 0; v != versions.size(); ++v) {
        const samples& s = t.of[v];
        c.add({versions[v].name, fmt::format("{}", s.umounts.size()), fmt::format("{}", s.waited()),
               fmt::format("{}", versions[v].synchronizes ? s.waited() : 0),
               fmt::format("{}", s.flushes), fmt::format("{}", s.grace_periods),
               fmt::format("{}", s.rounds), violations_str(s)});
    }
    return c.aligned_markdown();
}

/// The quotients of all settings, one a line.
inline std::string quotients_str(const report& r) {
    std::vector<std::string> headings{"setting"};
    for (const quotient& q : quotients)
        headings.emplace_back(q.name);
    auto c = table_of(headings);
    for (const table& t : r.tables) {
        std::vector<std::string> row{str(t.how)};
        for (const quotient& q : quotients)
            row.push_back(microseconds_str(q.in(t)));
        c.add(std::move(row));
    }
    return c.aligned_markdown();
}

inline std::string text_of(const report& r) {
    std::string text =
        fmt::format("{} of each version, {} a turn; {} CPUs; {}; {}; threads {}\n",
                    r.how.shutdowns == 1 ? "1 umount" : fmt::format("{} umounts", r.how.shutdowns),
                    r.how.turn, r.on.cpus, r.on.rcu, r.on.compiler,
                    r.how.settings.front().pinned ? "pinned" : "not pinned");
    for (const table& t : r.tables)
        text += fmt::format("\n{}\n\n{}\n{}", str(t.how), latencies_str(t), waits_str(t));
    return text + "\n" + quotients_str(r);
}

} // namespace wbsync::bench
