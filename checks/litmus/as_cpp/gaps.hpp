// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tools/litmus/ast.hpp"

#include <string>
#include <vector>

namespace as_cpp {

/// What the test has, in which the library does not claim to show all that the kernel's memory
/// model allows (docs/memory-model.md, "Late loads" and "Dependencies"). Nothing: it has to.
std::vector<std::string> gaps(const wbsync::litmus::litmus_test& test);

/// What the test has, in which it claims to show more ("More than the kernel allows" there).
std::vector<std::string> surpluses(const wbsync::litmus::litmus_test& test);

} // namespace as_cpp
