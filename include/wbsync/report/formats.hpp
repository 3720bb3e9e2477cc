// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/dot.hpp>
#include <wbsync/report/exhibit.hpp>
#include <wbsync/report/json.hpp>
#include <wbsync/report/mail.hpp>
#include <wbsync/report/markdown.hpp>
#include <wbsync/report/mermaid.hpp>
#include <wbsync/report/page.hpp>
#include <wbsync/report/sarif.hpp>
#include <wbsync/report/svg.hpp>
#include <wbsync/report/text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

/// The forms of a finding.
namespace wbsync::report {

/// How many findings a document has.
enum class format_scope : std::uint8_t {
    each, ///< they follow each other
    one,  ///< a file has one
    all,  ///< one document has all checks, those without a finding, too
};

/// A form of a finding.
struct format {
    std::string_view name;
    std::string_view summary; ///< a line for a table
    format_scope scope = format_scope::each;
    /// The finding in this form. If the document has all checks, its entry there.
    std::string (*of)(const exhibit&) = nullptr;
};

/// The counterexample as a table on a terminal, what else there is to say, and how to run it again.
inline std::string plain_text(const exhibit& e) {
    std::string out = counterexample(e.seen.counterexample, e.seen.what, e.how);
    for (const std::string& note : e.notes)
        out += note + "\n";
    return e.replay.empty() ? out : fmt::format("{}replay: {}\n", out, e.replay);
}

/// All of them, in the order in which they are listed. The command line, its messages and
/// docs/formats.md go by this list.
inline constexpr std::array formats{
    format{"text", "tables for a terminal; the default", format_scope::each, plain_text},
    format{"md", "Markdown as on GitHub: a table with a column for each thread", format_scope::each,
           markdown},
    format{"mail", "plain text of 75 columns, for a mail or a commit message", format_scope::each,
           mail},
    format{"mermaid", "a sequence diagram, which GitHub and GitLab draw", format_scope::each,
           mermaid},
    format{"dot", "a graph for Graphviz: program order and reads-from", format_scope::one, dot},
    format{"svg", "a picture: a lane for each thread", format_scope::one, svg},
    format{"html", "a page to step through, as --html", format_scope::one,
           [](const exhibit& e) {
               return page(to_json(e.seen, e.about), {.source_root = e.about.source_root},
                           e.replay);
           }},
    format{"json", "one document for programs, as --json", format_scope::all,
           [](const exhibit& e) { return dump(to_json(e.seen, e.about)); }},
    format{"sarif", "one document for CI systems, SARIF 2.1.0", format_scope::all,
           [](const exhibit& e) { return dump(sarif_result(e)); }},
};

/// nullptr: there is none with that name.
constexpr const format* find_format(std::string_view name) noexcept {
    for (const format& f : formats)
        if (f.name == name)
            return &f;
    return nullptr;
}

/// "text, md, mail, …"
inline std::string format_names() {
    std::string names;
    for (const format& f : formats)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", f.name);
    return names;
}

} // namespace wbsync::report
