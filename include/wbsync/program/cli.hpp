// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/options.hpp>
#include <wbsync/report/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace wbsync::program {

struct description;

/// What the command line asks for.
struct request {
    enum class command {
        list,
        check,
        replay,
        sweep,
        matrix,
        deep,
        more, ///< one of description::more
        print
    } what = command::print;
    std::string text; ///< for print: help, or the version
    bool json = false;
    bool markdown = false;
    std::string recorded; ///< for matrix: the folder with the manifests; empty: run the checks
    std::string junit;    ///< for check and sweep: the file for JUnit's format
    std::string html;     ///< for check and replay: the file for the page of the first finding
    std::string format = "text"; ///< of findings, see report::formats
    std::string colour = "auto"; ///< see has_colour()
    std::string record;          ///< for deep: the file that keeps what was done
    std::string trace = "short"; ///< counterexamples: full, or short
    bool no_symmetry = false;
    int beyond = 1; ///< for sweep: how far above its default a parameter goes
    std::vector<std::string> globs;
    std::vector<std::string> parameters; ///< "key=value"
    std::vector<memory_kind> memories;
    options with;
    std::size_t number = 0; ///< for more: the number of the command
    report::origin origin;  ///< the program that was called
};

/// Throws bad_usage.
request parse_command_line(int argc, const char* const* argv, const description& of);

/// The word of the command line.
constexpr const char* name_of(request::command c) noexcept {
    switch (c) {
    case request::command::list: return "list";
    case request::command::check: return "check";
    case request::command::replay: return "replay";
    case request::command::sweep: return "sweep";
    case request::command::matrix: return "matrix";
    case request::command::deep: return "deep";
    case request::command::more:
    case request::command::print: break;
    }
    return "";
}

/// The beginning of a document: what it is from, and what was asked.
inline report::json heading_of(const request& asked) {
    report::json heading = report::heading_of(asked.origin, name_of(asked.what));
    heading["options"] = report::to_json(asked.with.with_environment(), asked.memories);
    return heading;
}

} // namespace wbsync::program
