// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bench::peers {

/// What another checker needed; empty if it was not run.
struct needed {
    std::uint64_t complete = 0;
    std::uint64_t blocked = 0;    ///< executions that ended at an assumption
    bool more_than_120_s = false; ///< and was stopped
    bool here = false;            ///< not published, but measured on this machine

    [[nodiscard]] bool known() const { return complete != 0; }
    [[nodiscard]] std::uint64_t total() const { return complete + blocked; }
};

inline constexpr needed too_long{0, 0, true};

/// The number that follows these words.
inline std::optional<std::uint64_t> number_after(std::string_view text, std::string_view words) {
    const std::size_t at = text.find(words);
    if (at == std::string_view::npos)
        return std::nullopt;
    const std::string_view rest = text.substr(at + words.size());
    std::uint64_t number = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    return read.ec == std::errc{} ? std::optional{number} : std::nullopt;
}

/// Reads the last lines of GenMC 0.11.
inline std::optional<needed> read_genmc(std::string_view output) {
    const auto complete = number_after(output, "Number of complete executions explored: ");
    if (!complete)
        return std::nullopt;
    const auto blocked = number_after(output, "Number of blocked executions seen: ");
    return needed{.complete = *complete, .blocked = blocked.value_or(0), .here = true};
}

/// Reads the last lines of Nidhugg: one line up to 0.2, and one line for each number later.
inline std::optional<needed> read_nidhugg(std::string_view output) {
    const auto complete = number_after(output, "Trace count: ");
    if (!complete)
        return std::nullopt;
    needed all{.complete = *complete, .here = true};
    for (const std::string_view words :
         {"(also ", "Await-blocked trace count: ", "Assume-blocked trace count: ",
          "Sleepset-blocked trace count: "})
        all.blocked += number_after(output, words).value_or(0);
    return all;
}

} // namespace bench::peers
