// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/memory/plain.hpp>
#else

#include <fmt/core.h>
#include <wbsync/engine/scope.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

namespace wbsync {

namespace detail {

struct plain_access {
    int thread = -1; ///< -1: before all threads
    engine::timestamp epoch = 0;
    site where;
};

/// The kinds of two conflicting accesses: "read" or "write".
struct plain_conflict {
    const label& of;
    const char* now;
    const char* then;
};

void note_plain_read(engine::execution& run, const label& name, event_value value, const site& at);
void note_plain_write(engine::execution& run, const label& name, event_value value, const site& at);

/// Finding "data-race" of the current thread with an earlier access.
void fail_race(engine::execution& run, const plain_conflict& two, const plain_access& earlier,
               const site& at);

} // namespace detail

/// An ordinary C variable that threads share. Two accesses of different threads, one of them a
/// write, neither of which happens before the other, are a finding "data-race", in whichever order
/// the run took them. Not a step: without a race, other steps decide its order. A use that comes
/// after its destructor, or is not ordered before it: finding "use-after-scope".
/// tools/memory-model/Documentation/access-marking.txt.
template <class T>
class plain {
public:
    explicit plain(const label& name, T initial = T{})
        : value_(std::move(initial)), name_(name), scope_(name) {
        if (engine::execution* run = engine::execution::current(); run != nullptr)
            owner_ = run->owner();
    }
    plain(const plain&) = delete;
    plain& operator=(const plain&) = delete;

    [[nodiscard]] [[gnu::noinline]] const T& read(const site& at = site::here()) const {
        engine::execution* run = engine::execution::current();
        if (run == nullptr || !enter(*run, "plain read", at))
            return value_;
        const engine::execution::call here(*run);
        run->memory().plain_access(run->self(), this, false);
        expect_before(*run, written_, "read", "write", at);
        reads_[run->self()] = stamp(*run, at);
        run->keeps_in_memory(this, sizeof *this);
        if constexpr (std::is_arithmetic_v<T>)
            run->add_to_history(std::hash<T>{}(value_));
        else
            run->has_effect(); // what a loop does may depend on it
        if (run->recording())
            detail::note_plain_read(*run, name_, show(), at);
        return value_;
    }

    void write(T value, const site& at = site::here()) {
        engine::execution* run = engine::execution::current();
        if (run != nullptr && enter(*run, "plain write", at)) {
            run->evaluates_property(); // a variable that is only read cannot race
            run->has_effect();
            run->memory().plain_access(run->self(), this, true);
            expect_before(*run, written_, "write", "write", at);
            for (int u = 0; u != run->thread_count(); ++u)
                expect_before(*run, reads_[u], "write", "read", at);
            written_ = stamp(*run, at);
        }
        value_ = std::move(value);
        if (run != nullptr && run->running() && run->recording())
            detail::note_plain_write(*run, name_, show(), at);
    }

    /// The value, for checks about an execution rather than inside of it.
    [[nodiscard]] const T& peek() const noexcept { return value_; }

private:
    using access = detail::plain_access;

    bool enter(engine::execution& run, const char* verb, const site& at) const {
        scope_.use(verb, at);
        run.local_step(at);
        run.touches(user_);
        run.access(owner_, verb, at);
        return run.running();
    }

    static access stamp(engine::execution& run, const site& at) {
        return {run.self(), run.memory().now(run.self()).clock[run.self()], at};
    }

    void expect_before(engine::execution& run, const access& earlier, const char* now,
                       const char* then, const site& at) const {
        if (earlier.thread >= 0 &&
            !run.memory().comes_before_plain(run.self(), earlier.thread, earlier.epoch) &&
            run.memory().is_race(run.self()))
            detail::fail_race(run, {name_, now, then}, earlier, at);
    }

    [[nodiscard]] event_value show() const {
        if constexpr (std::is_same_v<T, bool>)
            return value_;
        else if constexpr (std::is_integral_v<T> && std::numeric_limits<T>::digits > 8)
            return number(value_);
        else if constexpr (std::is_arithmetic_v<T>)
            return fmt::format("{}", value_);
        else
            return {};
    }

    /// A value that is too large for a number of a trace is a text.
    template <class Integer>
    static event_value number(Integer value) {
        if (std::in_range<std::int64_t>(value))
            return static_cast<std::int64_t>(value);
        return fmt::format("{}", value);
    }

    T value_;
    label name_;
    const engine::lifetime* owner_ = nullptr;
    access written_;
    mutable engine::per_thread<access> reads_;
    mutable engine::thread_id user_ = -1; ///< see exercise::touches
    engine::scope scope_;
};

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/memory/plain_inl.hpp>
#endif

#endif
