// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/work.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

// As <wbsync/workqueue/workqueue.hpp>.

namespace wbsync {

/// Only a use that actually comes after destroy_workqueue() is found.
class workqueue_struct {
public:
    enum class order : std::uint8_t { none, ordered };

    explicit workqueue_struct(const label& name, int max_active = 0, order how = order::none,
                              const char* property = "use-after-free")
        : name_(name), ordered_(how == order::ordered),
          state_(std::make_shared<native::queue_state>(name, ordered_ ? 1 : max_active, property)) {
    }
    workqueue_struct(const workqueue_struct&) = delete;
    workqueue_struct& operator=(const workqueue_struct&) = delete;

    /// Does nothing: any work can be queued.
    void add(work_struct& /*work*/, const site& /*at*/ = site::here()) {}

    [[nodiscard]] const label& name() const noexcept { return name_; }
    [[nodiscard]] bool ordered() const noexcept { return ordered_; }
    [[nodiscard]] const std::shared_ptr<native::queue_state>& state() const noexcept {
        return state_;
    }

    void use(const char* verb, const site& at) const { state_->use(verb, at); }
    void destroy() { state_->destroyed.store(true, std::memory_order_relaxed); }

private:
    label name_;
    bool ordered_;
    std::shared_ptr<native::queue_state> state_;
};

inline workqueue_struct alloc_workqueue(const label& name, int max_active = 0) {
    return workqueue_struct(name, max_active);
}
inline workqueue_struct alloc_ordered_workqueue(const label& name) {
    return workqueue_struct(name, 1, workqueue_struct::order::ordered);
}

namespace native {

/// The current thread is about to wait for the work, or for a work of the queue: violation if that
/// is itself.
inline void expect_not_inside(const work_state* w, const workqueue_struct* wq, const char* verb,
                              const site& at) {
    const thread_record* const t = me();
    if (t != nullptr && t->work != nullptr && (t->work == w || t->wq == wq))
        violated("deadlock", fmt::format("{} by the function of a work waits for itself", verb),
                 at);
}

} // namespace native

/// Two steps: sets PENDING, and puts the work on its queue.
inline bool queue_work(workqueue_struct& wq, work_struct& work, const site& at = site::here()) {
    wq.use("queue_work", at);
    const auto w = work.state(); // NOLINT: a copy, the work may be gone before this returns
    const auto q = wq.state();
    const std::int64_t number = w->set_pending();
    if (number != 0)
        native::worker_pool::get().insert(w, &wq, q, number, at);
    return number != 0;
}

inline bool flush_work(const work_struct& work, const site& at = site::here()) {
    might_sleep("flush_work", at);
    const auto w = work.state(); // NOLINT: a copy, the work may be gone before this returns
    native::expect_not_inside(w.get(), nullptr, "flush_work", at);
    return native::worker_pool::get().flush(w, "flush_work", at);
}

inline void flush_workqueue(workqueue_struct& wq, const site& at = site::here()) {
    might_sleep("flush_workqueue", at);
    wq.use("flush_workqueue", at);
    native::expect_not_inside(nullptr, &wq, "flush_workqueue", at);
    native::worker_pool::get().flush(wq.state(), "flush_workqueue", at);
}

} // namespace wbsync
