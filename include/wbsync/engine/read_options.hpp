// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>

#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// Indices into read_options, as a set.
using store_choices = std::uint64_t;

/// At most this many stores are considered for one load; an execution in which there were more is
/// reported as cut short.
inline constexpr int max_history = 64;

/// A store that a load may read; the last one of a run of additions stands for the whole run.
struct read_option {
    int index;
    std::uint64_t key; ///< names the option in all equivalent executions; 0: the newest store
    std::int64_t value;
};

/// What a load may read; the newest store first.
using read_options = std::vector<read_option>;

inline store_choices all_choices(const read_options& options) {
    return options.size() == 64 ? ~store_choices{0} : (store_choices{1} << options.size()) - 1;
}

} // namespace wbsync::engine
