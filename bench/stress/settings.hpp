// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wbsync::bench {

enum class format : std::uint8_t { text, markdown, json };

/// What the user asks for.
struct stress_settings {
    std::vector<std::string> models; ///< names or patterns; none: all that have a finding
    double seconds = 2;              ///< for one model without delays, and again with delays
    std::uint64_t umounts = 0;       ///< at most so many for one model; 0: as the time allows
    std::uint64_t seed = 1;          ///< of the first run; each later run adds one
    double delay_probability = 0.2;  ///< where there are delays
    unsigned longest_delay = 50;     ///< microseconds
    std::string manifest;            ///< the recorded results of the model checker
    format as = format::text;
};

} // namespace wbsync::bench
