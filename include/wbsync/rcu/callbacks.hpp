// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/rcu/callbacks.hpp>
#else

#include <wbsync/memory/slab.hpp>
#include <wbsync/rcu/callback_list.hpp>
#include <wbsync/rcu/rcu.hpp>
#include <wbsync/sched/cpus.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace wbsync {

class scenario;

namespace detail {

/// RCU's callbacks: a list for each CPU that has a daemon.
class rcu_callbacks final : public engine::extension {
public:
    static constexpr int most = nr_cpus;

    void reset() override;

    void serve(int n, const site& at);

    void add(engine::execution& run, rcu_head& head, std::function<void()> callback,
             callback_kind kind, const char* verb, const site& at);

    void barrier(engine::execution& run, callback_kind kind, const char* verb, const site& at);

private:
    /// There is always at least one list, served or not.
    void make(engine::execution& run, int n);

    std::vector<callback_list> lists_;
    bool served_ = false;
};

void call_rcu(rcu_head& head, std::function<void()> callback, callback_kind kind, const char* verb,
              const site& at);

void rcu_barrier(callback_kind kind, const char* verb, const site& at);

} // namespace detail

/// Declares the daemon that runs RCU callbacks; a model that uses call_rcu() calls this in
/// threads(). With `cpus` greater than 1 each CPU has a list and a daemon of its own: callbacks
/// queued on one CPU are invoked in order, those of different CPUs in any order and at the same
/// time. With a single CPU, the default, all callbacks are invoked in order, which the kernel does
/// not promise to threads on different CPUs. kernel/rcu/tree.c.
inline void rcu_callback_thread(scenario&, int cpus = 1, const site& at = site::here()) {
    engine::execution::current()->get<detail::rcu_callbacks>().serve(cpus, at);
}

/// Queues `callback`, to be run by a callback thread after a grace period that starts after this
/// call. Does not block; full barrier before. The callback may not sleep, and has to end the
/// sections that it starts. The head can be used again once the callback runs, even by the callback
/// itself. kernel/rcu/tree.c.
inline void call_rcu(rcu_head& head, std::function<void()> callback,
                     const site& at = site::here()) {
    detail::call_rcu(head, std::move(callback), detail::callback_kind::function, "call_rcu", at);
}

/// Blocks until every callback queued before this call has been invoked, on all CPUs. Not a grace
/// period: with no callbacks queued it returns at once, whatever sections are open. Full barrier
/// before and after (the kernel has them, but does not document them). kernel/rcu/tree.c.
inline void rcu_barrier(const site& at = site::here()) {
    detail::rcu_barrier(detail::callback_kind::function, "rcu_barrier", at);
}

/// Frees `object` after a grace period that starts after this call: kfree_rcu(p, &object::rcu).
/// Does not block. rcu_barrier() does not wait for it, kvfree_rcu_barrier() does: the kernel keeps
/// these objects on lists of their own (since a35d16905efc). mm/slab_common.c.
template <class T, class Base>
void kfree_rcu(T* object, rcu_head Base::*head, const site& at = site::here()) {
    if (object == nullptr)
        return;
    detail::call_rcu(
        object->*head, [object, at] { kfree(object, at); }, detail::callback_kind::free,
        "kfree_rcu", at);
}
template <class T, class Base>
void kfree_rcu(const value<T*>& object, rcu_head Base::*head, const site& at = site::here()) {
    kfree_rcu(static_cast<T*>(object), head, at);
}

/// Blocks until everything given to kfree_rcu() before this call has been freed. mm/slab_common.c
/// (2b55d6a42d14).
inline void kvfree_rcu_barrier(const site& at = site::here()) {
    detail::rcu_barrier(detail::callback_kind::free, "kvfree_rcu_barrier", at);
}

} // namespace wbsync

#include <wbsync/rcu/callbacks_inl.hpp>

#endif
