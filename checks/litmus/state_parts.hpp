// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <set>
#include <sstream>
#include <string>

/// The parts of a final state, "[x]=1; 0:r0=2;", in any order and with or without brackets.
inline std::set<std::string> parts_of_state(const std::string& state) {
    std::set<std::string> all;
    std::istringstream in(state);
    for (std::string part; in >> part;) {
        std::erase_if(part, [](char c) { return c == '[' || c == ']'; });
        if (part != "*")
            all.insert(part);
    }
    return all;
}
