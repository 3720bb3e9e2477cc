// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wbsync::bench {

/// One umount, in microseconds.
struct sample {
    double umount = 0;                  ///< deactivate_super(), all of it
    double cgroup_writeback_umount = 0; ///< that part of it
    bool waited = false;                ///< it found something in flight that it had to wait for
};

/// The measurements of one version in one setting.
struct samples {
    std::vector<sample> umounts;
    std::uint64_t rounds = 0;              ///< of all background superblocks
    std::uint64_t grace_periods = 0;       ///< that any thread waited for
    std::uint64_t flushes = 0;             ///< by umount: nobody else flushes
    std::map<std::string, int> violations; ///< by property; each ended a run

    [[nodiscard]] std::vector<double> of(double sample::*part) const {
        std::vector<double> all;
        for (const sample& s : umounts)
            all.push_back(s.*part);
        return all;
    }
    [[nodiscard]] int waited() const {
        int n = 0;
        for (const sample& s : umounts)
            n += s.waited ? 1 : 0;
        return n;
    }
};

} // namespace wbsync::bench
