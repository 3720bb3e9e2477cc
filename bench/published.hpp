// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <string_view>

/// The numbers of other checkers for the same protocol, operation for operation; ours must not be
/// worse.
namespace bench {

struct published {
    std::string_view checker;
    std::string_view memory;
    std::string_view per_sb; ///< executions for n = 1, 2, …
    std::string_view rcu;    ///< executions for n = 1, 2, …
};

inline constexpr std::array<published, 4> others{{
    {"GenMC 0.10.3", "RC11", "3, 25, 417 (0.24 s), 11,947 (1.3 s)", "9, 369, 32,693 (3 to 5 s)"},
    {"GenMC 0.9", "LKMM, native RCU", "3, 25, 417", "7, 177, 8,745 (254 s)"},
    {"Nidhugg, optimal, commuting RMWs", "SC", "3, 8, 20, 48, and 256 for n = 6",
     "9, 128, 1,772, 22,992 (5.9 s)"},
    {"Relacy, full search", "", "16,700,000 iterations for n = 1", ""},
}};

/// The most executions that a check may take.
struct ceiling {
    int n;
    unsigned long long executions;
};

inline constexpr std::array<ceiling, 5> per_sb_ceilings{
    {{1, 3}, {2, 8}, {3, 20}, {4, 48}, {6, 256}}};
inline constexpr std::array<ceiling, 4> rcu_ceilings{{{1, 9}, {2, 128}, {3, 1'772}, {4, 22'992}}};

} // namespace bench
