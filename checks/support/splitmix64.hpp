// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

/// Random numbers for tests: SplitMix64, the same on every machine, whatever its standard library.
class splitmix64 {
public:
    explicit splitmix64(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() noexcept {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    int below(int n) noexcept { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
    int between(int low, int high) noexcept { return low + below(high - low + 1); }
    bool one_in(int n) noexcept { return below(n) == 0; }

private:
    std::uint64_t state_;
};
