// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/assumptions.hpp>
#include <wbsync/engine/scheduler.hpp>

#include <cctype>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/core.h>

namespace wbsync::engine {

/// An execution, as the decisions that lead to it.
///
/// Its text is O(decisions) to write and to read.
struct schedule {
    memory_kind memory = default_memory;
    bool causal = true; ///< an explorer's decisions; otherwise the reference scheduler's
    std::vector<decision> decisions;
    allowances allowed;
    std::uint32_t weakened = 0; ///< key_of() the places that order less than they ask for
};

/// The threads of a schedule, in the order in which the model declares them.
inline constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEF";
static_assert(letters.size() == max_threads);

/// One line without blanks: `w:a4b'1c2`. The letter of the memory model, in capitals for the
/// reference scheduler; then a letter for the thread that takes the next step, `a` for the first
/// one that the model declares, with a count if it takes several, and after `'` the number of the
/// store that the step reads if it is not the newest. At the end, each after a `+`, the numbers of
/// the objects whose additions do not commute; each after a `^`, as in `^b12=1`, the loads that may
/// be late: thread, number of the object, value; and after a `~` a number for the places that order
/// less than they ask for, if there are any.
inline std::string to_string(const schedule& s) {
    std::string text{registered(s.memory).letter};
    if (!s.causal)
        text[0] = static_cast<char>(std::toupper(text[0]));
    text += ':';
    for (std::size_t i = 0; i != s.decisions.size();) {
        const decision& d = s.decisions[i];
        text += letters[static_cast<std::size_t>(d.thread)];
        std::size_t n = 1;
        if (d.choice != 0) {
            text += fmt::format("'{}", d.choice);
        } else {
            while (i + n != s.decisions.size() && s.decisions[i + n].thread == d.thread &&
                   s.decisions[i + n].choice == 0)
                ++n;
            if (n != 1)
                text += fmt::format("{}", n);
        }
        i += n;
    }
    for (const object_id x : s.allowed.ordered_additions)
        text += fmt::format("+{}", x);
    for (const late_load& l : s.allowed.late_loads)
        text +=
            fmt::format("^{}{}={}", letters[static_cast<std::size_t>(l.thread)], l.object, l.value);
    if (s.weakened != 0)
        text += fmt::format("~{:x}", s.weakened);
    return text;
}

/// Throws std::invalid_argument if the text is no schedule.
inline schedule parse_schedule(std::string_view text) {
    const auto fail = [&](const std::string& why, std::size_t at) -> void {
        throw std::invalid_argument(
            fmt::format("wbsync: '{}' is not a schedule: {} at character {}", text, why, at + 1));
    };
    schedule s;
    const registered_memory* const memory =
        text.size() < 2 || text[1] != ':' ? nullptr : find_memory_by_letter(text.front());
    if (memory == nullptr)
        fail(memory_letters() + " expected", 0);
    s.memory = memory->kind;
    s.causal = text.front() == memory->letter;
    std::size_t i = 2;
    while (i != text.size() && text.substr(i, 1).find_first_of("+^~") == text.npos) {
        const std::size_t letter = letters.find(text[i]);
        if (letter == letters.npos)
            fail("the letter of a thread expected", i);
        decision d{static_cast<thread_id>(letter), 0};
        ++i;
        const bool choice = i != text.size() && text[i] == '\'';
        if (choice)
            ++i;
        const std::size_t digits = i;
        int number = 0;
        for (; i != text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
            if (i - digits == 5)
                fail("a smaller number expected", i);
            number = 10 * number + (text[i] - '0');
        }
        if (choice && (digits == i || number >= max_history))
            fail("a choice expected", digits);
        if (!choice && digits != i && number == 0)
            fail("a count expected", digits);
        if (choice)
            d.choice = number;
        s.decisions.insert(s.decisions.end(),
                           static_cast<std::size_t>(choice || digits == i ? 1 : number), d);
    }
    const auto number = [&]<class T>(T& to, const char* what) {
        const auto [stopped, error] =
            std::from_chars(text.data() + i, text.data() + text.size(), to);
        if (error != std::errc{})
            fail(what, i);
        i = static_cast<std::size_t>(stopped - text.data());
    };
    while (i != text.size() && text[i] == '+') {
        ++i;
        number(s.allowed.ordered_additions.emplace_back(), "the number of an object expected");
    }
    while (i != text.size() && text[i] == '^') {
        late_load& l = s.allowed.late_loads.emplace_back();
        const std::size_t letter = ++i == text.size() ? letters.npos : letters.find(text[i]);
        if (letter == letters.npos)
            fail("the letter of a thread expected", i);
        l.thread = static_cast<thread_id>(letter);
        ++i;
        number(l.object, "the number of an object expected");
        if (i == text.size() || text[i] != '=')
            fail("'=' expected", i);
        ++i;
        number(l.value, "a value expected");
    }
    if (i != text.size() && text[i] != '~')
        fail("'+' expected", i);
    if (i != text.size()) {
        const char* const end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data() + i + 1, end, s.weakened, 16);
        if (error != std::errc{} || stopped != end || s.weakened == 0)
            fail("the number of what is weakened expected", i + 1);
    }
    return s;
}

} // namespace wbsync::engine
