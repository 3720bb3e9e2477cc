// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "goal.hpp"
#include "reordering.hpp"
#include "writers.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace wbsync::litmus {

/// The start of a read-side section, or of a grace period, numbered among those of its thread in
/// the domain.
struct rcu_event {
    static constexpr int rcu = -1; ///< the domain of plain RCU, not of SRCU

    int process;
    int domain;
    int which;
    bool section;

    auto operator<=>(const rcu_event&) const = default;
};

/// One such start that comes before another one, of the other kind.
struct ordered_events {
    rcu_event first;
    rcu_event second;
};

/// What was learnt from executions that get stuck before they meet the goal: orders of sections and
/// grace periods that no execution which meets the goal can have. If no order is left, there is no
/// such execution.
class conflicts {
public:
    conflicts(const litmus_test& test, const reordering& reordered, const goal& towards);

    /// Is there anything to learn?
    [[nodiscard]] bool can_learn() const noexcept { return !number_.empty(); }
    [[nodiscard]] const writers& stores() const noexcept { return stores_; }

    /// Does every execution that meets the goal have this order?
    [[nodiscard]] bool is_known(const ordered_events& e) const;

    /// An execution that meets the goal does not have all of these orders.
    void learn(const std::vector<ordered_events>& all);

    /// Is every order excluded?
    [[nodiscard]] bool leave_nothing() const noexcept { return nothing_left_; }
    /// True: it is not known whether an order is left.
    [[nodiscard]] bool too_many() const noexcept { return tries_ > max_tries; }
    /// Otherwise: orders that avoid everything learnt so far.
    [[nodiscard]] const std::vector<ordered_events>& to_be_tried() const noexcept { return tried_; }

private:
    static constexpr std::size_t max_events = 64;
    static constexpr int max_tries = 20'000;

    /// reach[a] has bit b: event a comes before event b.
    using order = std::array<std::uint64_t, max_events>;
    struct pair {
        int first;
        int second;
    };

    static bool add(order& o, int before, int after);
    static bool has(const order& o, int before, int after);
    bool some_order_left(const order& so_far, std::size_t from);

    writers stores_;
    std::map<rcu_event, int> number_;
    std::vector<rcu_event> events_;         ///< by number
    order known_{};                         ///< of every execution that meets the goal
    std::vector<std::vector<pair>> learnt_; ///< each: one of these has to be the other way round
    std::vector<ordered_events> tried_;
    int tries_ = 0;
    bool nothing_left_ = false;
};

} // namespace wbsync::litmus
