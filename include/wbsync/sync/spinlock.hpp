// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/variable.hpp>

#include <algorithm>
#include <vector>

namespace wbsync {

/// A spinlock. Blocking instead of spinning: a thread that waits is not scheduled.
class spinlock_t {
public:
    explicit spinlock_t(const label& name) : value(name, 0, &show) {}

    engine::variable value; ///< 0, or one more than the number of the thread that holds it

private:
    static std::string show(std::int64_t v) {
        const engine::execution* run = engine::execution::current();
        if (v == 0 || run == nullptr)
            return "free";
        return "held by " + run->thread_name(static_cast<int>(v - 1));
    }
};

namespace detail {

/// Which locks each thread holds.
class held_locks final : public engine::extension {
public:
    void reset() override {
        for (int t = 0; t != engine::max_threads; ++t)
            of_[t].clear();
    }
    void thread_ends(engine::execution& run) override {
        const auto& mine = of_[run.self()];
        if (!mine.empty())
            run.fail("misuse",
                     fmt::format("thread {} ends and still holds {}", run.thread_name(run.self()),
                                 mine.back()->value.name().str()),
                     {});
    }

    void add(engine::execution& run, const spinlock_t& l) { of_[run.self()].push_back(&l); }

    /// False: the thread does not hold it.
    bool remove(engine::execution& run, const spinlock_t& l) {
        auto& mine = of_[run.self()];
        const auto at = std::find(mine.begin(), mine.end(), &l);
        if (at == mine.end())
            return false;
        mine.erase(at);
        return true;
    }

private:
    engine::per_thread<std::vector<const spinlock_t*>> of_;
};

} // namespace detail

/// Takes the lock; blocks while another thread holds it. Acquire. Taking it twice is a deadlock.
/// Documentation/locking/spinlocks.rst.
inline void spin_lock(spinlock_t& l, const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    const std::int64_t me = run == nullptr ? 0 : run->self() + 1;
    l.value.await_update([](std::int64_t v) { return v == 0; }, [me](std::int64_t) { return me; },
                         engine::memory_order::acquire, "spin_lock", at);
    if (run != nullptr && run->running())
        run->get<detail::held_locks>().add(*run, l);
}

/// Takes the lock if it is free. Acquire on success; a failure is a relaxed load.
inline bool spin_trylock(spinlock_t& l, const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    const std::int64_t me = run == nullptr ? 0 : run->self() + 1;
    const bool taken =
        l.value
            .update_if([](std::int64_t v) { return v == 0; }, [me](std::int64_t) { return me; },
                       engine::memory_order::acquire, false, "spin_trylock", at)
            .first;
    if (!taken)
        return false;
    if (run != nullptr && run->running())
        run->get<detail::held_locks>().add(*run, l);
    return true;
}

/// Releases the lock. Release. If the thread does not hold it: finding "misuse".
inline void spin_unlock(spinlock_t& l, const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run != nullptr && run->running() && !run->get<detail::held_locks>().remove(*run, l))
        run->fail("misuse",
                  fmt::format("spin_unlock({}) by {}, which does not hold it", l.value.name().str(),
                              run->thread_name(run->self())),
                  at);
    l.value.store(0, engine::memory_order::release, "spin_unlock", at);
}

/// For the newest value of a lock, in checks about an execution.
inline bool spin_is_locked(const spinlock_t& l, const site& at = site::here()) {
    return l.value.newest(at) != 0;
}

} // namespace wbsync
