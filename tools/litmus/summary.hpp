// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "result.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace wbsync::litmus {

/// The headings of the lines; `width` is that of the widest file name.
std::string header(std::size_t width);

/// One test, with its final states if they are wanted.
std::string line_of(const test_result& r, std::size_t width, bool states);

/// What came out of all tests.
class summary {
public:
    void add(const test_result& r);

    /// "948 tests: 930 agree, 3 disagree, …"
    [[nodiscard]] std::string str() const;
    [[nodiscard]] report::json json() const;
    /// An exit_code.
    [[nodiscard]] int status() const;

private:
    int tests_ = 0;
    int agree_ = 0;
    int disagree_ = 0;
    int unknown_ = 0; ///< nothing is expected of them
    int not_explored_ = 0;
    int unsupported_ = 0;
    int library_agrees_ = 0;
    int library_differs_ = 0;      ///< it shows another result
    int library_misses_ = 0;       ///< it does not know
    bool of_kernel_model_ = false; ///< at least one test; otherwise the library gives the results
    int races_ = 0;
    int powerful_ = 0; ///< Never tests that some broken library shows otherwise
    std::map<std::string, int> exposed_;
    double seconds_ = 0;
    std::uint64_t executions_ = 0;
};

} // namespace wbsync::litmus
