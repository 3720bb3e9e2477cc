// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/rcu/callback_list.hpp>
#include <wbsync/native/variable.hpp>
#include <wbsync/scenario.hpp>
#include <wbsync/sync/mutex.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

// As <wbsync/rcu/srcu.hpp>; liburcu has no SRCU.

namespace wbsync {

class srcu_struct;

namespace native {

/// The callbacks of all domains that have a thread for them.
class srcu_callbacks final : public service {
public:
    callback_list& add(srcu_struct& ssp, const label& name);

    [[nodiscard]] bool is_idle() override {
        for (const auto& l : lists_)
            if (!l->is_idle())
                return false;
        return true;
    }
    void quit() override {
        for (const auto& l : lists_)
            l->quit();
    }

private:
    std::vector<std::unique_ptr<callback_list>> lists_; // made before threads start
};

} // namespace native

/// A domain of sleepable RCU. It has two counts of open sections: new sections go to the current
/// one, and a grace period makes the other one current and waits until the old one is 0. Before
/// that it waits for the other one: a reader that has read the index long ago may have counted
/// itself there.
class srcu_struct {
public:
    explicit srcu_struct(const label& called, const char* property = "use-after-free")
        : name_(called), property_(property), gp_mutex_({name_, "srcu_gp_mutex"}) {}
    srcu_struct(const srcu_struct&) = delete;
    srcu_struct& operator=(const srcu_struct&) = delete;

    [[nodiscard]] const label& name() const noexcept { return name_; }

    void use(const char* verb, const site& at) const {
        if (dead_.load(std::memory_order_relaxed))
            violated(property_,
                     fmt::format("{}({}) after cleanup_srcu_struct()", verb, name_.str()), at);
    }

    int enter() {
        if (native::thread_record* const t = native::me(); t != nullptr)
            ++t->srcu_nesting;
        const int index = current_.load(std::memory_order_relaxed);
        open_[static_cast<std::size_t>(index)].fetch_add(1, std::memory_order_seq_cst);
        return index;
    }
    void leave(int index, const site& at) {
        if (native::thread_record* const t = native::me(); t != nullptr && t->srcu_nesting-- <= 0)
            violated("misuse",
                     fmt::format("srcu_read_unlock({}, {}) by {}, which is in no section",
                                 name_.str(), index, t->name.str()),
                     at);
        if (index != 0 && index != 1)
            violated("misuse", fmt::format("srcu_read_unlock({}, {})", name_.str(), index), at);
        const int before =
            open_[static_cast<std::size_t>(index)].fetch_sub(1, std::memory_order_seq_cst);
        if (before <= 0)
            violated("misuse",
                     fmt::format("srcu_read_unlock({}, {}) without a section", name_.str(), index),
                     at);
    }

    void synchronize(const char* verb, const site& at) {
        native::full_fence();
        mutex_lock(gp_mutex_, at);
        try {
            const int old = current_.load(std::memory_order_relaxed);
            wait_for(1 - old, verb, at);
            current_.store(1 - old, std::memory_order_seq_cst);
            wait_for(old, verb, at);
        } catch (...) {
            mutex_unlock(gp_mutex_, at);
            throw;
        }
        mutex_unlock(gp_mutex_, at);
        native::full_fence();
        if (native::run_state* run = native::run_state::current(); run != nullptr)
            run->grace_periods.fetch_add(1, std::memory_order_relaxed);
    }

    void cleanup(const site& at) {
        use("cleanup_srcu_struct", at);
        if (open_[0].load() + open_[1].load() != 0)
            violated("misuse",
                     fmt::format("cleanup_srcu_struct({}) while a section is open", name_.str()),
                     at);
        dead_ = true;
    }
    void init() { dead_ = false; }

    native::callback_list* callbacks = nullptr; ///< if somebody invokes them

private:
    void wait_for(int index, const char* verb, const site& at) {
        const auto& open = open_[static_cast<std::size_t>(index)];
        if (open.load(std::memory_order_seq_cst) == 0)
            return;
        const native::waiting here(verb, name_, at);
        for (native::backoff rounds; open.load(std::memory_order_seq_cst) != 0;)
            rounds.pause();
    }

    label name_;
    const char* property_;
    mutex gp_mutex_;
    std::atomic<int> current_{0};
    std::array<std::atomic<int>, 2> open_{};
    std::atomic<bool> dead_{false};
};

inline native::callback_list& native::srcu_callbacks::add(srcu_struct& ssp, const label& name) {
    lists_.push_back(std::make_unique<callback_list>(
        name, [&ssp] { ssp.synchronize("rcu_do_batch", site::here()); }));
    return *lists_.back();
}

[[nodiscard]] inline int srcu_read_lock(srcu_struct& ssp, const site& at = site::here()) {
    native::scheduling_point();
    ssp.use("srcu_read_lock", at);
    return ssp.enter();
}
inline void srcu_read_unlock(srcu_struct& ssp, int index, const site& at = site::here()) {
    native::scheduling_point();
    ssp.use("srcu_read_unlock", at);
    ssp.leave(index, at);
}
inline void synchronize_srcu(srcu_struct& ssp, const site& at = site::here()) {
    might_sleep("synchronize_srcu", at);
    native::scheduling_point();
    ssp.use("synchronize_srcu", at);
    ssp.synchronize("synchronize_srcu", at);
}
inline void synchronize_srcu_expedited(srcu_struct& ssp, const site& at = site::here()) {
    synchronize_srcu(ssp, at);
}

/// Declares that the model uses call_srcu() on the domain.
inline void srcu_callback_thread(scenario&, srcu_struct& ssp) {
    ssp.callbacks = &native::run_state::current()->get<native::srcu_callbacks>().add(
        ssp, label{ssp.name(), "srcu_callbacks"});
}

inline void call_srcu(srcu_struct& ssp, rcu_head& head, std::function<void()> callback,
                      const site& at = site::here()) {
    ssp.use("call_srcu", at);
    if (ssp.callbacks == nullptr)
        violated("misuse",
                 fmt::format("call_srcu() needs the callback thread: call srcu_callback_thread(s, "
                             "{}) in threads()",
                             ssp.name().str()),
                 at);
    ssp.callbacks->add(head, std::move(callback), native::callback_kind::function, "call_srcu", at);
}
inline void srcu_barrier(srcu_struct& ssp, const site& at = site::here()) {
    might_sleep("srcu_barrier", at);
    ssp.use("srcu_barrier", at);
    if (ssp.callbacks != nullptr)
        ssp.callbacks->barrier(native::callback_kind::function, "srcu_barrier", at);
}
inline void cleanup_srcu_struct(srcu_struct& ssp, const site& at = site::here()) {
    might_sleep("cleanup_srcu_struct", at);
    ssp.cleanup(at);
}
inline int init_srcu_struct(srcu_struct& ssp, const site& /*at*/ = site::here()) {
    ssp.init();
    return 0;
}

} // namespace wbsync
