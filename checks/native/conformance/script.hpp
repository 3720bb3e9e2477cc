// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/support/splitmix64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

/// That the model checker and the native platform agree on what primitives do: the same scripts,
/// run by both, end in the same states. This is what both programs have in common.
namespace conformance {

inline constexpr std::size_t most_threads = 2;

using random = splitmix64;

/// One line of a script: which operation, and what it is given.
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
    /// Operations that would be misuse are left out. Otherwise they are performed, and have to be
    /// found.
    bool careful = true;

    [[nodiscard]] bool alone() const { return threads.size() == 1; }
};

/// How a script ended: the results of its operations and the values of its objects, or what was
/// found.
using outcome = std::string;
using outcomes = std::set<outcome>;

/// What the checker puts before an outcome that may be seen and need not: of several findings in
/// one execution the native platform keeps the first, and which that is has no meaning.
inline constexpr const char* perhaps = "perhaps ";

/// What it says instead if it has not seen everything; then nothing is compared.
inline constexpr const char* too_large = "too large";

} // namespace conformance
