// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace wbsync {

/// Where in the user's source an operation was called. Every primitive takes one as its last,
/// defaulted argument, so a model never writes it.
struct site {
    const char* file = "";
    const char* function = "";
    unsigned line = 0;

    static constexpr site here(const char* in_file = __builtin_FILE(),
                               const char* in_function = __builtin_FUNCTION(),
                               unsigned at_line = __builtin_LINE()) noexcept {
        return {in_file, in_function, at_line};
    }

    /// "isw_v6.hpp:42", without the folders, which differ between machines.
    [[nodiscard]] std::string str() const {
        const std::string_view path{file};
        const auto slash = path.find_last_of('/');
        return fmt::format("{}:{}", slash == path.npos ? path : path.substr(slash + 1), line);
    }

    friend bool operator==(const site& a, const site& b) noexcept {
        return a.line == b.line && std::string_view{a.file} == b.file;
    }
};

/// The name of an object as the reader of a counterexample sees it, for example
/// `inode[1].i_count`. The text must be a literal or live as long as the model; it is put together
/// only when a report needs it, so naming costs nothing while exploring.
struct label {
    const char* text = "";
    int index = -1;
    const label* owner = nullptr;

    constexpr label() = default;
    constexpr label(const char* name) noexcept : text(name) {} // NOLINT: a literal is a name
    constexpr label(const char* name, int number) noexcept : text(name), index(number) {}
    constexpr label(const label& of, const char* name, int number = -1) noexcept
        : text(name), index(number), owner(&of) {}

    [[nodiscard]] std::string str() const {
        std::string name = owner != nullptr ? owner->str() : std::string{};
        if (*text != '\0')
            name += name.empty() ? text : fmt::format(".{}", text);
        if (index >= 0)
            name += fmt::format("[{}]", index);
        return name;
    }
};

} // namespace wbsync
