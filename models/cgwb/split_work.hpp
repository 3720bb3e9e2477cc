// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/cgwb/release.hpp"

namespace wbsync::models::cgwb {

/// sync(2) goes through the wbs of a bdi under RCU, and keeps the one at which it has to wait: the
/// fallback of bdi_split_work_to_wbs() when there is no memory for a request. fs/fs-writeback.c, as
/// of 1ba1199ec574 (6.3): only a wb that has references gets another one, and the reference count
/// is there until a grace period has passed.
class split_work : public release {
public:
    using release::release;

protected:
    const char* walker_name() const override { return "sync"; }

    /// Takes a reference, unless the wb has none any more.
    virtual bool pin(bdi_writeback& wb) { return wb_tryget(wb); }

    void walk() override {
        bdi_writeback* last_wb = nullptr;
        rcu_read_lock();
        for (bdi_writeback* wb : list_for_each_entry_rcu<bdi_writeback>(wb_list)) {
            put(last_wb);
            last_wb = nullptr;
            if (!pin(*wb))
                continue;
            last_wb = wb; // stays on the list as long as we have it
            rcu_read_unlock();
            wait_for_work_of(*wb);
            rcu_read_lock();
        }
        rcu_read_unlock();
        put(last_wb);
    }

private:
    static void put(bdi_writeback* wb) {
        if (wb != nullptr)
            wb_put(*wb);
    }

    /// wb_queue_work() and wb_wait_for_completion(): all that matters is that they use the wb.
    static void wait_for_work_of(bdi_writeback& wb) {
        might_sleep("wb_wait_for_completion");
        static_cast<void>(test_bit(WB_registered, wb.state));
    }
};

/// Before 1ba1199ec574: takes a reference on a wb that may have none any more, and whose reference
/// count may be gone before the wb is.
class split_work_before : public split_work {
public:
    using split_work::split_work;

protected:
    bool pin(bdi_writeback& wb) override {
        wb_get(wb);
        return true;
    }
    bool exits_after_grace_period() const override { return false; }
};

/// One half of the fix: percpu_ref_exit() after the grace period.
class split_work_late_exit_only : public split_work_before {
public:
    using split_work_before::split_work_before;

protected:
    bool exits_after_grace_period() const override { return true; }
};

/// The other half: wb_tryget().
class split_work_tryget_only : public split_work {
public:
    using split_work::split_work;

protected:
    bool exits_after_grace_period() const override { return false; }
};

} // namespace wbsync::models::cgwb
