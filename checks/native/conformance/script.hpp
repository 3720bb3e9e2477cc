// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/support/splitmix64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

/// The model checker and the native platform must agree on what primitives do: the same scripts,
/// run by both, end in the same states. Both programs share this.
namespace conformance {

inline constexpr std::size_t most_threads = 2;

using random = splitmix64;

/// One line of a script: the operation, and its arguments.
struct line {
    std::size_t operation = 0; ///< in the table of all
    int i = 0;                 ///< which object: 0 or 1
    int j = 0;                 ///< another one: 0 to 2
    std::int64_t n = 0;        ///< small
    std::int64_t m = 0;        ///< small
};

/// What each thread does.
struct script {
    std::vector<std::vector<line>> threads;
    /// Operations that would be misuse are left out. Otherwise they are executed, and have to be
    /// found.
    bool careful = true;

    [[nodiscard]] bool alone() const { return threads.size() == 1; }
};

/// The end of a script: the results of its operations and the values of its objects, or the
/// finding.
using outcome = std::string;
using outcomes = std::set<outcome>;

/// The checker's prefix for an outcome that may be seen, but need not: of several findings in one
/// execution the native platform keeps the first, and it does not matter which one that is.
inline constexpr const char* perhaps = "perhaps ";

/// The checker's answer if it has not seen everything; then nothing is compared.
inline constexpr const char* too_large = "too large";

} // namespace conformance
