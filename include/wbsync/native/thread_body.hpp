// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/native/rcu/flavour.hpp>

#include <exception>
#include <utility>

namespace wbsync::native {

/// Leaves everything that the thread is inside of, so that nobody waits for it.
inline void leave_everything(thread_record& t) noexcept {
    for (int n = t.rcu_nesting + t.preempt_nesting; n != 0; --n)
        rcu_flavour::read_unlock();
    t.rcu_nesting = t.preempt_nesting = t.spinlocks = t.callbacks = t.mutexes = t.srcu_nesting = 0;
    t.holds.clear();
    t.work = nullptr;
    t.wq = nullptr;
}

inline void note_exception(const char* what) {
    note_violation("exception", what, {});
    run_state::current()->stop();
}

/// Runs a part of the model. False: it has thrown an exception, which ends the run.
template <class Body>
bool ends_well(Body body) noexcept {
    try {
        body();
        return true;
    } catch (const stopped&) { // the run is over already
    } catch (const std::exception& e) {
        note_exception(e.what());
    } catch (...) {
        note_exception("not derived from std::exception");
    }
    return false;
}

/// Checks that the thread has left what it has entered.
inline void expect_nothing_held(const thread_record& t) {
    if (t.is_atomic())
        violated("misuse",
                 fmt::format("{} ends inside of {} (since {})", t.name.str(), t.atomic_because(),
                             t.atomic_since.str()),
                 t.atomic_since);
    if (t.srcu_nesting != 0)
        violated("misuse", t.name.str() + " ends inside of an SRCU read-side section", {});
    if (!t.holds.empty() || t.mutexes != 0)
        violated("misuse", t.name.str() + " ends and still holds a mutex or a semaphore", {});
}

/// Runs a piece of the model, a thread, a work or a callback: exceptions end here.
template <class Body>
void run_guarded(thread_record& t, Body body) noexcept {
    const bool fine = ends_well([&] {
        body();
        expect_nothing_held(t);
    });
    if (!fine)
        leave_everything(t);
}

/// Makes the calling thread a thread of the run while `body` runs.
template <class Body>
void as_thread(thread_record& t, Body body) {
    this_thread = &t;
    rcu_flavour::register_thread();
    body();
    rcu_flavour::unregister_thread();
    this_thread = nullptr;
    t.ended.store(true, std::memory_order_release);
}

/// Starts a thread that serves the run.
template <class Body>
thread_record& start_server(run_state& run, const label& name, Body body) {
    thread_record& t = run.add(name, thread_kind::server);
    t.thread = std::thread([&t, body = std::move(body)] { as_thread(t, body); });
    return t;
}

} // namespace wbsync::native
