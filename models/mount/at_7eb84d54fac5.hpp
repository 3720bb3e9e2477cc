// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/at_250cf3693060.hpp"

namespace wbsync::models::mounts {

/// 7eb84d54fac5 (7.3): gets and puts are counted apart, and puts are summed up first. A put that is
/// in the sum has its get in the sum.
class at_7eb84d54fac5 : public at_250cf3693060 {
protected:
    void mnt_inc_count(mount& m) override { this_cpu_inc(m.mnt_gets); }
    void mnt_dec_count(mount& m) override { this_cpu_inc(m.mnt_puts); }

    std::int64_t mnt_get_count(mount& m) override {
        const std::int64_t puts = per_cpu_sum(m.mnt_puts);
        mb_in_sum();
        return per_cpu_sum(m.mnt_gets) - puts;
    }

    virtual void mb_in_sum() { smp_mb(); }            // (4) pairs with (5)
    void wmb_in_fast_mntput() override { smp_wmb(); } // (5) pairs with (4)
};

} // namespace wbsync::models::mounts
