// SPDX-License-Identifier: BSD-3-Clause
#include "summary.hpp"

#include <wbsync/program/errors.hpp>
#include <wbsync/report/columns.hpp>

#include <filesystem>
#include <sstream>

namespace wbsync::litmus {

namespace {

report::columns table(std::size_t width) {
    using enum report::columns::side;
    return report::columns({{"test", left, width},
                            {"result", left, 11},
                            {"states", right, 6},
                            {"executions", right, 10},
                            {"seconds", right, 7},
                            {"expected"}});
}

std::string expected_of(const test_result& r) {
    if (r.expected.empty())
        return "?";
    return r.expected +
           (r.expected_states == 0 ? "" : fmt::format(", {} states", r.expected_states));
}

std::string states_of(const test_result& r) {
    return fmt::format("{}{}", r.states, r.all_states || r.result == "Unsupported" ? "" : "+");
}

} // namespace

std::string header(std::size_t width) {
    return table(width).title_line();
}

std::string line_of(const test_result& r, std::size_t width, bool states) {
    std::string text = table(width).line({std::filesystem::path(r.file).filename().string(),
                                          r.result, states_of(r), fmt::format("{}", r.executions),
                                          fmt::format("{:.2f}", r.seconds),
                                          expected_of(r) + (r.agrees() ? "" : "  DISAGREES")});
    if (!r.not_explored.empty())
        text += fmt::format("    not explored: {}\n", r.not_explored);
    std::istringstream remarks(r.remark);
    for (std::string remark; std::getline(remarks, remark);)
        text += fmt::format("    {}:{}\n", r.file, remark);
    if (!r.race.empty())
        text += fmt::format("    data race: {}\n", r.race);
    else if (r.of_kernel_model() && r.result != "Unsupported" && !r.race_known)
        text += "    data races: not all executions were looked at\n";
    if (!r.why.empty())
        text += fmt::format("    forbidden by {}\n", r.why);
    if (r.library_differs())
        text += fmt::format("    the library shows: {}\n", r.library);
    if (!r.library_misses.empty())
        text += fmt::format("    the library does not explore: {}\n", r.library_misses);
    for (const std::string& m : r.exposes)
        text += fmt::format("    but if {}\n", m);
    if (states)
        for (const std::string& s : r.state_texts)
            text += fmt::format("    {}\n", s);
    if (states && !r.all_states && (r.remark.empty() || r.result != "Unsupported"))
        text += "      and perhaps others: not all were looked for\n";
    return text;
}

void summary::add(const test_result& r) {
    ++tests_;
    ++(r.expected.empty() ? unknown_ : r.agrees() ? agree_ : disagree_);
    not_explored_ += r.not_explored.empty() ? 0 : 1;
    unsupported_ += r.is_unsupported() && r.expected != r.result ? 1 : 0;
    library_agrees_ += !r.library.empty() && r.library == r.result ? 1 : 0;
    library_differs_ += r.library_differs() ? 1 : 0;
    of_kernel_model_ = of_kernel_model_ || r.of_kernel_model();
    library_misses_ += r.library_misses.empty() ? 0 : 1;
    races_ += r.race.empty() ? 0 : 1;
    powerful_ += r.exposes.empty() ? 0 : 1;
    for (const std::string& m : r.exposes)
        ++exposed_[m];
    seconds_ += r.seconds;
    executions_ += r.executions;
}

std::string summary::str() const {
    std::string text =
        fmt::format("{} {}: {} as expected", tests_, tests_ == 1 ? "test" : "tests", agree_);
    const auto also = [&](int n, const char* what) {
        if (n != 0)
            text += fmt::format(", {} {}", n, what);
    };
    also(disagree_, "NOT as expected");
    also(unknown_, "without an expectation");
    also(not_explored_, "not explored");
    also(unsupported_, "unsupported");
    also(races_, "with a data race");
    also(powerful_, "Never but for a broken library");
    text += fmt::format("; {} executions, {:.1f} s", executions_, seconds_);
    if (!of_kernel_model_)
        return text;
    text += fmt::format("\n    the library: {} with the same result", library_agrees_);
    also(library_differs_, "with another one");
    also(library_misses_, "not explored");
    for (const auto& [mutant, tests] : exposed_)
        text += fmt::format("\n    if {}: shown by {}", mutant, tests);
    return text;
}

report::json summary::json() const {
    return {{"tests", tests_},
            {"agree", agree_},
            {"disagree", disagree_},
            {"without_expectation", unknown_},
            {"not_explored", not_explored_},
            {"unsupported", unsupported_},
            {"library",
             {{"same", library_agrees_},
              {"differs", library_differs_},
              {"not_explored", library_misses_}}},
            {"races", races_},
            {"executions", executions_},
            {"seconds", seconds_},
            {"powerful", powerful_},
            {"exposed", exposed_}};
}

int summary::status() const {
    using enum program::exit_code;
    return disagree_ > 0                           ? not_as_expected
           : not_explored_ > 0 || unsupported_ > 0 ? something_incomplete
                                                   : all_as_expected;
}

} // namespace wbsync::litmus
