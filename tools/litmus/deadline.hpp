// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>

namespace wbsync::litmus {

/// The time for a test was used up before the answer was known.
struct out_of_time : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return "max_seconds"; }
};

/// The end of the time for a test.
class deadline {
public:
    /// 0: there is none.
    explicit deadline(double seconds = 0) : seconds_(seconds) {}

    [[nodiscard]] bool over() const { return seconds_ > 0 && elapsed() > seconds_; }
    /// Throws out_of_time if it has passed. A look at the clock costs as much as about ten simple
    /// steps.
    void look() const {
        if (over())
            throw out_of_time{};
    }
    /// The rest, for options::max_seconds: never 0, which would be no limit.
    [[nodiscard]] double left() const {
        return seconds_ > 0 ? std::max(seconds_ - elapsed(), 0.001) : 0;
    }
    [[nodiscard]] double elapsed() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    double seconds_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace wbsync::litmus
