// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/cgwb/release.hpp"

namespace wbsync::models::cgwb {

/// How sync(2) takes a reference on a wb that it has found.
enum class pins : std::uint8_t {
    wb_get,    ///< before 1ba1199ec574: even if none is left
    wb_tryget, ///< 1ba1199ec574: only if one is left
};

/// sync(2) walks the wbs of a bdi under RCU, and keeps a wb when it has to wait: the fallback of
/// bdi_split_work_to_wbs() when there is no memory for a request. fs/fs-writeback.c. Since
/// 1ba1199ec574 (6.3) it takes a reference only if one is left, and the reference count exists
/// until a grace period has passed (`LateExit`). Before, the count may be freed before the wb is.
template <pins How, bool LateExit>
class split_work {
public:
    explicit split_work(const release_bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        constexpr release_order order{.late_exit = LateExit, .leaves_list_before = true};
        add_release_threads<order>(all_, bounds_, s);
        s.thread("sync", [this] { bdi_split_work_to_wbs(); });
        rcu_callback_thread(s);
    }

private:
    void bdi_split_work_to_wbs() {
        bdi_writeback* last_wb = nullptr;
        rcu_read_lock();
        for (bdi_writeback* wb : list_for_each_entry_rcu<bdi_writeback>(all_.wb_list)) {
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

    /// Takes a reference, unless none is left.
    static bool pin(bdi_writeback& wb) {
        if constexpr (How == pins::wb_tryget)
            return wb_tryget(wb);
        wb_get(wb);
        return true;
    }

    static void put(bdi_writeback* wb) {
        if (wb != nullptr)
            wb_put(*wb);
    }

    /// wb_queue_work() and wb_wait_for_completion(): it only matters that they use the wb.
    static void wait_for_work_of(bdi_writeback& wb) {
        might_sleep("wb_wait_for_completion");
        static_cast<void>(test_bit(WB_registered, wb.state));
    }

    dying_wbs all_;
    release_bounds bounds_;
};

} // namespace wbsync::models::cgwb
