// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v7.hpp"

namespace wbsync::models::writeback {

/// e90a6d668e26 (7.2-rc1): v7 without rcu_barrier(), since nothing here uses callbacks any more.
template <class World = isw_system>
using isw_v8 = isw_v7<v7_form{.rcu_barrier = false}, World>;

} // namespace wbsync::models::writeback
