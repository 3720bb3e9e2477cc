// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/percpu/percpu.hpp>
#include <wbsync/platform.hpp>
#include <wbsync/rcu/callbacks.hpp>
#include <wbsync/sync/wait_bit.hpp>

#include <functional>
#include <utility>

namespace wbsync {

/// The state after percpu_ref_init().
enum percpu_ref_flags : std::uint8_t {
    PERCPU_REF_INIT_PERCPU = 0,
    PERCPU_REF_INIT_ATOMIC = 1, ///< with the shared count
    PERCPU_REF_INIT_DEAD = 2,   ///< and already killed
};

/// A reference count that is kept per CPU until it is killed: getting and putting share nothing,
/// and nobody can see whether the count is 0. Killing it drops the first reference and switches to
/// one shared count, after a grace period. Needs rcu_callback_thread(s).
///
/// It ends twice. First, when the count is 0, release() is called and percpu_ref_tryget() fails
/// from then on; percpu_ref_get() is then a finding `property`, "use-after-free" if none is given.
/// Second, percpu_ref_exit() frees its data, the count and release() among them. Every use except
/// percpu_ref_is_zero() that comes after that, or is not ordered before it, is such a finding. That
/// includes the end of a percpu_ref_put() that has brought the count to 0 and still has to find
/// release() in the data. percpu_ref_reinit(), percpu_ref_resurrect() and switching back are not
/// modelled. include/linux/percpu-refcount.h, lib/percpu-refcount.c.
class percpu_ref {
public:
    using callback = std::function<void(percpu_ref&)>;

    percpu_ref(const label& called, callback on_release, int flags = PERCPU_REF_INIT_PERCPU,
               const char* property = "use-after-free")
        : name(called), mode({name, "percpu_count_ptr"}, flags_of(flags)), percpu_count(name),
          count({name, "count"}, start_of(flags)), switching({name, "confirm_switch"}),
          release(std::move(on_release)), violates(property), scope(name) {
        data.begin({name, "data"}, violates);
    }
    percpu_ref(const percpu_ref&) = delete;
    percpu_ref& operator=(const percpu_ref&) = delete;

    // Bits of percpu_count_ptr.
    static constexpr std::int64_t in_atomic = 1;
    static constexpr std::int64_t dead = 2;
    /// Part of the shared count until the per-CPU counts are added to it, so that it does not reach
    /// 0 before that.
    static constexpr std::int64_t bias = std::int64_t{1} << 40;

    static std::int64_t flags_of(int flags) {
        return (flags & PERCPU_REF_INIT_DEAD) != 0     ? in_atomic | dead
               : (flags & PERCPU_REF_INIT_ATOMIC) != 0 ? in_atomic
                                                       : 0;
    }
    static std::int64_t start_of(int flags) {
        return ((flags_of(flags) & in_atomic) == 0 ? bias : 0) +
               ((flags & PERCPU_REF_INIT_DEAD) == 0 ? 1 : 0);
    }

    label name;
    atomic_t mode;
    percpu_t percpu_count;
    atomic_long_t count;
    atomic_t switching; ///< 1 until the switch under way is confirmed
    callback release;
    callback confirm;
    rcu_head rcu;
    platform::lifetime data; ///< the lifetime of what `ref->data` points to
    const char* violates;
    platform::scope scope;
};

namespace detail {

/// percpu_ref_switch_lock, one lock for all percpu_refs: release() may be called under it, and may
/// free the percpu_ref.
inline spinlock_t& percpu_ref_switch_lock() {
    return platform::shared_lock<spinlock_t, reserved_object::percpu_ref_switch_lock>::get(
        "percpu_ref_switch_lock");
}

/// Uses the percpu_ref and its data.
inline void use(const percpu_ref& r, const char* verb, const site& at) {
    platform::use(r.scope, r.data, verb, at);
}

/// Looks up ref->data->release when the count is 0. All later stores depend on that lookup, by the
/// call, and so come after it. This fence adds only that to the fence of the count.
void find_release(const percpu_ref& r, const site& at);

/// 0: the per-CPU counts. Between the kill and the end of the switch it is the shared count
/// already.
std::int64_t mode_of(const percpu_ref& r, const char* verb, const site& at);

bool get_unless_zero(percpu_ref& r, const char* verb, const site& at);

} // namespace detail

/// Starts anew, for example after percpu_ref_exit(), with one reference. The constructor does this
/// once. No ordering: nobody may use the count meanwhile. lib/percpu-refcount.c.
void percpu_ref_init(percpu_ref& r, percpu_ref::callback release,
                     int flags = PERCPU_REF_INIT_PERCPU, const site& at = site::here());

/// Takes one more reference; the caller must have one. No ordering. Does not block. A read-side
/// section of RCU inside. If the shared count is 0, so that nobody has a reference: finding; the
/// kernel does not notice. include/linux/percpu-refcount.h.
void percpu_ref_get(percpu_ref& r, const site& at = site::here());

/// Takes one more reference if there still is one; returns whether it did. Before the switch it
/// always does, even after the kill. Full barrier when the shared count is raised.
/// include/linux/percpu-refcount.h.
bool percpu_ref_tryget(percpu_ref& r, const site& at = site::here());

/// Like percpu_ref_tryget(), but fails after the kill. The kill is certain to be seen only once it
/// is confirmed. include/linux/percpu-refcount.h.
bool percpu_ref_tryget_live(percpu_ref& r, const site& at = site::here());

/// Drops one reference. The last drop calls release() inside of a read-side section of RCU, so
/// release() must not sleep. Full barrier on the shared count, none on the CPU's. release() is
/// looked up in the data after the count has reached 0: a thread that sees the 0, for example by
/// percpu_ref_is_zero(), and calls percpu_ref_exit() without a grace period in between causes a use
/// after free (block: d36a9ea5e776). include/linux/percpu-refcount.h.
void percpu_ref_put(percpu_ref& r, const site& at = site::here());

namespace detail {

/// The callback after the grace period, when nobody uses the per-CPU counts any more.
void percpu_ref_switched(percpu_ref& r, const site& at);

/// The part that runs with percpu_ref_switch_lock held and interrupts off. That is a read-side
/// section of RCU, so the switch does not end before the lock is released. The section matters only
/// if there is a switch, and begins there.
class percpu_ref_switch {
public:
    percpu_ref_switch(percpu_ref& r, const site& at)
        : ref_(r), lock_(percpu_ref_switch_lock()), at_(at) {
        spin_lock(lock_, at_);
    }
    percpu_ref_switch(const percpu_ref_switch&) = delete;
    percpu_ref_switch& operator=(const percpu_ref_switch&) = delete;

    /// Waits until no switch is under way, then starts one. If the count was switched before, calls
    /// `confirm` at once.
    void to_atomic(percpu_ref::callback confirm);

    /// The percpu_ref may be gone by then.
    void unlock();

private:
    percpu_ref& ref_;
    spinlock_t& lock_;
    site at_;
    bool in_section_ = false;
};

} // namespace detail

/// Switches to the shared count; calls `confirm` after the grace period. Blocks for
/// percpu_ref_switch_lock, which all percpu_refs share, and sleeps while another switch is under
/// way. Full barrier before the grace period starts. lib/percpu-refcount.c.
void percpu_ref_switch_to_atomic(percpu_ref& r, percpu_ref::callback confirm = nullptr,
                                 const site& at = site::here());

/// percpu_ref_switch_to_atomic() that waits until the switch is done. Acquire at the end (stronger
/// than the kernel's plain read). May sleep. lib/percpu-refcount.c.
void percpu_ref_switch_to_atomic_sync(percpu_ref& r, const site& at = site::here());

/// Drops the first reference and switches to the shared count. Once `confirm` is called, everybody
/// sees the kill: no percpu_ref_tryget_live() succeeds any more. There is no grace period between
/// the kill and release(), and this function waits for neither. Killing twice: finding "misuse".
/// Blocks like percpu_ref_switch_to_atomic(). The reference is dropped under
/// percpu_ref_switch_lock. If the count was switched before and this is the last reference, a
/// release() that kills another percpu_ref waits for itself: finding "lockdep". Full barrier before
/// the grace period starts. lib/percpu-refcount.c.
void percpu_ref_kill_and_confirm(percpu_ref& r, percpu_ref::callback confirm,
                                 const site& at = site::here());
/// percpu_ref_kill_and_confirm() without a callback. include/linux/percpu-refcount.h.
inline void percpu_ref_kill(percpu_ref& r, const site& at = site::here()) {
    percpu_ref_kill_and_confirm(r, nullptr, at);
}

/// Was it killed? Relaxed. include/linux/percpu-refcount.h.
inline bool percpu_ref_is_dying(const percpu_ref& r, const site& at = site::here()) {
    return (detail::mode_of(r, "percpu_ref_is_dying", at) & percpu_ref::dead) != 0;
}

/// Is the shared count 0? Never before the switch. May also be called after percpu_ref_exit(), as
/// long as the memory of the percpu_ref is there. A relaxed load under percpu_ref_switch_lock.
/// lib/percpu-refcount.c (2b0d3d3e4fcf).
bool percpu_ref_is_zero(const percpu_ref& r, const site& at = site::here());

/// Frees the data of the reference count; counts as a store, like kfree(). Waits only for
/// percpu_ref_switch_lock. While a switch is under way: finding "misuse". A second call does
/// nothing. lib/percpu-refcount.c.
void percpu_ref_exit(percpu_ref& r, const site& at = site::here());

} // namespace wbsync

#include <wbsync/percpu/percpu_ref_inl.hpp>
