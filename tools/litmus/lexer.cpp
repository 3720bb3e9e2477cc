// SPDX-License-Identifier: BSD-3-Clause
#include "lexer.hpp"

#include <array>
#include <cctype>
#include <charconv>

namespace wbsync::litmus {

namespace {

bool starts_name(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class scanner {
public:
    scanner(std::string_view text, const deadline& until) : text_(text), until_(until) {}

    tokens run() {
        tokens out;
        if (looking_at(byte_order_mark))
            offset_ += byte_order_mark.size();
        skip_space();
        if (peek() != 'C' || std::isspace(static_cast<unsigned char>(peek(1))) == 0)
            throw source_error(at_, "a litmus test of the kernel begins with 'C' and its name");
        advance(1);
        out.name = rest_of_line();
        skip_remarks();
        for (;;) {
            skip_space();
            out.tokens.push_back(next());
            if (out.tokens.back().kind == token_kind::end)
                return out;
        }
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0';
    }
    [[nodiscard]] bool done() const { return offset_ >= text_.size(); }
    [[nodiscard]] bool looking_at(std::string_view what) const {
        return text_.substr(offset_).starts_with(what);
    }

    void advance(std::size_t n) {
        for (; n != 0 && !done(); --n, ++offset_) {
            if ((offset_ + 1) % look_every == 0)
                until_.look();
            if (text_[offset_] == '\n') {
                ++at_.line;
                at_.column = 1;
            } else {
                ++at_.column;
            }
        }
    }

    std::string rest_of_line() {
        std::string_view line = text_.substr(offset_);
        line = line.substr(0, line.find('\n'));
        advance(line.size());
        const auto first = line.find_first_not_of(" \t\r");
        const auto last = line.find_last_not_of(" \t\r");
        return first == line.npos ? std::string{}
                                  : std::string{line.substr(first, last - first + 1)};
    }

    void skip_until(std::string_view end) {
        const position from = at_;
        while (!done() && !looking_at(end))
            advance(1);
        if (done())
            throw source_error(from, fmt::format("a comment without its '{}'", end));
        advance(end.size());
    }

    /// Inside of a thread "(*" does not begin a comment but an argument.
    [[nodiscard]] bool in_thread() const { return initial_state_read_ && braces_ > 0; }

    bool skip_comment() {
        if (looking_at("//"))
            rest_of_line();
        else if (looking_at("/*"))
            skip_until("*/");
        else if (looking_at("(*") && !in_thread())
            skip_until("*)");
        else
            return false;
        return true;
    }

    void skip_space() {
        while (!done())
            if (std::isspace(static_cast<unsigned char>(peek())) != 0)
                advance(1);
            else if (!skip_comment())
                return;
    }

    /// Generators put lines such as `Cycle=…` and strings before the initial state.
    void skip_remarks() {
        while (!done() && peek() != '{')
            if (!skip_comment())
                advance(1);
    }

    token next() {
        token t;
        t.at = at_;
        const std::size_t from = offset_;
        if (done())
            return t;
        if (starts_name(peek())) {
            t.kind = token_kind::name;
            while (starts_name(peek()) || is_digit(peek()))
                advance(1);
        } else if (is_digit(peek())) {
            t.kind = token_kind::number;
            while (std::isalnum(static_cast<unsigned char>(peek())) != 0)
                advance(1);
            t.number = value(text_.substr(from, offset_ - from), t.at);
        } else {
            t.kind = token_kind::symbol;
            braces_ += peek() == '{' ? 1 : peek() == '}' ? -1 : 0;
            initial_state_read_ = initial_state_read_ || peek() == '}';
            advance(symbol_length());
        }
        t.text = text_.substr(from, offset_ - from);
        return t;
    }

    static std::int64_t value(std::string_view digits, const position& at) {
        const int base = digits.starts_with("0x") ? 16 : 10;
        const std::string_view body = digits.substr(base == 16 ? 2 : 0);
        std::int64_t v = 0;
        const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), v, base);
        if (error != std::errc{} ||
            std::string_view{end, body.data() + body.size()}.find_first_not_of("uUlL") !=
                std::string_view::npos)
            throw source_error(at, fmt::format("'{}' is not a number", digits));
        return v;
    }

    [[nodiscard]] std::size_t symbol_length() const {
        static constexpr std::array two = {"/\\", "\\/", "==", "!=", "<=", ">=", "&&", "||",
                                           "->",  "++",  "--", "+=", "-=", "<<", ">>", "=>"};
        for (const char* s : two)
            if (looking_at(s))
                return 2;
        if (std::string_view{"{}()[];,:=*&!~<>+-/%^|?."}.find(peek()) == std::string_view::npos)
            throw source_error(at_, fmt::format("unexpected character '{}'", peek()));
        return 1;
    }

    static constexpr std::size_t look_every = 65'536; ///< characters between two looks at the clock
    static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

    std::string_view text_;
    const deadline& until_;
    std::size_t offset_ = 0;
    position at_;
    int braces_ = 0; ///< open ones
    bool initial_state_read_ = false;
};

} // namespace

tokens split(std::string_view text, const deadline& until) {
    return scanner(text, until).run();
}

} // namespace wbsync::litmus
