// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/generator.hpp"

#include <cstdlib>

namespace conformance {

/// The selection of scripts: both programs get the same.
struct settings {
    std::uint64_t seed = 1;
    std::uint64_t alone = 640; ///< scripts of one thread
    std::uint64_t pairs = 180; ///< scripts of two

    /// "seed alone pairs"
    [[nodiscard]] std::string str() const { return fmt::format("{} {} {}", seed, alone, pairs); }

    [[nodiscard]] std::vector<script> scripts() const {
        const generator g(seed);
        std::vector<script> all;
        for (std::uint64_t n = 0; n != alone; ++n)
            all.push_back(g.alone(n));
        for (std::uint64_t n = 0; n != pairs; ++n)
            all.push_back(g.pair(n));
        return all;
    }
};

} // namespace conformance
