// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

#include <set>
#include <vector>

namespace wbsync::litmus {

/// An action of a thread, as far as its order with other actions matters.
struct event {
    const builtin* function = nullptr; ///< nullptr: a plain access, or a branch
    const expression* source = nullptr;
    const statement* plain_store = nullptr;
    position at;
    int site = -1;
    int location = -1; ///< -1: none, or any
    bool any_location = false;
    bool reads = false;
    bool writes = false;
    bool waits = false;     ///< a loop that waits
    bool branches = false;  ///< an if: it uses its operands
    std::set<int> operands; ///< numbers of the loads on which its address and value depend
    std::set<int> address;  ///< the loads on which its address depends
    std::set<int> control;  ///< loads that decide whether it is executed
    std::vector<int> arms;  ///< the branches that it is in

    [[nodiscard]] bool is_plain() const { return function == nullptr && !branches; }
};

/// The events of a thread in program order; the two arms of a branch come one after the other.
std::vector<event> events_of(const process& p);

/// before[i][j], for i < j: event i is performed before event j, by LKMM's preserved program order.
std::vector<std::vector<bool>> preserved_order(const std::vector<event>& events);

} // namespace wbsync::litmus
