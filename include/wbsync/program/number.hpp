// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/errors.hpp>

#include <wbsync/number.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace wbsync::program {

/// wbsync::parse_number() for something that the user wrote. Throws bad_usage.
template <class Number>
Number read_number(std::string_view what, std::string_view text, Number least, Number most) {
    try {
        return parse_number(what, text, least, most);
    } catch (const std::invalid_argument& e) {
        throw bad_usage(e.what());
    }
}

/// Adds an option whose value is a number from `least` to `most`. `names`: "-j,--jobs"; messages
/// use the last one.
template <class Number, class Target>
CLI::Option* add_number(CLI::App& to, const std::string& names, Target& into, Number least,
                        Number most, const std::string& explanation) {
    const auto comma = names.rfind(',');
    const auto read =
        [&into, least, most, name = names.substr(comma == std::string::npos ? 0 : comma + 1)](
            const std::string& text) { into = read_number<Number>(name, text, least, most); };
    return to.add_option_function<std::string>(names, read, explanation)->type_name("N");
}

} // namespace wbsync::program
