// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/memory/fences.hpp>
#else

#include <wbsync/engine/extension.hpp>
#include <wbsync/engine/variable.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace wbsync {

namespace detail {

/// The partners of fences that are full only together with a partner.
enum class fence_partner : std::uint8_t { atomic, spinlock, unlock_lock, srcu_unlock };

/// For each thread, the last partner of each kind: a fence after it orders what came before that
/// point.
class fence_partners final : public engine::extension {
public:
    void reset() override { threads_.fill({}); }
    static fence_partners& of(engine::execution& run) { return run.get<fence_partners>(); }

    /// The thread comes to a partner: from now on a fence orders what came before, including this
    /// step. (Under sc everything is ordered anyway.)
    void pass(engine::execution& run, fence_partner what);
    /// Like pass(), for a partner that consists of several steps: `before` is what came before it.
    void pass(engine::execution& run, fence_partner what, const engine::view& before);
    /// Like pass(), for a partner that is a full fence by itself: a fence after it adds nothing.
    void pass_full(engine::execution& run, fence_partner what) { at(run, what) = {true, false}; }

    /// Has the thread come to such a partner?
    [[nodiscard]] bool any(engine::execution& run, fence_partner what) {
        return at(run, what).passed;
    }

    /// A fence that follows its partner. Without a partner it does nothing.
    void fence_after(engine::execution& run, fence_partner what) {
        if (at(run, what).orders)
            run.full_fence_since(known(run, what));
    }

    /// A fence that precedes its partner. It does nothing until the partner comes.
    void fence_before_atomic(engine::execution& run);
    /// The thread comes to the partner.
    void reach_atomic(engine::execution& run) {
        if (std::exchange(threads_[run.self()].waits, false))
            run.full_fence_since(views_[run.self()].waiting);
    }

private:
    static constexpr std::size_t kinds = 4;

    struct point {
        bool passed = false;
        bool orders = false; ///< a fence after it adds something
    };
    struct marks {
        std::array<point, kinds> points;
        bool waits = false; ///< a fence waits for its partner
    };
    struct views { // valid where the marks say so
        std::array<engine::view, kinds> points;
        engine::view waiting;
    };

    point& at(engine::execution& run, fence_partner what) {
        return threads_[run.self()].points[static_cast<std::size_t>(what)];
    }
    engine::view& known(engine::execution& run, fence_partner what) {
        return views_[run.self()].points[static_cast<std::size_t>(what)];
    }

    engine::per_thread<marks> threads_;
    engine::per_thread<views> views_;
};

/// The execution, where barriers have an effect.
engine::execution* where_barriers_count();

/// How a trace describes a fence that orders less than it asks for.
std::string shortfall(ordering asked, ordering gets);

void note_fence(engine::execution& run, const char* verb, ordering gets, const site& at,
                std::string message);

/// `apply` returns what the fence orders.
template <class F>
void fence(const char* verb, ordering asked, const site& at, F apply) {
    engine::execution* run = where_barriers_count();
    if (run == nullptr)
        return;
    run->local_step(at);
    const ordering gets = apply(*run);
    if (run->recording())
        note_fence(*run, verb, gets, at, shortfall(asked, gets));
}

/// A fence that belongs to an operation.
inline void full_fence(const site& at, const char* verb, const char* part = "") {
    if (engine::execution* run = engine::execution::current())
        run->full_fence(at, verb, part);
}

/// A fence after its partner; the trace says so if there is none.
void fence_after(fence_partner what, const char* verb, const char* lacks, const site& at);

// The surroundings of an atomic read-modify-write, which smp_mb__before_atomic() and
// smp_mb__after_atomic() look for. What primitives do to their own variables does not count.

inline void before_atomic(engine::execution& run, const site& /*at*/, const char* /*verb*/) {
    fence_partners::of(run).reach_atomic(run);
}
inline void after_atomic(engine::execution& run, const site& /*at*/, const char* /*verb*/) {
    fence_partners::of(run).pass(run, fence_partner::atomic);
}
void after_full_atomic(engine::execution& run, const site& at, const char* verb);

/// For an operation that is ordered as its name says, if at all.
inline constexpr engine::surroundings as_named{&before_atomic, &after_atomic};
/// For an operation with smp_mb() on both sides.
inline constexpr engine::surroundings fully{&engine::surroundings::fence_before,
                                            &after_full_atomic};
/// For a compare-and-exchange, which counts as a read-modify-write for such fences even if it
/// fails.
inline constexpr engine::surroundings compare_as_named{&before_atomic, nullptr, &after_atomic,
                                                       &after_atomic};
inline constexpr engine::surroundings compare_fully{
    &before_atomic, &engine::surroundings::fence_before, &after_full_atomic, &after_atomic};

/// Primitives call this for a step that such a fence can come after.
inline void pass_fence_partner(fence_partner what) {
    if (engine::execution* run = where_barriers_count())
        fence_partners::of(*run).pass(*run, what);
}

} // namespace detail

/// Full memory barrier: orders every access before it against every access after it. RC11's seq_cst
/// fence. Not a step: it has no order of its own among the threads (docs/memory-model.md).
/// Documentation/memory-barriers.txt.
void smp_mb(const site& at = site::here());

/// Orders loads against later loads. Here an acquire fence, which also orders them against later
/// stores: stronger than the kernel's. Documentation/memory-barriers.txt.
void smp_rmb(const site& at = site::here());

/// Orders stores against later stores. Here a release fence, which also orders earlier loads
/// against later stores: stronger than the kernel's. Documentation/memory-barriers.txt.
void smp_wmb(const site& at = site::here());

// --- full barriers together with something else -------------------------------------------------
//
// On x86 and arm64 the following are full barriers anywhere, and much code that relies on that is
// wrong elsewhere. Here they do what the kernel's memory model says: without the operation in their
// name, nothing (tools/memory-model/linux-kernel.cat).

/// Orders what came before it against the next atomic read-modify-write of the thread, with or
/// without a result, and against everything after that operation. It does not order what lies
/// between the two. Without such an operation after it, it does nothing. Taking a lock does not
/// count; a compare-and-exchange that fails does. Where atomic_add_unless(), atomic_inc_not_zero(),
/// those of refcount_t, or test_and_set_bit_lock() change nothing, the kernel has only read the
/// value: that does not count. Documentation/atomic_t.txt, tools/memory-model/linux-kernel.bell.
void smp_mb__before_atomic(const site& at = site::here());

/// Orders the last atomic read-modify-write of the thread, and everything before it, against what
/// comes after the barrier. It does not order what lies between the two. Without such an operation
/// before it, it does nothing, and the trace says so. smp_mb__before_atomic() says what counts as
/// such an operation. Documentation/atomic_t.txt.
inline void smp_mb__after_atomic(const site& at = site::here()) {
    detail::fence_after(detail::fence_partner::atomic, "smp_mb__after_atomic",
                        "no barrier: no atomic operation before it", at);
}

/// Orders the last spin_lock() of the thread, or the last spin_trylock() that took its lock, and
/// everything before that against what comes after the barrier. It does not order what lies between
/// the two. Without a lock taken before it, it does nothing. A mutex or a semaphore does not count.
/// include/linux/spinlock.h.
inline void smp_mb__after_spinlock(const site& at = site::here()) {
    detail::fence_after(detail::fence_partner::spinlock, "smp_mb__after_spinlock",
                        "no barrier: no spinlock taken before it", at);
}

/// After spin_lock(): orders what came before an earlier unlock, of any spinlock by this thread or
/// of the same spinlock by any thread, against what comes after the barrier. It does not order what
/// lies between unlock and lock, or between lock and barrier. Without an unlock and a lock before
/// it, it does nothing. include/linux/rcupdate.h.
inline void smp_mb__after_unlock_lock(const site& at = site::here()) {
    detail::fence_after(detail::fence_partner::unlock_lock, "smp_mb__after_unlock_lock",
                        "no barrier: no lock taken after an unlock before it", at);
}

/// Orders what came before the last srcu_read_unlock() of the thread against what comes after the
/// barrier. It does not order what lies between the two. Without such an unlock before it, it does
/// nothing. include/linux/srcu.h.
inline void smp_mb__after_srcu_read_unlock(const site& at = site::here()) {
    detail::fence_after(detail::fence_partner::srcu_unlock, "smp_mb__after_srcu_read_unlock",
                        "no barrier: no srcu_read_unlock() before it", at);
}

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/memory/fences_inl.hpp>
#endif

#endif
