// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/native/rcu/flavour.hpp>

#include <exception>
#include <utility>

namespace wbsync::native {

/// Leaves all that the thread is inside of, so that nobody waits for it.
inline void leave_everything(thread_record& t) noexcept {
    for (int n = t.rcu_nesting + t.preempt_nesting; n != 0; --n)
        rcu_flavour::read_unlock();
    t.rcu_nesting = t.preempt_nesting = t.spinlocks = t.callbacks = t.mutexes = 0;
    t.holds.clear();
    t.work = nullptr;
    t.wq = nullptr;
}

/// Runs a piece of the model, a thread, a work or a callback: whatever is thrown ends it here, and
/// what it has entered it must have left.
template <class Body>
void run_guarded(thread_record& t, Body body) noexcept {
    try {
        body();
        if (t.is_atomic() || !t.holds.empty() || t.mutexes != 0)
            violated("misuse",
                     t.is_atomic() ? fmt::format("{} ends inside of {} (since {})", t.name.str(),
                                                 t.atomic_because(), t.atomic_since.str())
                                   : t.name.str() + " ends and still holds a mutex or a semaphore",
                     t.atomic_since);
    } catch (const stopped&) {
        leave_everything(t);
    } catch (const std::exception& e) {
        note_violation("exception", e.what(), {});
        run_state::current()->stop();
        leave_everything(t);
    }
}

/// Makes the calling thread one of the run, for as long as `body` takes.
template <class Body>
void as_thread(thread_record& t, Body body) {
    this_thread = &t;
    rcu_flavour::register_thread();
    body();
    rcu_flavour::unregister_thread();
    this_thread = nullptr;
    t.ended.store(true, std::memory_order_release);
}

/// A thread that serves the run, started now.
template <class Body>
thread_record& start_server(run_state& run, const label& name, Body body) {
    thread_record& t = run.add(name, thread_kind::server);
    t.thread = std::thread([&t, body = std::move(body)] { as_thread(t, body); });
    return t;
}

} // namespace wbsync::native
