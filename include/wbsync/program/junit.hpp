// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/errors.hpp>
#include <wbsync/program/series.hpp>
#include <wbsync/program/user_file.hpp>

#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace wbsync::program {

namespace detail {

/// The text for XML, without what XML cannot hold.
inline std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text)
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\n': out += "&#10;"; break;
        default:
            if (static_cast<unsigned char>(c) >= 0x20)
                out += c;
        }
    return out;
}

} // namespace detail

/// The results of checks as CI systems read them: a file in JUnit's format. A check is a test case
/// of the class that has its model's name. An expected result passes. An unexpected finding or
/// verdict is a failure, with the counterexample; an incomplete check is an error; one that was not
/// started is skipped.
class junit {
public:
    /// An empty `path`: nothing is written. Throws bad_usage if the file cannot be written, before
    /// the work.
    explicit junit(const std::string& path) : file_(path) {
        try {
            if (wanted())
                file_.expect_writable();
        } catch (const std::system_error& e) {
            throw bad_usage(fmt::format("--junit: {}", e.what()));
        }
    }

    void add(const check_request& c, const check_outcome& out) {
        const check_summary& seen = out.seen;
        std::string body;
        if (seen.outcome == verdict::incomplete) {
            ++errors_;
            body = element("error", "incomplete", seen.limit_text(), "");
        } else if (!seen.as_expected) {
            ++failures_;
            const std::string kind = wbsync::name_of(seen.outcome);
            const std::string said =
                seen.outcome == verdict::finding ? seen.property + ": " + seen.message : kind;
            const std::string expected = c.of.expected(c.with.memory, c.values).str();
            body = element("failure", kind, fmt::format("{}, not {}", said, expected),
                           out.counterexample);
        }
        add_case(c, seen.seconds, body);
    }

    void add_not_started(const check_request& c) {
        ++skipped_;
        add_case(c, 0, "    <skipped message=\"not started\"/>\n");
    }

    /// Writes the whole file. Throws std::system_error.
    void write() const {
        if (wanted())
            file_.write(str());
    }

private:
    [[nodiscard]] bool wanted() const { return !file_.path().empty(); }

    static std::string element(const char* tag, std::string_view type, std::string_view message,
                               std::string_view text) {
        return fmt::format("    <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", tag,
                           detail::escaped(type), detail::escaped(message), detail::escaped(text));
    }

    void add_case(const check_request& c, double seconds, const std::string& body) {
        ++tests_;
        seconds_ += seconds;
        const std::string size = parameters_text(c);
        const std::string name =
            fmt::format("{}{}{}", wbsync::name_of(c.with.memory), size.empty() ? "" : " ", size);
        cases_ += fmt::format(R"(  <testcase classname="{}" name="{}" time="{:.3f}")",
                              detail::escaped(c.of.name()), detail::escaped(name), seconds);
        cases_ += body.empty() ? "/>\n" : ">\n" + body + "  </testcase>\n";
    }

    [[nodiscard]] std::string str() const {
        return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
                           "skipped=\"{}\" time=\"{:.3f}\">\n{}</testsuite>\n",
                           detail::escaped(program_name()), tests_, failures_, errors_, skipped_,
                           seconds_, cases_);
    }

    user_file file_;
    std::string cases_;
    int tests_ = 0;
    int failures_ = 0;
    int errors_ = 0;
    int skipped_ = 0;
    double seconds_ = 0;
};

} // namespace wbsync::program
