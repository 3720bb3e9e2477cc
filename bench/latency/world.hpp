// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/writeback/isw.hpp"

#include <cstddef>

namespace wbsync::bench {

using namespace models::writeback;

/// The world in which the versions of the protocol run here. It has many wbs, which the bounded
/// system of the model checker leaves out: they come and go with their cgroups.
struct churning_world {
    atomic_t isw_nr_in_flight{"isw_nr_in_flight"};
    workqueue_struct isw_wq{"isw_wq"};
    workqueue_struct cgwb_release_wq{"cgwb_release"};
    question about = question::umount;

    /// The wb of the cgroup that the calling thread belongs to.
    static inline thread_local bdi_writeback* current_cgwb = nullptr;
};

template <class Init>
inode_switch_wbs_context* wb_get_create(churning_world& in, Init init) {
    bdi_writeback& wb = *in.current_cgwb;
    if (!wb_tryget(wb))
        return nullptr;
    return kmalloc<inode_switch_wbs_context>("isw", "isw", wb, init);
}

inline bdi_writeback& old_wb_of(churning_world&, const inode_switch_wbs_context& isw) {
    return *READ_ONCE(isw.inodes.front()->i_wb);
}
inline void wb_put_many(churning_world&, bdi_writeback& old_wb, std::size_t n) {
    for (; n != 0; --n)
        wb_put(old_wb);
}

/// Wakes background_thread(), which has nothing to do until then.
inline void on_switched(churning_world&, inode& i) {
    smp_mb();
    wake_up_var(i.i_state);
}

inline void rest_if_asked(churning_world&) {}

} // namespace wbsync::bench
