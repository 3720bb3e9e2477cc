// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/cgwb/release.hpp"

namespace wbsync::models::cgwb {

/// The cleaner goes through the wbs of dying cgroups and has their inodes switched away:
/// cleanup_offline_cgwbs_workfn() in mm/backing-dev.c, as of b43a9e76b4cc (5.14). The wb leaves the
/// list before its reference count goes, so whoever finds it there may try to take a reference.
class offline_list : public release {
public:
    using release::release;

protected:
    const char* walker_name() const override { return "cleaner"; }
    bool exits_after_grace_period() const override { return false; } // it is 5.14

    void walk() override {
        list_head processed{"processed"};
        lock_cgwb(cgwb_lock);
        list_splice_init(offline_cgwbs, processed);
        while (bdi_writeback* wb = list_first_entry_or_null<bdi_writeback>(processed)) {
            list_move(wb->offline_node, offline_cgwbs);
            if (!wb_tryget(*wb))
                continue;
            unlock_cgwb(cgwb_lock);
            cleanup_offline_cgwb(*wb);
            lock_cgwb(cgwb_lock);
            wb_put(*wb);
        }
        unlock_cgwb(cgwb_lock);
    }

private:
    static void cleanup_offline_cgwb(bdi_writeback& wb) {
        spin_lock(wb.list_lock);
        spin_unlock(wb.list_lock);
    }
};

/// Before b43a9e76b4cc: the wb stays on the list with a reference count that is gone.
class offline_list_before : public offline_list {
public:
    using offline_list::offline_list;

protected:
    bool leaves_offline_list_first() const override { return false; }
};

/// With 1ba1199ec574 in place the order would not matter: the count is there as long as the wb.
class offline_list_late_exit : public offline_list_before {
public:
    using offline_list_before::offline_list_before;

protected:
    bool exits_after_grace_period() const override { return true; }
};

} // namespace wbsync::models::cgwb
