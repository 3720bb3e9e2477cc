// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/memory/might_sleep.hpp>
#else

#include <wbsync/engine/execution.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace wbsync {

namespace detail {

/// What each thread is inside of, innermost last: RCU read-side sections, callbacks, spinlocks. For
/// most of these, the thread may not sleep.
class atomic_context final : public engine::extension {
public:
    struct reason {
        const char* what;  ///< "an RCU read-side critical section", "spinlock"
        const label* name; ///< of the lock; nullptr: it has none
        site where;        ///< where it began
        bool may_sleep = false;

        [[nodiscard]] std::string str() const;
    };

    static atomic_context& of(engine::execution& run) { return run.get<atomic_context>(); }

    void reset() override;

    void enter(const engine::execution& run, const reason& why) { of_[run.self()].push_back(why); }

    /// Leaves the innermost context of that kind and name, if there is one.
    void leave(const engine::execution& run, const char* what, const label* name = nullptr);

    /// The innermost context in which the current thread may not sleep; nullptr: it may sleep.
    [[nodiscard]] const reason* against_sleeping(const engine::execution& run) const;

    /// Runs `body`, which has to leave every context that it enters; otherwise finding "misuse" of
    /// `who()`.
    template <class F, class Name>
    void expect_balanced(engine::execution& run, F body, Name who) {
        const std::size_t before = of_[run.self()].size();
        body();
        const auto& mine = of_[run.self()];
        if (mine.size() > before)
            returns_inside(run, mine.back(), who());
    }

private:
    static void returns_inside(engine::execution& run, const reason& of, const std::string& who);

    engine::per_thread<std::vector<reason>> of_;
};

} // namespace detail

/// Says that `verb`, called at `at`, can sleep. Every primitive that can sleep calls this first,
/// whether it has to wait this time or not. Inside of an RCU read-side section or under a spinlock:
/// finding "misuse". A section of SRCU does not matter. Not a step, no ordering, does not block.
/// Like might_sleep() of include/linux/kernel.h with CONFIG_DEBUG_ATOMIC_SLEEP; with preemptible
/// RCU it is the rule of Documentation/RCU/checklist.rst, which the kernel itself checks only in
/// part.
void might_sleep(const char* verb = "might_sleep", const site& at = site::here());

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/memory/might_sleep_inl.hpp>
#endif

#endif
