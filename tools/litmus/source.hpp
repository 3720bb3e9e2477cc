// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace wbsync::litmus {

/// A place in a litmus file; line and column count from 1.
struct position {
    int line = 1;
    int column = 1;
};

/// The message may quote a long text: it is cut off.
inline std::string located(const position& at, const std::string& message) {
    constexpr std::size_t most = 400;
    return fmt::format("{}:{}: {}{}", at.line, at.column, message.substr(0, most),
                       message.size() > most ? "…" : "");
}

/// One message a line; if there are very many, only the first ones.
inline std::string in_lines(const std::vector<std::string>& messages) {
    constexpr std::size_t most = 10;
    const auto end =
        messages.begin() + static_cast<std::ptrdiff_t>(std::min(most, messages.size()));
    std::string text = fmt::format("{}", fmt::join(messages.begin(), end, "\n"));
    if (messages.size() > most)
        text += fmt::format(" (and {} more like that)", messages.size() - most);
    return text;
}

/// The file is not a litmus test, or uses something unsupported. The message begins with the place.
struct source_error : std::runtime_error {
    source_error(const position& at, const std::string& message)
        : std::runtime_error(located(at, message)) {}
    /// Several errors, each with its place.
    explicit source_error(const std::vector<std::string>& messages)
        : std::runtime_error(in_lines(messages)) {}
};

} // namespace wbsync::litmus
