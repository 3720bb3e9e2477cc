// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/report.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace wbsync::bench {

/// Columns of text, as Markdown that can also be read as it is. The first column is on the left.
class columns {
public:
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    [[nodiscard]] std::string str() const {
        std::string text;
        for (std::size_t r = 0; r != rows_.size(); ++r) {
            text += line(rows_[r]);
            if (r == 0)
                text += rule();
        }
        return text;
    }

private:
    [[nodiscard]] std::size_t width(std::size_t column) const {
        std::size_t most = 3;
        for (const auto& row : rows_)
            most = std::max(most, row[column].size());
        return most;
    }
    [[nodiscard]] std::string line(const std::vector<std::string>& row) const {
        std::string text = "|";
        for (std::size_t c = 0; c != row.size(); ++c)
            text += c == 0 ? fmt::format(" {:<{}} |", row[c], width(c))
                           : fmt::format(" {:>{}} |", row[c], width(c));
        return text + "\n";
    }
    [[nodiscard]] std::string rule() const {
        std::string text = "|";
        for (std::size_t c = 0; c != rows_.front().size(); ++c)
            text += c == 0 ? std::string(width(c) + 2, '-') + "|"
                           : std::string(width(c) + 1, '-') + ":|";
        return text + "\n";
    }

    std::vector<std::vector<std::string>> rows_;
};

inline void append(std::vector<std::string>& row, const percentiles& p) {
    for (const double us : {p.mean, p.p50, p.p95, p.p99, p.max})
        row.push_back(microseconds_str(us));
}

/// How long umount took, and the part of it, in microseconds.
inline std::string latencies_str(const table& t) {
    columns c;
    c.add({"us", "umount mean", "p50", "p95", "p99", "max", "cgroup_writeback_umount() mean", "p50",
           "p95", "p99", "max"});
    for (std::size_t v = 0; v != versions.size(); ++v) {
        std::vector<std::string> row{versions[v].name};
        append(row, percentiles_of(t.of[v].of(&sample::umount)));
        append(row, percentiles_of(t.of[v].of(&sample::cgroup_writeback_umount)));
        c.add(std::move(row));
    }
    return c.str();
}

inline std::string violations_str(const samples& s) {
    std::string text;
    for (const auto& [property, n] : s.violations)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, property);
    return text.empty() ? "none" : text;
}

/// What umount waited for.
inline std::string waits_str(const table& t) {
    columns c;
    c.add({"of umounts", "all", "waited", "for a grace period", "for a flush",
           "grace periods of all", "background rounds", "violations"});
    for (std::size_t v = 0; v != versions.size(); ++v) {
        const samples& s = t.of[v];
        c.add({versions[v].name, fmt::format("{}", s.umounts.size()), fmt::format("{}", s.waited()),
               fmt::format("{}", versions[v].synchronizes ? s.waited() : 0),
               fmt::format("{}", s.flushes), fmt::format("{}", s.grace_periods),
               fmt::format("{}", s.rounds), violations_str(s)});
    }
    return c.str();
}

/// The quotients of all settings, one a line.
inline std::string quotients_str(const report& r) {
    columns c;
    std::vector<std::string> head{"setting"};
    for (const quotient& q : quotients)
        head.emplace_back(q.name);
    c.add(std::move(head));
    for (const table& t : r.tables) {
        std::vector<std::string> row{str(t.how)};
        for (const quotient& q : quotients)
            row.push_back(microseconds_str(q.in(t)));
        c.add(std::move(row));
    }
    return c.str();
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
