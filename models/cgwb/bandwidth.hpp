// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/cgwb/objects.hpp"

#include <wbsync/bounds.hpp>

namespace wbsync::models::cgwb {

WBSYNC_BOUNDS(bandwidth_bounds, (writebacks, 1, 1, 4, "that end while the device goes"));

/// When the end of a write sets the timer.
enum class sets_timer : std::uint8_t {
    always,        ///< before f87904c07551
    if_registered, ///< WB_registered is tested without the lock: it may be cleared before the timer
                   ///< is set
    under_lock,    ///< f87904c07551
};

/// The device goes away while pages are under writeback: wb_shutdown() in mm/backing-dev.c against
/// wb_inode_writeback_end() in mm/page-writeback.c, which starts a timer to estimate the bandwidth.
/// Since f87904c07551 (6.0; CVE-2022-49995) the timer is only set while the wb is registered, under
/// the lock under which that ends.
template <sets_timer When>
class bandwidth {
public:
    explicit bandwidth(const bandwidth_bounds& b)
        : bounds_(b), under_writeback_("under_writeback", b.writebacks) {}

    void threads(scenario& s) {
        wb_ = kmalloc<bdi_writeback>({"wb", "P3"}, "wb", [this](bdi_writeback& wb) {
            wb.bw_dwork.emplace(bdi_wq_, label{wb.name, "bw_dwork"},
                                [this](work_struct&) { wb_update_bandwidth_workfn(); });
        });
        s.threads("end_io", bounds_.writebacks, [this] { end_io(); });
        s.thread("bdi_unregister", [this] { bdi_unregister(); });
    }

private:
    /// In an interrupt: one page fewer is under writeback.
    void wb_inode_writeback_end(bdi_writeback& wb) {
        unsigned long flags = 0;
        if constexpr (When == sets_timer::under_lock)
            spin_lock_irqsave(wb.work_lock, flags);
        if (When == sets_timer::always || test_bit(WB_registered, wb.state))
            queue_delayed_work(bdi_wq_, *wb.bw_dwork, 1);
        if constexpr (When == sets_timer::under_lock)
            spin_unlock_irqrestore(wb.work_lock, flags);
    }

    void end_io() {
        wb_inode_writeback_end(*wb_);
        smp_mb__before_atomic();
        atomic_dec(under_writeback_); // folio_end_writeback(): waiters for the page go on
    }

    void wb_update_bandwidth_workfn() { static_cast<void>(READ_ONCE(wb_->state)); }

    /// The device is gone. Then the last inode goes away, which waits for its pages, and so does
    /// the wb.
    void bdi_unregister() {
        wb_shutdown(*wb_);
        await_acquire(under_writeback_, [](std::int64_t pages) { return pages == 0; });
        kfree(wb_);
    }

    static void wb_shutdown(bdi_writeback& wb) {
        spin_lock_irq(wb.work_lock);
        clear_bit(WB_registered, wb.state);
        spin_unlock_irq(wb.work_lock);
        flush_delayed_work(*wb.bw_dwork);
    }

    workqueue_struct bdi_wq_{"bdi_wq"};
    bandwidth_bounds bounds_;
    atomic_t under_writeback_; ///< not in the kernel: pages with PG_writeback
    bdi_writeback* wb_ = nullptr;
};

} // namespace wbsync::models::cgwb
