// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/umount_system.hpp"
#include "models/writeback/isw_v4.hpp"
#include "models/writeback/isw_v5.hpp"
#include "models/writeback/isw_v6.hpp"
#include "models/writeback/isw_v7.hpp"
#include "models/writeback/isw_v8.hpp"
#include "models/writeback/isw_v9.hpp"

#include <array>
#include <cstddef>

namespace wbsync::bench {

/// A version of the protocol, and how to run it.
struct version {
    const char* name;
    const char* commit;
    /// Is it known to be wrong? Then a run may end early.
    bool races;
    /// Does umount wait for a grace period, and not for callbacks or a count?
    bool synchronizes;
    native::result (*run)(const setting& how, int shutdowns, std::uint64_t seed, samples* into);
};

template <class Version>
native::result run_once(const setting& how, int shutdowns, std::uint64_t seed, samples* into) {
    native::options with;
    with.time_limit = 120;
    return native::run<umount_system<Version>>(with, how, shutdowns, seed, into);
}

inline constexpr std::array<version, 6> versions{{
    {"v4", "c22d70a162d3", true, false, &run_once<isw_v4<v4_form{}, churning_world>>},
    {"v5", "e1b849cfa6b6", true, false, &run_once<isw_v5<churning_world>>},
    {"v6", "6689f01d6740", true, false, &run_once<isw_v6<churning_world>>},
    {"v7", "cba38ec4cbd3", false, true, &run_once<isw_v7<v7_form{}, churning_world>>},
    {"v8", "e90a6d668e26", false, true, &run_once<isw_v8<churning_world>>},
    {"v9", "31c1d19ead2c", false, false, &run_once<isw_v9<v9_form{}, churning_world>>},
}};
inline constexpr std::size_t v7 = 3;
inline constexpr std::size_t v8 = 4;
inline constexpr std::size_t v9 = 5;

} // namespace wbsync::bench
