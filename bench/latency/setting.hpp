// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace wbsync::bench {

using std::chrono::microseconds;

/// The duration of a grace period: as long as liburcu needs, or until readers end their sections,
/// which last `hold`.
struct grace_period {
    std::optional<microseconds> hold;

    [[nodiscard]] std::string str() const {
        if (!hold)
            return "grace periods as long as liburcu needs";
        return hold->count() % 1000 == 0 ? fmt::format("readers hold RCU for {} ms", *hold / msec)
                                         : fmt::format("readers hold RCU for {} us", hold->count());
    }

private:
    static constexpr std::chrono::milliseconds msec{1};
};

/// What the unmounted file system does meanwhile.
enum class target_kind : std::uint8_t {
    idle, ///< nothing: none of its inodes is ever switched
    busy, ///< a writer switches its inodes until it is inactive
};
inline const char* name_of(target_kind t) {
    return t == target_kind::idle ? "idle" : "busy";
}

/// One table of the output: everything that all versions in it have in common.
struct setting {
    int background = 4;
    int inodes = 4;
    int readers = 2;
    target_kind target = target_kind::idle;
    grace_period grace;
    bool pinned = true;

    /// Threads that a run starts, except those that serve it (kworkers, callbacks).
    [[nodiscard]] int threads() const {
        return background + (grace.hold ? readers : 0) + (target == target_kind::busy ? 1 : 0) + 1;
    }
    /// The longest time from one umount to the umount of the next mount; the actual time is random.
    [[nodiscard]] microseconds longest_pause() const {
        return std::max(microseconds{1000}, 2 * grace.hold.value_or(microseconds{0}));
    }
};

/// All settings, and how they are measured.
struct plan {
    std::vector<setting> settings;
    int shutdowns = 100; ///< of each version in each setting
    int turn = 5;        ///< shutdowns before the next version's turn
    std::uint64_t seed = 1;
    std::string json; ///< files; empty: not written
    std::string svg;
};

inline constexpr int most_threads = 64;

} // namespace wbsync::bench
