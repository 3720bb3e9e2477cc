// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// Pages with parts that a program writes. Such a part stands between two lines,
///
///     <!-- output of: wbsync check isw/v6 -->       as it is printed, as a block of code
///     <!-- written by: wbsync matrix --markdown --> as Markdown
///     <!-- end -->
///
/// or in a line: <!-- number: wbsync list | wc -l -->237<!-- end -->. A block of code below
/// <!-- file: NAME --> is a file that later commands use; below <!-- added to: NAME --> it goes on.
///
/// Parts that take too long for that are between <!-- measured by: ./run bench --> and the end
/// line. Anything that looks like an output or like a number of executions outside of such a part
/// is an error.
namespace pages {

/// The output of a command, and its exit status.
struct output {
    std::string text;
    int status = 0;
};

/// What a page needs from outside.
struct surroundings {
    std::function<output(const std::string& command)> run;
    std::function<void(const std::string& file, const std::string& text)> store;
};

/// A page that cannot be parsed, or whose command no longer works.
struct error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A command that cannot run here because something is missing. Its part stays as it is.
struct not_here : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The page as it is now, and as its programs would write it.
struct page {
    std::string is;
    std::string should_be;
    int parts = 0;                     ///< outputs and numbers
    std::vector<std::string> left_out; ///< the reason for each command that could not be run
};

namespace detail {

inline constexpr std::string_view end_line = "<!-- end -->";
inline constexpr std::string_view fence = "```";

/// Removes times, which differ from run to run: in a block of code, and in a column of a Markdown
/// table after the column of executions. (A release is not a time.)
inline std::string timeless(const std::string& text) {
    static const std::regex in_code(R"( +[0-9]+\.[0-9][0-9]?( s)?(?=[ \n]))");
    static const std::regex in_table(R"((\| [0-9]{1,9} \| )[0-9]+\.[0-9]{2}(?= \|))");
    return text.starts_with(fence) ? std::regex_replace(text, in_code, " (time)")
                                   : std::regex_replace(text, in_table, "$1(time)");
}

struct marker {
    enum class kind { none, output, markdown, measured, file, more_of_file } what = kind::none;
    std::string argument; ///< the command, or the name of the file

    [[nodiscard]] bool is_part() const {
        return what == kind::output || what == kind::markdown || what == kind::measured;
    }
    [[nodiscard]] bool is_file() const { return what == kind::file || what == kind::more_of_file; }
};

inline marker marker_of(std::string_view line) {
    using enum marker::kind;
    const std::string_view end = " -->";
    for (const auto& [begin, what] : {std::pair{std::string_view{"<!-- output of: "}, output},
                                      {"<!-- written by: ", markdown},
                                      {"<!-- measured by: ", measured},
                                      {"<!-- file: ", file},
                                      {"<!-- added to: ", more_of_file}})
        if (line.starts_with(begin) && line.ends_with(end) &&
            line.size() > begin.size() + end.size())
            return {what, std::string{
                              line.substr(begin.size(), line.size() - begin.size() - end.size())}};
    return {};
}

inline std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// "1234567" as "1,234,567"; anything but a number stays as it is.
inline std::string grouped(std::string text) {
    if (text.find_first_not_of("0123456789") == std::string::npos)
        for (std::size_t i = text.size(); i > 3; i -= 3)
            text.insert(i - 3, 1, ',');
    return text;
}

/// A page, line by line.
class reader {
public:
    reader(const std::string& text, const surroundings& around)
        : around_(around), lines_(lines_of(text)) {
        page_.is = text;
    }

    page read() && {
        while (at_ != lines_.size()) {
            const marker m = marker_of(lines_[at_]);
            if (m.is_part())
                read_part(m);
            else if (m.is_file())
                read_file(m);
            else if (lines_[at_].starts_with(fence))
                read_code();
            else
                read_words();
        }
        return std::move(page_);
    }

private:
    std::string_view take() {
        page_.should_be += fmt::format("{}\n", lines_[at_]);
        return lines_[at_++];
    }

    /// A command is run once for a page. Throws `not_here`.
    const std::string& text_of(const std::string& command) {
        const auto known = known_.find(command);
        if (known != known_.end())
            return known->second;
        output out = around_.run(command);
        if (out.status != 0)
            throw error(fmt::format("'{}' ended with status {}", command, out.status));
        out.text.erase(out.text.find_last_not_of('\n') + 1);
        return known_[command] = out.text;
    }

    void read_part(const marker& m) {
        take();
        std::string old;
        while (at_ != lines_.size() && lines_[at_] != end_line) {
            if (marker_of(lines_[at_]).is_part())
                break;
            old += fmt::format("{}\n", lines_[at_++]);
        }
        if (at_ == lines_.size() || lines_[at_] != end_line)
            throw error(fmt::format("the part of '{}' has no line {}", m.argument, end_line));
        page_.should_be += m.what == marker::kind::measured ? old : renewed(m, old);
        take();
    }

    std::string renewed(const marker& m, const std::string& old) {
        ++page_.parts;
        try {
            const std::string now = part_text(m, old);
            return timeless(now) == timeless(old) ? old : now;
        } catch (const not_here& e) {
            page_.left_out.emplace_back(e.what());
            return old;
        }
    }

    std::string part_text(const marker& m, const std::string& old) {
        const std::string& text = text_of(m.argument);
        if (m.what == marker::kind::markdown)
            return "\n" + text + "\n\n";
        const bool had_language = old.starts_with(fence) && !old.starts_with("```\n");
        return (had_language ? old.substr(0, old.find('\n')) : "```text") + "\n" + text + "\n```\n";
    }

    void read_file(const marker& m) {
        take();
        if (at_ == lines_.size() || !lines_[at_].starts_with(fence))
            throw error(fmt::format("there is no block of code for the file '{}'", m.argument));
        std::string& text = files_[m.argument];
        if (m.what == marker::kind::file)
            text.clear();
        take();
        while (at_ != lines_.size() && lines_[at_] != fence)
            text += fmt::format("{}\n", take());
        if (at_ == lines_.size())
            throw error(fmt::format("the block of '{}' has no end", m.argument));
        take();
        around_.store(m.argument, text);
    }

    /// A block of code that no command writes: commands, C++, and the like.
    void read_code() {
        if (lines_[at_].starts_with("```text"))
            throw error(fmt::format("line {}: an output that no command writes", at_ + 1));
        do
            take();
        while (at_ != lines_.size() && lines_[at_] != fence);
        if (at_ != lines_.size())
            take();
    }

    void read_words() {
        static const std::regex number("<!-- number: (.+?) -->(.*?)<!-- end -->");
        const std::string line{lines_[at_++]};
        std::string rest, now;
        auto next = line.cbegin();
        for (std::sregex_iterator m(line.begin(), line.end(), number), end; m != end; ++m) {
            const std::string between{next, line.begin() + m->position()};
            rest += between + "(number)";
            now += between + fmt::format("<!-- number: {} -->{}{}", m->str(1),
                                         number_text(m->str(1), m->str(2)), end_line);
            next = line.begin() + m->position() + m->length();
        }
        const std::string tail{next, line.cend()};
        expect_no_number(rest + tail);
        page_.should_be += now + tail + "\n";
    }

    std::string number_text(const std::string& command, const std::string& old) {
        ++page_.parts;
        try {
            const std::string& text = text_of(command);
            if (text.empty() || text.find('\n') != std::string::npos)
                throw error(fmt::format("'{}' prints more than a number, or less", command));
            return grouped(text);
        } catch (const not_here& e) {
            page_.left_out.emplace_back(e.what());
            return old;
        }
    }

    void expect_no_number(const std::string& words) {
        static const std::regex unwritten(
            R"([0-9]+ (of [0-9,]+ )?(random )?(executions|tests|models|programs)\b|)"
            R"(\| executions\b[^|]*\|)");
        if (std::regex_search(words, unwritten))
            throw error(fmt::format("line {}: a number that no command writes: {}", at_, words));
    }

    const surroundings& around_;
    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    page page_;
    std::map<std::string, std::string> known_; ///< by command
    std::map<std::string, std::string> files_;
};

} // namespace detail

/// Runs the commands of the page. A part in which only times differ stays as it is.
inline page renew(const std::string& text, const surroundings& around) {
    return detail::reader(text, around).read();
}

/// The first line that is different: "12: - as it is", "12: + as it should be".
inline std::string first_difference(const page& p) {
    const auto is = detail::lines_of(p.is), should_be = detail::lines_of(p.should_be);
    for (std::size_t i = 0; i != std::max(is.size(), should_be.size()); ++i) {
        const auto line = [i](const auto& lines) {
            return i < lines.size() ? lines[i] : std::string_view{"(the end)"};
        };
        if (line(is) != line(should_be))
            return fmt::format("{0}: - {1}\n{0}: + {2}\n", i + 1, line(is), line(should_be));
    }
    return "";
}

} // namespace pages
