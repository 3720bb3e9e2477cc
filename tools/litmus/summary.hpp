// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "result.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace wbsync::litmus {

/// The headings of the lines; `width` is that of the widest file name.
std::string header(std::size_t width);

/// The line of a test, with its final states if they are wanted.
std::string line_of(const test_result& r, std::size_t width, bool states);

/// The results of all tests.
class summary {
public:
    void add(const test_result& r);

    /// "948 tests: 930 agree, 3 disagree, …"
    [[nodiscard]] std::string str() const;
    [[nodiscard]] report::json json() const;
    /// The exit_code for them.
    [[nodiscard]] int status() const;

private:
    int tests_ = 0;
    int agree_ = 0;
    int disagree_ = 0;
    int unknown_ = 0; ///< without an expected result
    int not_explored_ = 0;
    int unsupported_ = 0;
    int library_agrees_ = 0;
    int library_differs_ = 0;      ///< the library has another result
    int library_misses_ = 0;       ///< the library has no result
    bool of_kernel_model_ = false; ///< at least one test; otherwise the library gives the results
    int races_ = 0;
    int powerful_ = 0; ///< Never tests for which some broken library shows the outcome
    std::map<std::string, int> exposed_;
    double seconds_ = 0;
    std::uint64_t executions_ = 0;
};

} // namespace wbsync::litmus
