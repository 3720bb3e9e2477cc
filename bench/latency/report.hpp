// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/measure.hpp"

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace wbsync::bench {

/// What else the numbers depend on, besides the options.
struct machine {
    unsigned cpus = std::thread::hardware_concurrency();
    const char* rcu = "liburcu, flavour urcu-memb";
#if defined(__clang__)
    std::string compiler = fmt::format("clang {}", __clang_version__);
#else
    std::string compiler = fmt::format("gcc {}", __VERSION__);
#endif
};

struct report {
    plan how;
    std::vector<table> tables;
    machine on;

    [[nodiscard]] bool surprises() const {
        for (const table& t : tables)
            if (t.surprises())
                return true;
        return false;
    }
};

/// "4 background superblocks, target idle, readers hold RCU for 5 ms".
inline std::string str(const setting& s) {
    return fmt::format("{} background superblock{}, target {}, {}", s.background,
                       s.background == 1 ? "" : "s", name_of(s.target), s.grace.str());
}

/// With three significant digits.
inline std::string microseconds_str(double us) {
    if (us >= 1000) {
        const auto n = std::llround(us);
        return n >= 1'000'000
                   ? fmt::format("{},{:03},{:03}", n / 1'000'000, n / 1000 % 1000, n % 1000)
                   : fmt::format("{},{:03}", n / 1000, n % 1000);
    }
    return fmt::format("{:.{}f}", us, us >= 100 ? 0 : us >= 10 ? 1 : 2);
}

/// The main result of the page: how much longer one version takes than another. It compares the p50
/// of the whole umount, and the mean of the part, as the figures of the kernel do.
struct quotient {
    const char* name;
    std::size_t of;
    std::size_t by;
    double sample::*part;
    double percentiles::*what;

    [[nodiscard]] double in(const table& t) const {
        const double divisor = percentiles_of(t.of[by].of(part)).*what;
        return divisor > 0 ? percentiles_of(t.of[of].of(part)).*what / divisor : 0;
    }
};
inline constexpr quotient quotients[] = {
    {"umount, p50, v7:v9", v7, v9, &sample::umount, &percentiles::p50},
    {"umount, p50, v8:v9", v8, v9, &sample::umount, &percentiles::p50},
    {"cgroup_writeback_umount(), mean, v7:v9", v7, v9, &sample::cgroup_writeback_umount,
     &percentiles::mean},
    {"cgroup_writeback_umount(), mean, v8:v9", v8, v9, &sample::cgroup_writeback_umount,
     &percentiles::mean},
};

} // namespace wbsync::bench
