// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace wbsync::engine::lkmm::detail {

/// splitmix64
constexpr std::uint64_t scramble(std::uint64_t h) noexcept {
    h += 0x9e3779b97f4a7c15;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
    h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
    return h ^ (h >> 31);
}

constexpr std::uint64_t combine(std::uint64_t a, std::uint64_t b) noexcept {
    return scramble(a ^ scramble(b));
}

} // namespace wbsync::engine::lkmm::detail
