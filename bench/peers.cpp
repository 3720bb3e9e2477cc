// SPDX-License-Identifier: BSD-3-Clause
// The programs of other checkers, and how many executions they and wbsync need.

#include "bench/peers/print.hpp"
#include "bench/peers/table.hpp"

#include "bench/measure.hpp"

#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace bench::peers {

namespace {

std::string text_of(const needed& n) {
    if (n.more_than_120_s)
        return "> 120 s";
    if (!n.known())
        return "";
    return n.blocked == 0 ? grouped(n.complete)
                          : fmt::format("{} + {}", grouped(n.complete), grouped(n.blocked));
}

/// To the better peer; of a search that was stopped, more than that.
std::string ratio_of(const row& r, const result& seen) {
    if (r.better_peer() == 0)
        return "";
    const auto all = static_cast<double>(seen.executions);
    return fmt::format("{}{:.2f}", seen.incomplete() ? "> " : "",
                       all / static_cast<double>(r.better_peer()));
}

/// What is wrong with it, or nothing.
std::string complaint(const row& r, const result& seen) {
    if (seen.outcome == verdict::finding)
        return seen.what.property + ": " + seen.what.message;
    if (seen.redundant != 0 || seen.executions > r.executions)
        return fmt::format("{} executions and {} redundant, at most {} and none are expected",
                           seen.executions, seen.redundant, r.executions);
    return "";
}

// Where `genmc` or `nidhugg` is found in the path, this is the place to run it on the same program,
// in C, and to put what it says into the row in the place of the published numbers.

/// Returns whether all is well.
bool print(const row& r, const options& with) {
    const result seen = r.check(with, r.size);
    fmt::print("| {} {} | {} | {} | {} | {}{} | {} | {} | {:.2f} |\n", r.program, r.size,
               name_of(r.memory), text_of(r.genmc), text_of(r.nidhugg), grouped(seen.executions),
               seen.incomplete() ? ", incomplete" : "", grouped(seen.blocked), ratio_of(r, seen),
               seen.seconds);
    std::fflush(stdout);
    const std::string wrong = complaint(r, seen);
    if (!wrong.empty())
        fmt::print(stderr, "wbsync_bench: {} {} {}: {}\n", r.program, r.size, name_of(r.memory),
                   wrong);
    return wrong.empty();
}

} // namespace

int print_table(bool quick) {
    fmt::print("| program, size | memory | GenMC 0.11, complete + blocked | Nidhugg, optimal | "
               "wbsync, complete | blocked | ratio to the better | seconds |\n"
               "|---|---|--:|--:|--:|--:|--:|--:|\n");
    bool well = true;
    for (const std::vector<row>& rows : {smaller(), failed_exchanges(), loops(), weak()})
        for (const row& r : rows) {
            options with = to_count(r.memory);
            with.max_seconds.otherwise(120);
            if (quick)
                with.max_seconds = 5;
            well = print(r, with) && well;
        }
    return well ? 0 : 1;
}

} // namespace bench::peers
