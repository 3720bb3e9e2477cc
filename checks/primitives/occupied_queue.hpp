// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

namespace primitives {

/// An ordered queue whose first work does not end before it is told to: what is queued after it
/// waits for its turn. No local class: clang++ 14 mixes up the lambdas in the initializers of one.
struct occupied_queue {
    wbsync::workqueue_struct wq = wbsync::alloc_ordered_workqueue("wq");
    wbsync::atomic_t go{"go"};
    wbsync::work_struct first{
        wq, "first", [this](wbsync::work_struct&) { await(go, [](auto v) { return v == 1; }); }};
};

} // namespace primitives
