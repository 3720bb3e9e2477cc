// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/mount/at_e0d99540489b.hpp"

/// A commit with one promise less, or half of it: which of them was missing?
namespace wbsync::models::mounts {

/// Two who see that no reference is left both clean up.
class doomed_twice : public at_48a066e72d97 {
protected:
    bool may_doom(const mount&) override { return true; }
};

/// 119e1ef80ecf without its barriers.
class legitimize_locked : public at_119e1ef80ecf {
protected:
    void mb_in_legitimize() override {}
    void mb_in_mntput() override {}
};

/// 119e1ef80ecf without the second look at the mount.
class legitimize_mb : public at_119e1ef80ecf {
protected:
    walk after_a_change(mount& m) override { return at_48a066e72d97::after_a_change(m); }
};

/// 119e1ef80ecf with one barrier only.
class no_mb_in_legitimize : public at_119e1ef80ecf {
protected:
    void mb_in_legitimize() override {}
};
class no_mb_in_mntput : public at_119e1ef80ecf {
protected:
    void mb_in_mntput() override {}
};

/// 250cf3693060 on top of 119e1ef80ecf: all but the barrier of 65781e19dcfc.
class no_mb_in_do_umount : public at_250cf3693060 {
protected:
    void mb_in_do_umount() override {}
};

/// Umount drops the tree's reference without a grace period.
class no_grace_period : public at_250cf3693060 {
protected:
    void wait_for_walkers_and_puts() override {}
};

/// Gets and puts apart, summed up in the wrong order.
class gets_first : public at_7eb84d54fac5 {
protected:
    std::int64_t mnt_get_count(mount& m) override {
        const std::int64_t gets = per_cpu_sum(m.mnt_gets);
        mb_in_sum();
        return gets - per_cpu_sum(m.mnt_puts);
    }
};

/// In the right order, without one of the two barriers.
class no_mb_in_sum : public at_7eb84d54fac5 {
protected:
    void mb_in_sum() override {}
};
class no_wmb_in_mntput : public at_7eb84d54fac5 {
protected:
    void wmb_in_fast_mntput() override {}
};

} // namespace wbsync::models::mounts
