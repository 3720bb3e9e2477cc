// SPDX-License-Identifier: BSD-3-Clause
// The programs of other checkers, and how many executions they and wbsync need.

#include "bench/peers/installed.hpp"
#include "bench/peers/print.hpp"
#include "bench/peers/table.hpp"

#include "bench/measure.hpp"

#include <wbsync/report/columns.hpp>

#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace bench::peers {

namespace {

std::string numbers_of(const needed& n) {
    if (n.more_than_120_s)
        return "> 120 s";
    if (!n.known())
        return "";
    return n.blocked == 0 ? grouped(n.complete)
                          : fmt::format("{} + {}", grouped(n.complete), grouped(n.blocked));
}

std::string text_of(const needed& n) {
    return numbers_of(n) + (n.here ? " *" : "");
}

/// Relative to the better peer; a lower bound if the search was stopped.
std::string ratio_of(const row& r, const result& seen) {
    if (r.better_peer() == 0)
        return "";
    const auto all = static_cast<double>(seen.executions);
    return fmt::format("{}{:.2f}", seen.incomplete() ? "> " : "",
                       all / static_cast<double>(r.better_peer()));
}

/// What is wrong with the result, or an empty text.
std::string complaint(const row& r, const result& seen) {
    if (seen.outcome == verdict::finding)
        return seen.what.property + ": " + seen.what.message;
    if (seen.sleep_set_blocked != 0 || seen.executions > r.executions)
        return fmt::format("{} executions and {} redundant, at most {} and none are expected",
                           seen.executions, seen.sleep_set_blocked, r.executions);
    return "";
}

/// The peers that are installed on this machine.
class peers_here {
public:
    /// Uses their own numbers, where they have any.
    row update(row r, int seconds) {
        genmc_.update(r.genmc, r, seconds);
        nidhugg_.update(r.nidhugg, r, seconds);
        return r;
    }

    /// Explains the mark, if there is one.
    void print_names() const {
        std::vector<std::string> names;
        for (const installed_peer* p : {&genmc_, &nidhugg_})
            if (const auto name = p->name())
                names.push_back(*name);
        if (!names.empty())
            fmt::print("\n* run here, with {}\n", fmt::join(names, " and "));
    }

private:
    installed_peer genmc_{genmc};
    installed_peer nidhugg_{nidhugg};
};

/// Returns whether everything is as expected.
bool print(const row& r, const options& with) {
    const result seen = r.check(with, r.size);
    fmt::print("{}", wbsync::report::columns::markdown_row(
                         {fmt::format("{} {}", r.program, r.size), name_of(r.memory),
                          text_of(r.genmc), text_of(r.nidhugg),
                          grouped(seen.executions) + (seen.incomplete() ? ", incomplete" : ""),
                          grouped(seen.blocked), fmt::format("{}", ratio_of(r, seen)),
                          fmt::format("{:.2f}", seen.seconds)}));
    std::fflush(stdout);
    const std::string wrong = complaint(r, seen);
    if (!wrong.empty())
        fmt::print(stderr, "wbsync_bench: {} {} {}: {}\n", r.program, r.size, name_of(r.memory),
                   wrong);
    return wrong.empty();
}

} // namespace

int print_table(bool quick) {
    peers_here here;
    using enum wbsync::report::columns::side;
    const wbsync::report::columns table({{"program, size"},
                                         {"memory"},
                                         {"GenMC 0.11, complete + blocked", right},
                                         {"Nidhugg, optimal", right},
                                         {"wbsync, complete", right},
                                         {"blocked", right},
                                         {"ratio to the better", right},
                                         {"seconds", right}});
    fmt::print("{}", table.markdown_head());
    const int seconds = quick ? 5 : 120;
    bool well = true;
    for (const std::vector<row>& rows : {smaller(), failed_exchanges(), loops(), weak()})
        for (const row& r : rows) {
            options with = to_count(r.memory);
            with.max_seconds.otherwise(120);
            if (quick)
                with.max_seconds = seconds;
            well = print(here.update(r, seconds), with) && well;
        }
    here.print_names();
    return well ? 0 : 1;
}

} // namespace bench::peers
