// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace wbsync::bench {

/// Percentiles of all samples, none of which is dropped or rounded: by the nearest rank, so each
/// percentile is a sample that was measured.
struct percentiles {
    double mean = 0;
    double p50 = 0;
    double p95 = 0;
    double p99 = 0;
    double max = 0;
};

/// `sorted` must be sorted and not empty.
inline double percentile(const std::vector<double>& sorted, double percent) {
    const auto rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

inline percentiles percentiles_of(std::vector<double> samples) {
    if (samples.empty())
        return {};
    std::sort(samples.begin(), samples.end());
    const double sum = std::accumulate(samples.begin(), samples.end(), 0.0);
    return {sum / static_cast<double>(samples.size()), percentile(samples, 50),
            percentile(samples, 95), percentile(samples, 99), samples.back()};
}

} // namespace wbsync::bench
