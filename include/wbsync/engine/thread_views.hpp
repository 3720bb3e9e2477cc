// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>

#include <utility>

namespace wbsync::engine {

/// What each thread knows. Views follow Kang et al., "A promising semantics for relaxed-memory
/// concurrency" (POPL 2017): what happens before the next operation, what an acquire fence would
/// add, what a relaxed store passes on since the last release fence.
///
/// What synchronises by other means than variables, such as locks and grace periods, learns and
/// passes on by these functions. Each is O(threads).
class thread_views {
public:
    [[nodiscard]] const view& now(thread_id t) const noexcept { return views_[t].now; }

    /// Does what `by` did at `when` happen before the next plain access of `t`?
    [[nodiscard]] bool comes_before_plain(thread_id t, thread_id by, timestamp when) const noexcept;

    /// What `t` knows, with what it has read but not acquired: all that has been "propagated to
    /// its CPU". Ordering for what control-depends on those reads, such as freeing memory.
    [[nodiscard]] view propagated(thread_id t) const;

    /// What `what` covers comes before whatever `t` does from now on.
    void learn(thread_id t, const view& what);

    /// The same for the atomic accesses of `t` alone; for plain ones only when it next acquires.
    void learn_but_for_plain(thread_id t, const view& what);

    /// `t` learns `what`, and passes it on with its relaxed stores as well.
    void receive_strongly(thread_id t, const view& what);

    /// What `t` stores from now on passes on that it comes after the stores that `by` did until
    /// `when`: after these alone, whatever else `by` did or knew.
    void pass_on_stores(thread_id t, thread_id by, timestamp when);

    /// Calls `access`, one step of `t` that depends on what `known` tells and so comes after it;
    /// what follows in `t` does not.
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

    /// Calls `load`, one step of `t`, and returns what the store passed on that it read.
    template <class F>
    view message_read_by(thread_id t, F load) {
        const view before = std::exchange(views_[t].read, {});
        load();
        const view message = views_[t].read;
        views_[t].read.join(before);
        return message;
    }

    /// Thread `t` goes on with what `other` knows now, as if it were a part of it. Nothing that
    /// `other` does later is known to `t`.
    void continue_from(thread_id t, thread_id other);

    /// `t` comes after everything that `other` did, as if it had done it itself.
    void continue_after(thread_id t, thread_id other);

    /// Ends the epoch of `t`: what it does from now on is not covered by views taken before.
    void tick(thread_id t) { ++views_[t].now.clock[t]; }

    /// A point of `t`, for a fence that is to order what came before it: right here.
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
        bool plain_lags = false; ///< plain accesses are ordered after less: `plain`
        vector_clock plain;
    };

    thread_views() = default;
    ~thread_views() = default;

    /// `t` is about to learn `what` from something that is no variable; `strongly`: it will pass
    /// that on with its relaxed stores as well. For models that keep more than views.
    virtual void comes_after(thread_id /*t*/, const view& /*what*/, bool /*strongly*/) {}

    void begin_views(int threads);

    [[nodiscard]] thread_view& of(thread_id t) noexcept { return views_[t]; }
    /// What the loads of `t` know besides, from smp_rmb(), under models that tell loads from
    /// stores.
    [[nodiscard]] const view& known_to_loads_alone(thread_id t) const noexcept { return loads_[t]; }
    void tell_loads(thread_id t, const view& what) {
        loads_[t].join(what);
        any_loads_ = true;
    }

    [[nodiscard]] static const vector_clock& plain_clock(const thread_view& v) noexcept {
        return v.plain_lags ? v.plain : v.now.clock;
    }

    /// A fence may add something from now on.
    static void stir(thread_view& v) { v.quiet = v.quiet && mutated(mutant::quiet_for_ever); }

private:
    per_thread<thread_view> views_;
    per_thread<view> loads_;
    bool any_loads_ = false; ///< there is something in these
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/thread_views_inl.hpp>
#endif
