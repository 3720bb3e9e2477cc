// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lexer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wbsync::litmus {

/// Walks over the tokens of a file, and throws out_of_time if that takes too long.
class cursor {
public:
    cursor(const std::vector<token>& all, const deadline& until) : all_(all), until_(until) {}

    [[nodiscard]] const token& peek(std::size_t ahead = 0) const {
        return all_[next_ + ahead < all_.size() ? next_ + ahead : all_.size() - 1];
    }
    [[nodiscard]] bool sees(std::string_view text) const { return peek().text == text && !done(); }
    [[nodiscard]] bool sees(token_kind kind) const { return peek().kind == kind; }
    [[nodiscard]] bool done() const { return peek().kind == token_kind::end; }

    const token& take() {
        const token& t = peek();
        if (!done() && ++next_ % look_every == 0)
            until_.look();
        return t;
    }
    bool accept(std::string_view text) {
        if (!sees(text))
            return false;
        take();
        return true;
    }
    const token& expect(std::string_view text) {
        if (!sees(text))
            fail(fmt::format("expected '{}'", text));
        return take();
    }
    const token& expect_name(const char* what) {
        if (!sees(token_kind::name))
            fail(fmt::format("expected {}", what));
        return take();
    }

    /// A number, perhaps with a sign.
    std::int64_t expect_number() {
        const bool negative = accept("-");
        if (!sees(token_kind::number))
            fail("expected a number");
        const std::int64_t v = take().number;
        return negative ? -v : v;
    }

    [[noreturn]] void fail(const std::string& message) const {
        throw source_error(peek().at, done() ? message + ", not the end of the file"
                                             : fmt::format("{}, not '{}'", message, peek().text));
    }

    /// Is token number `i` a star?
    [[nodiscard]] bool is_star(std::size_t i) const { return all_[i].text == "*"; }

    [[nodiscard]] std::size_t mark() const noexcept { return next_; }
    void back_to(std::size_t mark) noexcept { next_ = mark; }

    /// As long as it lives, the text that is read is one level further inside. Nesting beyond
    /// `max_nesting` is an error: functions that walk over it call themselves once for each level.
    class level {
    public:
        explicit level(cursor& in) : in_(in) { deeper(); }
        ~level() { in_.depth_ -= levels_; }
        level(const level&) = delete;
        level& operator=(const level&) = delete;

        /// One more level.
        void deeper() {
            if (in_.depth_ == max_nesting)
                throw source_error(in_.peek().at,
                                   fmt::format("nested too deeply: more than {} levels, such as "
                                               "parentheses, operators and branches",
                                               max_nesting));
            ++in_.depth_;
            ++levels_;
        }

    private:
        cursor& in_;
        int levels_ = 0;
    };

private:
    static constexpr int max_nesting = 100;
    static constexpr std::size_t look_every = 4096; ///< tokens between two looks at the clock

    const std::vector<token>& all_;
    const deadline& until_;
    std::size_t next_ = 0;
    int depth_ = 0;
};

} // namespace wbsync::litmus
