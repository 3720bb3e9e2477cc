// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace wbsync::program {

/// The name of the program: in the commands that it prints, and in front of its messages.
inline std::string& program_name() {
    static std::string name = "wbsync";
    return name;
}

} // namespace wbsync::program
