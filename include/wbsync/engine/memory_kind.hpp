// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace wbsync::engine {

/// Which stores may a load read? `sc`: the newest, and every access synchronises. `weak`: RC11
/// without load buffering (Lahav et al., "Repairing sequential consistency in C/C++11", PLDI
/// 2017), with modification order as executed.
enum class memory_kind : std::uint8_t { sc, weak };

} // namespace wbsync::engine
