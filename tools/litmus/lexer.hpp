// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "deadline.hpp"
#include "source.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wbsync::litmus {

enum class token_kind : std::uint8_t { name, number, symbol, end };

struct token {
    token_kind kind = token_kind::end;
    std::string_view text; ///< part of the file
    std::int64_t number = 0;
    position at;
};

/// The text before the first brace, and the tokens from there on.
struct tokens {
    std::string name;          ///< of the test, from its first line
    std::vector<token> tokens; ///< the last one is `end`
};

/// Throws source_error and out_of_time. The text must live as long as the tokens.
tokens split(std::string_view text, const deadline& until = deadline());

} // namespace wbsync::litmus
