// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace wbsync::litmus {

/// Values that registers must have in every final state for which a proposition is true. It
/// includes only registers that get their value from one load, assigned in one place: such a load
/// may wait for the value, so that an execution is given up where it misses the goal.
class goal {
public:
    goal() = default;
    explicit goal(const litmus_test& test);

    /// The value that register `r` of thread `p` has to get, or nullptr.
    [[nodiscard]] const std::int64_t* wanted(int p, int r) const {
        const auto at = values_.find({p, r});
        return at == values_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }

private:
    /// How often a register is assigned, and loaded.
    struct assignments {
        int all = 0;
        int loads = 0;
    };
    static void count(const statement& s, std::vector<assignments>& of);
    /// `all`: for each thread and each of its registers.
    void require(const std::vector<std::vector<assignments>>& all, const formula& f);

    std::map<std::pair<int, int>, std::int64_t> values_;
};

} // namespace wbsync::litmus
