// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tools/litmus/ast.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace as_cpp {

/// The library has no words for the test.
struct not_expressible {
    std::string reason;
};

/// A location as an object of the library.
struct object {
    enum class kind : std::uint8_t { variable, pointer, lock, domain } what;
    std::size_t number; ///< among those of its kind, in as_cpp::model
    std::string name;   ///< in C++
};

/// Of each location. A variable that points to another one at first is a pointer.
std::vector<object> objects_of(const wbsync::litmus::litmus_test& test);

/// A register as a variable of a function.
struct local {
    enum class kind : std::uint8_t { number, pointer, cookie } what = kind::number;
    bool constant = false; ///< assigned once, before the thread looks at it: `const auto`
    bool used = false;
    std::string name;
};

/// Of each register of a thread. Throws not_expressible.
std::vector<local> locals_of(const wbsync::litmus::process& p, const std::vector<object>& objects);

} // namespace as_cpp
