// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw.hpp"

/// Steps that more than one version takes, to be put on top of any of them.
namespace wbsync::models::writeback {

/// The request is counted before all else (S4), (O2), and no later.
template <class Version>
class counted_first : public Version {
public:
    using Version::Version;

protected:
    void announce() override { atomic_inc(this->isw_nr_in_flight); }
    void retract() override { atomic_dec(this->isw_nr_in_flight); }
};

/// Full barriers on both sides: the count before SB_ACTIVE, and SB_ACTIVE before the count.
template <class Version>
class with_barriers : public Version {
public:
    using Version::Version;

protected:
    void mb_in_prepare() override { smp_mb(); } // (1) pairs with (2)
    void mb_in_umount() override { smp_mb(); }  // (2) pairs with (1)
};

/// An RCU read-side section from the check of SB_ACTIVE to the queueing, (S5) to (S9), (O4) to
/// (O8).
template <class Version>
class in_rcu_section : public Version {
public:
    using Version::Version;

protected:
    void begin_section() override { rcu_read_lock(); }
    void end_section() override { rcu_read_unlock(); }
};

} // namespace wbsync::models::writeback
