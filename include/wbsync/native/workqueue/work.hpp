// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/native/workqueue/pool.hpp>
#include <wbsync/scenario.hpp>

#include <functional>
#include <memory>
#include <utility>

// As <wbsync/workqueue/work.hpp>. Any kworker of the run can serve any work.

namespace wbsync {

class work_struct {
public:
    work_struct(const label& name, std::function<void(work_struct&)> function,
                const site& /*at*/ = site::here())
        : state_(std::make_shared<native::work_state>(name, *this, std::move(function))) {}

    work_struct(workqueue_struct& /*wq*/, const label& name,
                std::function<void(work_struct&)> function, const site& at = site::here())
        : work_struct(name, std::move(function), at) {}

    work_struct(const work_struct&) = delete;
    work_struct& operator=(const work_struct&) = delete;

    /// Is the work pending or running?
    [[nodiscard]] bool busy(const site& /*at*/ = site::here()) const {
        return native::run_state::current() != nullptr && native::worker_pool::get().busy(*state_);
    }

    [[nodiscard]] const std::shared_ptr<native::work_state>& state() const noexcept {
        return state_;
    }

private:
    std::shared_ptr<native::work_state> state_;
};

/// Does nothing: there is always a kworker.
inline void spare_kworkers(scenario&, int /*n*/, int /*threads*/ = 1,
                           const site& /*at*/ = site::here()) {}

inline bool work_pending(const work_struct& work, const site& at = site::here()) {
    return (atomic_read(work.state()->data, at) & native::work_state::is_pending) != 0;
}

} // namespace wbsync
