// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/characters.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wbsync::report {

/// The text as one line, whatever a message from elsewhere holds: nothing in it moves the cursor of
/// a terminal, or turns the direction of what follows.
inline std::string printable(std::string_view text) {
    return visible(text);
}

/// Does the byte start a UTF-8 character?
constexpr bool starts_character(char c) noexcept {
    return (static_cast<unsigned>(c) & 0xC0U) != 0x80U;
}

/// Columns on a terminal, counting every character as one column.
inline int width_of(std::string_view text) {
    return static_cast<int>(std::count_if(text.begin(), text.end(), starts_character));
}

namespace detail {

/// How many bytes the first `columns` characters take.
inline std::size_t bytes_of(std::string_view text, int columns) {
    std::size_t at = 0;
    for (; at != text.size(); ++at)
        if (starts_character(text[at]) && columns-- == 0)
            break;
    return at;
}

/// Where to cut a word that is too long for a line: after punctuation if there is some in the
/// second half, so that inode[0].i_count breaks at a readable place.
inline std::size_t cut_in(std::string_view word, int columns) {
    const std::size_t most = bytes_of(word, columns);
    for (const std::string_view marks : {" ", "(,.", "_]"}) {
        const std::size_t found = word.substr(0, most).find_last_of(marks);
        if (found != std::string_view::npos && found + 1 > most / 2)
            return found + 1;
    }
    return most;
}

/// The length of the first word. "0 -> 1", "= 1", "from 3" and the mark of an access count as one
/// word: they are misread if a line ends inside of them.
inline std::size_t word_length(std::string_view text) {
    std::size_t end = std::min(text.find(' '), text.size());
    std::string_view last = text.substr(0, end);
    while (end != text.size()) {
        const std::size_t next_end = std::min(text.find(' ', end + 1), text.size());
        const std::string_view next = text.substr(end + 1, next_end - end - 1);
        if (last != "->" && last != "from" && last != "=" && last != "\u25c4" && next != "->")
            break;
        end = next_end;
        last = next;
    }
    return end;
}

} // namespace detail

/// Breaks the text into lines of at most `width` columns, at spaces where possible. All lines but
/// the first are indented by `hanging`.
inline std::vector<std::string> wrap(std::string_view text, int width, int hanging = 0) {
    width = std::max(width, 4);
    hanging = std::min(hanging, width / 2);
    std::vector<std::string> lines(1);
    int used = 0;
    int empty = 0; // columns used by a line without a word
    const auto next_line = [&] {
        lines.emplace_back(static_cast<std::size_t>(hanging), ' ');
        used = empty = hanging;
    };
    while (!text.empty()) {
        std::string_view word = text.substr(0, detail::word_length(text));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (word.empty())
            continue;
        if (used != empty) {
            if (used + 1 + width_of(word) <= width) {
                lines.back() += ' ';
                ++used;
            } else {
                next_line();
            }
        }
        while (used + width_of(word) > width) {
            const std::size_t cut = detail::cut_in(word, width - used);
            lines.back() += word.substr(0, cut);
            word.remove_prefix(cut);
            next_line();
        }
        lines.back() += word;
        used += width_of(word);
    }
    return lines;
}

} // namespace wbsync::report
