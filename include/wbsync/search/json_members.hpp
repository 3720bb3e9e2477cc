// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

/// A flat JSON object whose members are known: all the JSON that a saved search needs. A library
/// for all of JSON takes a compiler seconds in every file that calls check().
namespace wbsync::search {

/// Writes the members of an object, in the order of the calls.
///
/// O(length of the text).
class member_writer {
public:
    void operator()(std::string_view name, const auto& value) {
        text_ += text_.empty() ? "{\"" : ",\"";
        text_ += name;
        text_ += "\":";
        put(value);
    }

    /// To be called after the last member.
    [[nodiscard]] std::string take() { return std::move(text_) + '}'; }

private:
    void put(bool value) { text_ += value ? "true" : "false"; }
    template <class T>
    requires std::integral<T> || std::floating_point<T>
    void put(T value) { text_ += fmt::format("{}", value); }
    void put(std::string_view text) {
        text_ += '"';
        for (const char c : text)
            if (static_cast<unsigned char>(c) < ' ')
                text_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
            else
                put_printable(c);
        text_ += '"';
    }
    void put_printable(char c) {
        if (c == '"' || c == '\\')
            text_ += '\\';
        text_ += c;
    }
    void put(const std::string& text) { put(std::string_view{text}); }
    template <class T>
    void put(const std::vector<T>& all) {
        text_ += '[';
        for (const T& one : all) {
            put(one);
            text_ += ',';
        }
        if (!all.empty())
            text_.pop_back();
        text_ += ']';
    }

    std::string text_;
};

/// Reads what a member_writer wrote, with the same names in the same order. Throws
/// std::invalid_argument for anything else.
class member_reader {
public:
    explicit member_reader(std::string_view text) : text_(text) {}

    void operator()(std::string_view name, auto& value) {
        expect(std::exchange(first_, false) ? "{\"" : ",\"");
        expect(name);
        expect("\":");
        get(value);
    }

    /// To be called after the last member.
    void expect_end() {
        expect("}");
        if (!text_.empty())
            damaged();
    }

private:
    [[noreturn]] static void damaged() { throw std::invalid_argument("it is damaged"); }

    void expect(std::string_view part) {
        if (!text_.starts_with(part))
            damaged();
        text_.remove_prefix(part.size());
    }
    /// If `part` comes next, skips it and returns true.
    bool skip(std::string_view part) {
        const bool is_next = text_.starts_with(part);
        if (is_next)
            text_.remove_prefix(part.size());
        return is_next;
    }

    void get(bool& value) {
        value = skip("true");
        if (!value)
            expect("false");
    }
    template <class T>
    requires std::integral<T> || std::floating_point<T>
    void get(T& value) {
        const auto [end, wrong] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (wrong != std::errc{})
            damaged();
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    }
    void get(std::string& text) {
        text.clear();
        for (expect("\""); !skip("\"");) {
            if (text_.empty())
                damaged();
            text += skip("\\") ? escaped() : taken();
        }
    }
    template <class T>
    void get(std::vector<T>& all) {
        all.clear();
        expect("[");
        if (skip("]"))
            return;
        do
            get(all.emplace_back());
        while (skip(","));
        expect("]");
    }

    char taken() {
        if (text_.empty())
            damaged();
        const char c = text_.front();
        text_.remove_prefix(1);
        return c;
    }
    char escaped() {
        if (!skip("u"))
            return taken(); // a quotation mark or a backslash stands for itself
        const std::string_view digits = text_.substr(0, 4);
        unsigned code = 0;
        const auto [end, wrong] =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (wrong != std::errc{} || end != digits.data() + 4 || code >= ' ')
            damaged();
        text_.remove_prefix(4);
        return static_cast<char>(code);
    }

    std::string_view text_;
    bool first_ = true;
};

} // namespace wbsync::search
