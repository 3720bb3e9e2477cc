// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tools/litmus/ast.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// Litmus tests as programs in C++, such as a user of the library would write.
namespace as_cpp {

/// What the programs can be written without, to see that it is missed.
enum class flaw : std::uint8_t {
    none,
    no_branch,     ///< `if (c)`, on which all later stores depend
    no_dependency, ///< plain numbers, on which nothing does
};

struct program {
    std::string code;    ///< the functions of the threads
    std::string entry;   ///< the initializer of an as_cpp::test, see model.hpp
    std::string why_not; ///< the library has no words for the test; then no code
};

/// `number` makes the names unique. `expected`: the final states that there are.
program generate(const wbsync::litmus::litmus_test& test, const std::string& file, int number,
                 const std::vector<std::string>& expected, flaw with);

} // namespace as_cpp
