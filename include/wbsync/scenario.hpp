// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/scenario.hpp>
#else

#include <wbsync/engine/execution.hpp>

#include <type_traits>
#include <utility>

namespace wbsync {

/// A model describes its threads to it. A model is any struct with a member function `void
/// threads(scenario&)`, and, if it wants to look at the end of each execution, `void finally()`. It
/// is built anew for every execution.
class scenario {
public:
    explicit scenario(engine::execution& run) : run_(run) {}

    /// A thread of the model: a lambda that runs once. The name must live as long as the model. If
    /// the thread waits for something that can no longer come, the finding has this `property`.
    template <class Body>
    void thread(const label& name, Body body, const char* property = "deadlock") {
        run_.add_thread(name, std::move(body), engine::thread_kind::ordinary, property);
    }

    /// `n` threads name[0] … name[n-1]. A body that takes a number gets that of its thread. A body
    /// that takes none makes the threads symmetric: executions that differ only in which thread is
    /// which are explored once. Then the code must be the same for all threads and must not find
    /// out which thread it runs in (say, by counting in the model's own variables), and the model
    /// must have no use for that.
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
    /// The execution is over when only daemons are left, all waiting in await_work(). Then that
    /// returns false, and they return. A daemon that waits for ever anywhere else is a deadlock
    /// like others.
    template <class Body>
    void daemon(const label& name, Body body) {
        run_.add_thread(name, std::move(body), engine::thread_kind::daemon);
    }

private:
    engine::execution& run_;
};

} // namespace wbsync

#endif
