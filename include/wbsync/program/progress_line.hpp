// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/options.hpp>
#include <wbsync/report/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace wbsync::program {

/// The progress of a check, in its own process: a line now and then.
class progress_notes {
public:
    explicit progress_notes(std::string title) : title_(std::move(title)) {}

    /// Empty if it is too early for another line.
    [[nodiscard]] std::string text(const progress& now) {
        if (now.seconds < next_)
            return "";
        next_ = now.seconds + 0.2;
        const auto runs = static_cast<double>(now.executions + now.sleep_set_blocked);
        const double rate = now.seconds > 0 ? runs / now.seconds : 0;
        return fmt::format("{}: {} executions, {} redundant, {:.0f}/s, {:.0f} s{}", title_,
                           now.executions, now.sleep_set_blocked, rate, now.seconds, prospect(now));
    }

    /// How far the check is, and a guess how long it may still take.
    [[nodiscard]] static std::string prospect(const progress& now) {
        if (!(now.explored > 1e-9))
            return "";
        const double left = now.seconds * std::max(0.0, 1 - now.explored) / now.explored;
        return fmt::format(", {}, ETA {}", report::share_text(now.explored), duration(left));
    }

    [[nodiscard]] static std::string duration(double seconds) {
        if (seconds < 99.5)
            return fmt::format("{:.0f} s", seconds);
        if (seconds < 99.5 * 60)
            return fmt::format("{:.0f} min", seconds / 60);
        if (seconds < 99.5 * 3600)
            return fmt::format("{:.0f} h", seconds / 3600);
        return seconds < 999.5 * 86400 ? fmt::format("{:.0f} days", seconds / 86400)
                                       : std::string{"years"};
    }

private:
    std::string title_;
    double next_ = 0.3; ///< a quick check shows nothing
};

/// One line on standard error that is overwritten while checks run. Only for people: files and
/// pipes do not get it.
class progress_line {
public:
    progress_line() = default;
    ~progress_line() { clear(); }
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    [[nodiscard]] static bool wanted() noexcept { return ::isatty(STDERR_FILENO) == 1; }

    /// `others`: how many other checks run.
    void show(std::string_view note, std::size_t others) {
        std::string line{note};
        if (others != 0)
            line += fmt::format("; {} more", others);
        const std::size_t length = line.size();
        if (length < length_)
            line.append(length_ - length, ' ');
        length_ = length;
        put("\r" + line);
    }

    void clear() {
        if (length_ != 0)
            put("\r" + std::string(length_, ' ') + "\r");
        length_ = 0;
    }

private:
    static void put(const std::string& text) {
        std::fputs(text.c_str(), stderr);
        std::fflush(stderr);
    }

    std::size_t length_ = 0;
};

} // namespace wbsync::program
