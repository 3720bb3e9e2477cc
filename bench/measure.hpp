// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/check.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>

#include <sys/resource.h>

namespace bench {

using namespace wbsync;

/// The cost of one check.
struct measurement {
    std::string what; ///< "per-sb", "RCU", "isw/v7"
    int n = 0;        ///< switchers
    memory_kind memory = memory_kind::weak;
    result seen; ///< of the fastest run
};

/// The fastest of `runs` calls of `run`, which returns a result.
template <class Run>
result best_of(int runs, Run run) {
    result best = run();
    for (int i = 1; i < runs; ++i)
        if (result next = run(); next.seconds < best.seconds)
            best = std::move(next);
    return best;
}

inline double executions_per_second(const result& r) {
    return r.seconds > 0 ? static_cast<double>(r.executions) / r.seconds : 0;
}

/// Executions per second of checks that are repeated until `seconds` have passed: a single check
/// may be too short to measure.
struct throughput {
    std::string what;
    int n = 0;
    memory_kind memory = memory_kind::weak;
    std::uint64_t checks = 0;
    std::uint64_t executions = 0;
    double seconds = 0;
    double cpu_seconds = 0; ///< less than the seconds if others use the machine as well

    [[nodiscard]] double per_second() const { return static_cast<double>(executions) / seconds; }
};

template <class Run>
throughput repeat_for(double seconds, std::string what, int n, memory_kind memory, Run run) {
    throughput t;
    t.what = std::move(what);
    t.n = n;
    t.memory = memory;
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    do {
        t.executions += run().executions;
        ++t.checks;
        t.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    } while (t.seconds < seconds);
    t.cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
    return t;
}

/// With a comma after each thousand.
inline std::string grouped(std::uint64_t n) {
    std::string digits = fmt::format("{}", n);
    for (std::size_t i = digits.size(); i > 3; i -= 3)
        digits.insert(i - 3, 1, ',');
    return digits;
}

/// The peak memory of this process so far, in MB.
inline double peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

} // namespace bench
