// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

/// Texts of models in documents. A name may hold any bytes: in a document it is text, and nothing
/// else.
namespace wbsync::report {

/// One character of a text, and its bytes in UTF-8.
struct character {
    char32_t code = 0;
    std::string_view bytes;

    [[nodiscard]] bool is_ascii() const noexcept { return code < 0x80; }
};

namespace detail {

/// Stands for bytes that are not UTF-8.
inline constexpr character replacement{0xfffd, "\xef\xbf\xbd"};

/// How many bytes a character has that starts with this one; 0: none starts so.
constexpr std::size_t length_of(unsigned char first) noexcept {
    return first < 0x80                     ? 1
           : first >= 0xc2 && first < 0xe0  ? 2
           : first >= 0xe0 && first < 0xf0  ? 3
           : first >= 0xf0 && first <= 0xf4 ? 4
                                            : 0;
}

/// Is it longer than needed, a surrogate, or beyond Unicode?
constexpr bool is_malformed(char32_t code, std::size_t length) noexcept {
    const char32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : length == 2 ? 0x80 : 0;
    return code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
}

/// Takes the first character off a text that is not empty.
inline character take(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::size_t length = length_of(byte(0));
    bool whole = length != 0 && length <= text.size();
    char32_t code = length <= 1 ? byte(0) : byte(0) & (0x7fU >> length);
    for (std::size_t i = 1; whole && i != length; ++i) {
        whole = (byte(i) & 0xc0U) == 0x80U;
        code = code << 6U | (byte(i) & 0x3fU);
    }
    const bool good = whole && !is_malformed(code, length);
    const character c = good ? character{code, text.substr(0, length)} : replacement;
    text.remove_prefix(good ? length : 1);
    return c;
}

/// Does it control the line or the direction of the text around it? Then it changes what other
/// texts look like.
constexpr bool is_control(char32_t c) noexcept {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           c == 0xfffe || c == 0xffff;
}

} // namespace detail

/// The text as one line, with a blank for each character that controls what is around it. `spell`
/// gets each other character, and returns what stands for it.
template <class Spell>
std::string spelled(std::string_view text, Spell spell) {
    std::string out;
    while (!text.empty()) {
        const character c = detail::take(text);
        if (detail::is_control(c.code))
            out += ' ';
        else
            out += spell(c);
    }
    return out;
}

/// The text as one line of valid UTF-8 that leaves what is around it as it is.
inline std::string visible(std::string_view text) {
    return spelled(text, [](const character& c) { return c.bytes; });
}

/// The same in ASCII: "\u{1f41e}" for a character that is not.
inline std::string in_ascii(std::string_view text) {
    return spelled(text, [](const character& c) {
        return c.is_ascii() ? std::string{c.bytes}
                            : fmt::format("\\u{{{:x}}}", static_cast<unsigned>(c.code));
    });
}

/// The same as text of XML, or the value of an attribute.
inline std::string in_xml(std::string_view text) {
    return spelled(text, [](const character& c) -> std::string_view {
        switch (c.code) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return c.bytes;
        }
    });
}

} // namespace wbsync::report
