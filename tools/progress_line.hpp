// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/options.hpp>
#include <wbsync/report/text.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace wbsync::tools {

/// One line on standard error that is written over again while a check runs. Only for people: a
/// file or a pipe sees nothing of it.
class progress_line {
public:
    explicit progress_line(std::string title)
        : title_(std::move(title)), wanted_(::isatty(STDERR_FILENO) == 1) {}
    ~progress_line() { clear(); }
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    [[nodiscard]] bool wanted() const noexcept { return wanted_; }

    void show(const progress& now) {
        if (!wanted_ || now.seconds < next_)
            return;
        next_ = now.seconds + 0.2;
        const auto runs = static_cast<double>(now.executions + now.redundant);
        const double rate = now.seconds > 0 ? runs / now.seconds : 0;
        std::string line =
            fmt::format("{}: {} executions, {} redundant, {:.0f}/s, {:.0f} s{}", title_,
                        now.executions, now.redundant, rate, now.seconds, prospect(now));
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

    /// How far it is, and how long it may still take: no more than a guess.
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
    static void put(const std::string& text) {
        std::fputs(text.c_str(), stderr);
        std::fflush(stderr);
    }

    std::string title_;
    bool wanted_;
    double next_ = 0.3; ///< a check that is quick shows nothing
    std::size_t length_ = 0;
};

} // namespace wbsync::tools
