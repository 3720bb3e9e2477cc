// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "executions.hpp"

#include <string>

namespace wbsync::litmus {

/// Why the model forbids what it was asked about last: the axiom, and a cycle of the relations that
/// the axiom is made of, under the model's names, such as "happens-before: write x=1 (P0, line 3)
/// -wmb-> write y=1 (P0, line 5) -rfe-> …". The cycle ends where it begins. For its cost see
/// engine::lkmm::witness().
std::string describe_cycle(const litmus_test& test, const executions& of,
                           engine::lkmm::axiom broken);

} // namespace wbsync::litmus
