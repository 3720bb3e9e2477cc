// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

/// Litmus tests of what a .litmus file (checks/litmus/) cannot say: a few threads of a few
/// operations, and the set of all their outcomes.
namespace litmus {

using namespace wbsync;

/// What the threads of a litmus test share: variables, locks, and their results.
struct shared {
    atomic_t w{"w"}, x{"x"}, y{"y"}, z{"z"};
    spinlock_t l{"l"}, k{"k"};
    mutex m{"m"};
    srcu_struct srcu{"srcu"};
    wait_queue_head_t queue{"queue"};
    std::array<std::int64_t, 4> r;

    shared() { r.fill(-1); }
};

using thread = void (*)(shared&);
using test = std::vector<thread>;
using outcome_set = std::set<std::string>;

class model {
public:
    model(const test* what, outcome_set* seen) : test_(*what), seen_(*seen) {}

    void threads(scenario& s) {
        static constexpr std::array<const char*, 4> names{"P0", "P1", "P2", "P3"};
        for (std::size_t t = 0; t != test_.size(); ++t)
            s.thread(names[t], [this, t] { test_[t](shared_); });
    }

    void finally() {
        std::string outcome;
        for (const auto r : shared_.r)
            if (r >= 0)
                outcome += std::to_string(r);
        seen_.insert(outcome);
    }

private:
    const test& test_;
    outcome_set& seen_;
    shared shared_;
};

/// All outcomes under `weak`: the results r[0], r[1], … that were set, one digit each.
inline outcome_set weak(const test& what) {
    outcome_set seen;
    options with;
    with.memory = memory_kind::weak;
    const result r = check<model>(with, &what, &seen);
    CHECK(r.verified());
    CHECK(r.sleep_set_blocked == 0);
    return seen;
}

/// Every combination of `n` results that are 0 or 1.
inline outcome_set all(int n) {
    outcome_set s{""};
    for (; n != 0; --n) {
        outcome_set longer;
        for (const std::string& o : s) {
            longer.insert(o + "0");
            longer.insert(o + "1");
        }
        s = longer;
    }
    return s;
}

inline outcome_set all_but(int n, const outcome_set& excluded) {
    outcome_set s = all(n);
    for (const std::string& o : excluded)
        s.erase(o);
    return s;
}

} // namespace litmus

/// A failed comparison shows the outcomes.
template <>
struct doctest::StringMaker<litmus::outcome_set> {
    static doctest::String convert(const litmus::outcome_set& s) {
        return fmt::format("{{{}}}", fmt::join(s, ", ")).c_str();
    }
};
