// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/slab.hpp>
#include <wbsync/native/rcu/callback_list.hpp>
#include <wbsync/rcu/rcu.hpp>
#include <wbsync/scenario.hpp>

#include <functional>
#include <utility>

// As <wbsync/rcu/callbacks.hpp>. All CPUs share one list: callbacks are invoked in the order in
// which they were queued, which the kernel does not promise.

namespace wbsync {

namespace native {

class rcu_callbacks final : public service {
public:
    rcu_callbacks()
        : list_("rcu_callbacks", [] { synchronize_rcu("rcu_do_batch", site::here()); }) {}

    [[nodiscard]] bool is_idle() override { return list_.is_idle(); }
    void quit() override { list_.quit(); }

    /// nullptr: the model did not declare them.
    static callback_list& get(const char* verb, const site& at) {
        run_state* const run = run_state::current();
        if (run == nullptr || !run->running)
            violated("misuse", fmt::format("{}() can only be used by a thread of the model", verb),
                     at);
        auto& self = run->get<rcu_callbacks>();
        if (!self.served)
            violated("misuse",
                     fmt::format("{}() needs the callback thread: call rcu_callback_thread(s) in "
                                 "threads()",
                                 verb),
                     at);
        return self.list_;
    }
    static callback_list& any() { return run_state::current()->get<rcu_callbacks>().list_; }

    bool served = false;

private:
    callback_list list_;
};

inline void rcu_barrier(callback_kind kind, const char* verb, const site& at) {
    might_sleep(verb, at);
    if (run_state::current() != nullptr)
        rcu_callbacks::any().barrier(kind, verb, at);
}

} // namespace native

/// Declares that the model uses call_rcu().
inline void rcu_callback_thread(scenario&, int /*cpus*/ = 1, const site& /*at*/ = site::here()) {
    native::run_state::current()->get<native::rcu_callbacks>().served = true;
}

inline void call_rcu(rcu_head& head, std::function<void()> callback,
                     const site& at = site::here()) {
    native::rcu_callbacks::get("call_rcu", at)
        .add(head, std::move(callback), native::callback_kind::function, "call_rcu", at);
}

inline void rcu_barrier(const site& at = site::here()) {
    native::rcu_barrier(native::callback_kind::function, "rcu_barrier", at);
}

template <class T, class Base>
void kfree_rcu(T* object, rcu_head Base::*head, const site& at = site::here()) {
    if (object == nullptr)
        return;
    native::rcu_callbacks::get("kfree_rcu", at)
        .add(
            object->*head, [object, at] { kfree(object, at); }, native::callback_kind::free,
            "kfree_rcu", at);
}

inline void kvfree_rcu_barrier(const site& at = site::here()) {
    native::rcu_barrier(native::callback_kind::free, "kvfree_rcu_barrier", at);
}

} // namespace wbsync
