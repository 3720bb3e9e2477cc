// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/exhibit.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/// Findings for the tests of the forms.
namespace exhibits {

/// A flag that is set before the data that it announces: a reader that sees the flag may miss them.
struct early_flag {
    wbsync::atomic_t data{"data"}, flag{"flag"};

    void threads(wbsync::scenario& s) {
        s.thread("writer", [this] { publish(); });
        s.thread("reader", [this] { consume(); });
    }
    void publish() {
        WRITE_ONCE(flag, 1);
        WRITE_ONCE(data, 1);
    }
    void consume() {
        if (READ_ONCE(flag) == 1)
            BUG_ON(READ_ONCE(data) == 0);
    }
};

/// A finding as a check has it.
inline const wbsync::result& real_result() {
    static const wbsync::result r = [] {
        wbsync::options under_sc;
        under_sc.memory = wbsync::memory_kind::sc;
        return wbsync::check<early_flag>(under_sc);
    }();
    REQUIRE(r.outcome == wbsync::verdict::finding);
    return r;
}

inline wbsync::report::exhibit real() {
    const wbsync::result& r = real_result();
    return {
        .seen = r,
        .about =
            {"trial/flag", "6689f01d6740", {{"readers", 1}}, "verified", false, WBSYNC_SOURCE_DIR},
        .replay = "wbsync replay trial/flag --schedule \"" + r.schedule + "\"",
        .how = wbsync::report::style_for(r)};
}

/// Names that would be more than text, each in one of these places.
inline const std::vector<std::string>& hostile_names() {
    static const std::vector<std::string> names{
        "say \"hi\" 'there'",
        "</text><script>alert(1)</script> & &lt; <b>",
        "a|b \\| c",
        "`code` ``two`` ```three``` *b* _i_ [l](u) #1 @me $x$ ~~s~~",
        "end; note over t0: gone #35; %% no",
        "\xf0\x9f\x90\x9e bug",                                // an emoji
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",                    // right to left
        "\xe2\x80\xaeturned\xe2\x80\xac \xe2\x81\xa6isolated", // directions for what follows
        "two\nlines\r\nand\ttab",
        "\x1b[31mred\x1b[0m \x07\x7f\xc2\x9b[m",
        "not \xff UTF-8 \xc3",
        std::string("a\0b", 3),
        "",
        "\\",
        R"(a\l\N\")",
        "-->x: ]]> --!> <!-- end -->",
    };
    return names;
}

/// A result with the name of a thread, an object, a model, a property and a message.
inline wbsync::result hostile_result(const std::string& name) {
    using namespace wbsync;
    result r;
    r.outcome = verdict::finding;
    r.what = {name, name, {"/src/a b.hpp", "f<x>", 3}, 1};
    r.schedule = "s:a";
    r.counterexample.threads = {name, name};
    r.counterexample.steps = {{.kind = event_kind::store,
                               .thread = 0,
                               .verb = "WRITE_ONCE",
                               .object = {1, name},
                               .after = name,
                               .where = {"/src/a b.hpp", "f<x>", 1}},
                              {.kind = event_kind::load,
                               .thread = 1,
                               .verb = "READ_ONCE",
                               .object = {1, name},
                               .before = name,
                               .reads_from = 0,
                               .where = {"/src/a b.hpp", "f<x>", 2}},
                              step_of(r.what, 1)};
    return r;
}

inline wbsync::report::exhibit hostile(const wbsync::result& r, const std::string& name) {
    return {.seen = r,
            .about = {name, name, {{"n", 1}}, "verified", false, "/src"},
            .notes = {name},
            .replay = "wbsync replay " + name,
            .how = {.places = true}};
}

/// Calls `look` with the form of each hostile finding, and with its name.
template <class Form, class Look>
void each_hostile(Form form, Look look) {
    for (const std::string& name : hostile_names()) {
        const wbsync::result r = hostile_result(name);
        const std::string text = form(hostile(r, name));
        CAPTURE(name);
        CAPTURE(text);
        look(text, name);
    }
}

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(std::move(line));
    return lines;
}

/// Is every character that controls the line or a direction gone, but for the end of each line?
inline bool is_calm(const std::string& text) {
    for (const std::string& line : lines_of(text))
        if (wbsync::report::visible(line) != line)
            return false;
    return text.empty() || text.back() == '\n';
}

} // namespace exhibits
