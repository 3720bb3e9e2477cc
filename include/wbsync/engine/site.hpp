// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

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

    /// The same place, for a step of the daemon function `other` that this call caused.
    [[nodiscard]] constexpr site on_behalf(const char* other) const noexcept {
        return {file, other, line};
    }

    /// The function without its template arguments, which clang++ leaves out as well.
    [[nodiscard]] std::string_view function_name() const noexcept;

    /// "isw_v6.hpp:42", without the folders, which differ between machines.
    [[nodiscard]] std::string str() const;

    friend bool operator==(const site& a, const site& b) noexcept {
        return a.line == b.line && std::string_view{a.file} == b.file;
    }
};

/// The name of an object as the reader of a counterexample sees it, for example `inode[1].i_count`.
/// The texts must be literals or live as long as the model; they are put together only when a
/// report needs them, so naming costs next to nothing while exploring. The names of the enclosing
/// objects are copied: they stay when those objects are gone.
struct label {
    const char* text = "";
    int index = -1;

    constexpr label() = default;
    constexpr label(const char* name) noexcept : text(name) {} // NOLINT: a literal is a name
    constexpr label(const char* name, int number) noexcept : text(name), index(number) {}

    /// The name of a part of `of`. It keeps the names of the innermost max_outer enclosing objects.
    constexpr label(const label& of, const char* name, int number = -1) noexcept
        : text(name), index(number), depth_(of.depth_), outer_(of.outer_) {
        if (depth_ == max_outer) {
            std::copy(of.outer_.begin() + 1, of.outer_.end(), outer_.begin());
            --depth_;
        }
        outer_[static_cast<std::size_t>(depth_++)] = {of.text, of.index};
    }

    [[nodiscard]] std::string str() const;

private:
    static constexpr int max_outer = 4;

    struct part {
        const char* text = "";
        int index = -1;

        void append_to(std::string& name) const;
    };

    int depth_ = 0;
    std::array<part, max_outer> outer_{};
};

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/site_inl.hpp>
#endif
