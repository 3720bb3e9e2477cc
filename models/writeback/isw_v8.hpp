// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw_v7.hpp"

namespace wbsync::models::writeback {

/// e90a6d668e26 (7.2-rc1): v7 without rcu_barrier(), since nothing here uses callbacks any more.
class isw_v8 : public isw_v7 {
public:
    using isw_v7::isw_v7;

protected:
    void wait_until_queued() override { synchronize_rcu(); } // (U4)
};

} // namespace wbsync::models::writeback
