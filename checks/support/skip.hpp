// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

/// Test cases that cannot run here, because something is missing. They say so instead of passing:
/// the main() of the tests lists them, and if nothing else was run, it ends with `status`, which
/// CTest reports as "Skipped".
namespace skip {

/// CTest's SKIP_RETURN_CODE, in checks/CMakeLists.txt.
inline constexpr int status = 77;

struct note {
    std::string test;
    std::string reason;
};
inline std::vector<note> notes;

/// What SKIP_TEST does before it leaves the test case.
inline void add(std::string reason) {
    notes.push_back({doctest::getContextOptions()->currentTest->m_name, std::move(reason)});
}

} // namespace skip

/// Ends the test case as skipped. Must not come after a check that could fail.
#define SKIP_TEST(reason)                                                                          \
    do {                                                                                           \
        skip::add(reason);                                                                         \
        return;                                                                                    \
    } while (false)
