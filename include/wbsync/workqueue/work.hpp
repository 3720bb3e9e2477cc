// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/workqueue/work.hpp>
#else

#include <wbsync/workqueue/kworker.hpp>

#include <cstdint>
#include <functional>
#include <utility>

namespace wbsync {

class scenario;

/// A function that a kworker runs; the constructor stands for INIT_WORK(). Works run concurrently,
/// unless their workqueue says otherwise, and one work never runs on two kworkers at once. For that
/// each work has a kworker of its own, a daemon: so it must be a member of the model, or of an
/// object that is allocated when the model is built. A thread that makes works while it runs needs
/// kworkers for them, see spare_kworkers(). A work of an ordered workqueue needs none.
///
/// Its own function may free the work, but nobody else may while it is pending: that is a use after
/// free; a local variable whose scope ends too early is a "use-after-scope".
/// Documentation/core-api/workqueue.rst.
class work_struct {
public:
    work_struct(const label& name, std::function<void(work_struct&)> function,
                const site& at = site::here())
        : work_struct(name, std::move(function), true, at) {}

    /// Also declares that the work is queued on `wq`; see workqueue_struct::add().
    work_struct(workqueue_struct& wq, const label& name, std::function<void(work_struct&)> function,
                const site& at = site::here());

    work_struct(const work_struct&) = delete;
    work_struct& operator=(const work_struct&) = delete;

    ~work_struct();

    /// Is the work pending or running? Seen from outside of the execution.
    [[nodiscard]] bool busy(const site& at = site::here()) const;

    [[nodiscard]] detail::work_state& state(const site& at) const;

private:
    work_struct(const label& name, std::function<void(work_struct&)> function, bool needs_kworker,
                const site& at);

    [[nodiscard]] std::uint64_t seal(std::uint64_t stamp) const noexcept {
        return stamp ^ static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(state_));
    }
    [[nodiscard]] bool belongs_to(const engine::execution& run) const noexcept {
        return seal_ == seal(run.stamp());
    }

    detail::work_state* state_ = nullptr;
    std::uint64_t seal_ = 0; ///< the stamp of its execution, and state_ once more
};

/// Declares `n` kworkers for works that the thread declared last makes while it runs; with
/// `threads`, for each of that many threads declared last. Which kworker serves which work depends
/// only on the thread that makes it. A kworker serves one work.
void spare_kworkers(scenario&, int n, int threads = 1, const site& at = site::here());

/// Is PENDING set? Relaxed. include/linux/workqueue.h.
bool work_pending(const work_struct& work, const site& at = site::here());

} // namespace wbsync

#include <wbsync/workqueue/work_inl.hpp>

#endif
