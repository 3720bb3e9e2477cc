// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace wbsync::litmus {

/// A place in a litmus file; both count from 1.
struct position {
    int line = 1;
    int column = 1;
};

/// The file is no litmus test, or uses what is not supported. The message begins with the place.
struct source_error : std::runtime_error {
    source_error(const position& at, const std::string& message)
        : std::runtime_error(fmt::format("{}:{}: {}", at.line, at.column, message)) {}
};

} // namespace wbsync::litmus
