// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>

#include <utility>

namespace wbsync::engine {

/// What each thread knows. Views follow Kang et al., "A promising semantics for relaxed-memory
/// concurrency" (POPL 2017): what happens before the next operation, what an acquire fence would
/// add, and what a relaxed store passes on since the last release fence.
///
/// Locks, grace periods and whatever else synchronizes by other means than variables use these
/// functions to learn and to pass on. Each is O(threads).
class thread_views {
public:
    [[nodiscard]] const view& now(thread_id t) const noexcept { return views_[t].now; }

    /// Does what `by` did at `when` happen before the next plain access of `t`?
    [[nodiscard]] bool comes_before_plain(thread_id t, thread_id by, timestamp when) const noexcept;

    /// What `t` knows, including what it has read but not acquired: all that has been "propagated
    /// to its CPU". This orders what control-depends on those reads, such as freeing memory.
    [[nodiscard]] view propagated(thread_id t) const;

    /// Everything that `what` covers comes before whatever `t` does from now on.
    void learn(thread_id t, const view& what);

    /// The same, but for the atomic accesses of `t` alone; for plain ones only after its next
    /// acquire.
    void learn_but_for_plain(thread_id t, const view& what);

    /// `t` learns `what`, and passes it on with its relaxed stores as well.
    void receive_strongly(thread_id t, const view& what);

    /// Stores of `t` from now on pass on that they come after the stores that `by` did until
    /// `when`: after these alone, whatever else `by` did or knew.
    void pass_on_stores(thread_id t, thread_id by, timestamp when);

    /// Calls `access`, one step of `t`, which comes after `known` because it depends on it; what
    /// follows in `t` does not.
    template <class F>
    void after_dependency(thread_id t, const view& known, F access) {
        view& now = views_[t].now;
        const view before = now;
        now.join(known);
        access();
        const timestamp epoch = now.clock[t];
        now = before;
        now.clock[t] = epoch;
    }

    /// Calls `load`, one step of `t`, and returns the message of the store that it read.
    template <class F>
    view message_read_by(thread_id t, F load) {
        const view before = std::exchange(views_[t].read, {});
        load();
        const view message = views_[t].read;
        views_[t].read.join(before);
        return message;
    }

    /// Thread `t` continues with what `other` knows now, as if it were a part of it. What `other`
    /// does later is not known to `t`.
    void continue_from(thread_id t, thread_id other);

    /// `t` comes after everything that `other` did, as if `t` had done it itself.
    void continue_after(thread_id t, thread_id other);

    /// Ends the epoch of `t`: what it does from now on is not covered by views taken before.
    void tick(thread_id t) { ++views_[t].now.clock[t]; }

    /// The current point of `t`, for a fence that is to order what came before it.
    [[nodiscard]] view point(thread_id t);

    // --- fences that order by views alone -------------------------------------------------------

    void acquire_fence(thread_id t);

    void release_fence(thread_id t);

protected:
    struct thread_view {
        view now;                ///< what happens before the next operation
        view read;               ///< messages of the stores read so far
        view passed;             ///< `now` as of the last release fence
        bool quiet = false;      ///< no access since the last full fence
        bool plain_lags = false; ///< plain accesses come after less than `now`: see `plain`
        vector_clock plain;
    };

    thread_views() = default;
    ~thread_views() = default;

    /// `t` is about to learn `what` from something that is not a variable; `strongly`: it will pass
    /// that on with its relaxed stores as well. For models that keep more than views.
    virtual void comes_after(thread_id /*t*/, const view& /*what*/, bool /*strongly*/) {}

    void begin_views(int threads);

    [[nodiscard]] thread_view& of(thread_id t) noexcept { return views_[t]; }
    /// What only the loads of `t` know, from smp_rmb(), under models that distinguish loads and
    /// stores.
    [[nodiscard]] const view& known_to_loads_alone(thread_id t) const noexcept { return loads_[t]; }
    void tell_loads(thread_id t, const view& what) {
        loads_[t].join(what);
        any_loads_ = true;
    }

    [[nodiscard]] static const vector_clock& plain_clock(const thread_view& v) noexcept {
        return v.plain_lags ? v.plain : v.now.clock;
    }

    /// A fence may have an effect again from now on.
    static void stir(thread_view& v) { v.quiet = v.quiet && mutated(mutant::quiet_for_ever); }

private:
    per_thread<thread_view> views_;
    per_thread<view> loads_;
    bool any_loads_ = false; ///< some of these are not empty
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/thread_views_inl.hpp>
#endif
