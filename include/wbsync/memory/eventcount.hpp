// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>

namespace wbsync::detail {

/// An eventcount, as Reed and Kanodia named it (CACM 22(2), 1979): how many events have happened so
/// far, one after the other, such as works queued or callbacks invoked. Each event is a step, and
/// so is reading the count; these two are ordered. Waiting for the n-th event is not ordered with
/// later events: once it has happened, it has happened. Such a wait conflicts with nothing and
/// costs no execution.
class eventcount {
public:
    eventcount(engine::location& x, std::uint64_t stamp) : x_(&x), value_(x, stamp) {}

    /// A step in which an event may happen: it calls `happens`, which says whether it does.
    /// Release, for those who wait for the event or read the count.
    template <class F>
    void add_if(F happens, const char* verb, const site& at) {
        value_.update([&](std::int64_t n) { return happens() ? n + 1 : n; }, memory_order::release,
                      verb, at);
    }
    /// One more event.
    void add(const char* verb, const site& at);

    /// Reads the count. Acquire.
    [[nodiscard]] std::int64_t now(const char* verb, const site& at) const {
        return value_.load_newest(memory_order::acquire, verb, at);
    }
    /// Reads the count from outside of the execution.
    [[nodiscard]] std::int64_t newest(const site& at) const { return value_.newest(at); }

    /// Blocks until the n-th event has happened. Acquire, of that event and all before it. False:
    /// the thread, a daemon that is `idle` here, has to quit.
    bool wait_for(std::int64_t n, const char* verb, const site& at, bool idle = false) const;

private:
    /// The count has reached `n`. It never goes down.
    class reached final : public engine::guard {
    public:
        reached(const engine::location& x, std::int64_t n, const char* verb)
            : x_(x), n_(n), verb_(verb) {}

        [[nodiscard]] bool enabled() const override { return x_.value() >= n_; }
        [[nodiscard]] bool enabled_without(const engine::removed_steps&) const override {
            return false;
        }
        [[nodiscard]] std::string waits_for() const override;

        /// The store that made it `n`.
        [[nodiscard]] int store() const;

    private:
        const engine::location& x_;
        std::int64_t n_;
        const char* verb_;
    };

    void learn(engine::execution& run, int reached_by, const char* verb, const site& at) const;

    engine::location* x_;
    engine::variable value_;
};

} // namespace wbsync::detail

#include <wbsync/memory/eventcount_inl.hpp>
