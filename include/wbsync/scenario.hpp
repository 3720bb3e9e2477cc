// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/scenario.hpp>
#else

#include <wbsync/engine/execution.hpp>

#include <type_traits>
#include <utility>

namespace wbsync {

/// What a model is asked to describe: its threads. A model is any struct with a member function
/// `void threads(scenario&)`, and, if it wants to look at the end of each execution, `void
/// finally()`. It is built afresh for every execution.
class scenario {
public:
    explicit scenario(engine::execution& run) : run_(run) {}

    /// A thread of the model: a lambda that runs once. The name must live as long as the model.
    /// When the thread is found waiting for something that can no longer come, the finding carries
    /// `property`.
    template <class Body>
    void thread(const label& name, Body body, const char* property = "deadlock") {
        run_.add_thread(name, std::move(body), engine::thread_kind::ordinary, property);
    }

    /// `n` threads name[0] … name[n-1]. A body that takes a number is given that of its thread. One
    /// that takes none makes them symmetric: executions that differ only in which of them is which
    /// are explored once. It must then be the same code for all, not find out which one it is (say,
    /// by counting in the model's own variables), and the model must have no use for that.
    template <class Body>
    void threads(const label& name, int n, const Body& body) {
        for (int i = 0; i != n; ++i)
            if constexpr (std::is_invocable_v<const Body&, int>)
                thread({name.text, i}, [body, i] { body(i); });
            else
                thread({name.text, i}, body);
        if constexpr (!std::is_invocable_v<const Body&, int>)
            run_.declare_symmetric(n);
    }

    /// A thread that serves the others, in a loop that begins with await_work():
    ///
    ///     s.daemon("server", [this] {
    ///         while (await_work(requests, [](auto n) { return n != 0; }))
    ///             serve(atomic_xchg(requests, 0));
    ///     });
    ///
    /// The execution is over when only daemons are left, all waiting in await_work(); that is false
    /// then, and they return. A daemon that waits for ever anywhere else is a deadlock like others.
    template <class Body>
    void daemon(const label& name, Body body) {
        run_.add_thread(name, std::move(body), engine::thread_kind::daemon);
    }

private:
    engine::execution& run_;
};

} // namespace wbsync

#endif
