// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/percpu/percpu.hpp>
#include <wbsync/platform.hpp>
#include <wbsync/rcu/callbacks.hpp>
#include <wbsync/sync/wait_bit.hpp>

#include <functional>
#include <utility>

namespace wbsync {

/// How percpu_ref_init() starts.
enum percpu_ref_flags : std::uint8_t {
    PERCPU_REF_INIT_PERCPU = 0,
    PERCPU_REF_INIT_ATOMIC = 1, ///< with the shared count
    PERCPU_REF_INIT_DEAD = 2,   ///< and killed
};

/// A reference count that is kept per CPU until it is killed: getting and putting share nothing,
/// and nobody can see whether the count is 0. Killing it drops the first reference and switches to
/// one shared count, after a grace period. Needs rcu_callback_thread(s).
///
/// It has two deaths. When the count is 0 release() is called, and percpu_ref_tryget() fails from
/// then on; percpu_ref_get() is a finding `property`, "use-after-free" if not given. The second one
/// is that of its data, the count and release() among them, which percpu_ref_exit() frees: after
/// that, or not ordered before it, every use is such a finding, but percpu_ref_is_zero(). So is the
/// end of a percpu_ref_put() that got the count to 0, and has yet to find release() in the data.
/// percpu_ref_reinit(), percpu_ref_resurrect() and switching back are left out.
/// include/linux/percpu-refcount.h, lib/percpu-refcount.c.
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
    /// Part of the shared count until the per-CPU counts are added to it, so that it does not get
    /// to 0 before.
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
    platform::lifetime data; ///< of what `ref->data` points to
    const char* violates;
    platform::scope scope;
};

namespace detail {

/// percpu_ref_switch_lock, one for all of them: release() may be called under it, and may free the
/// percpu_ref.
inline spinlock_t& percpu_ref_switch_lock() {
    return platform::shared_lock<spinlock_t, reserved_object::percpu_ref_switch_lock>::get(
        "percpu_ref_switch_lock");
}

/// The percpu_ref, and its data.
inline void use(const percpu_ref& r, const char* verb, const site& at) {
    platform::use(r.scope, r.data, verb, at);
}

/// The look for ref->data->release when the count is 0. All stores from there on depend on it, by
/// the call, and so come after it; that is all that this fence adds to the one of the count.
void find_release(const percpu_ref& r, const site& at);

/// 0: on the per-CPU counts. Killed, but not yet switched, it is on the shared one already.
std::int64_t mode_of(const percpu_ref& r, const char* verb, const site& at);

bool get_unless_zero(percpu_ref& r, const char* verb, const site& at);

} // namespace detail

/// Starts anew, for example after percpu_ref_exit(), with one reference. The constructor has done
/// it once. No ordering: nobody may use it meanwhile. lib/percpu-refcount.c.
void percpu_ref_init(percpu_ref& r, percpu_ref::callback release,
                     int flags = PERCPU_REF_INIT_PERCPU, const site& at = site::here());

/// One more reference, for who has one. No ordering. Does not block. A read-side section of RCU
/// inside. If the shared count is 0, so that nobody has one: finding; the kernel does not notice.
/// include/linux/percpu-refcount.h.
void percpu_ref_get(percpu_ref& r, const site& at = site::here());

/// One more reference unless there is none any more; returns whether it took one. Before the switch
/// it always does, also after the kill. Full barrier when the shared count is raised.
/// include/linux/percpu-refcount.h.
bool percpu_ref_tryget(percpu_ref& r, const site& at = site::here());

/// The same, but not if it was killed. The kill is seen for sure only once it is confirmed.
/// include/linux/percpu-refcount.h.
bool percpu_ref_tryget_live(percpu_ref& r, const site& at = site::here());

/// One reference less; the last one calls release(), inside of a read-side section of RCU, so that
/// it must not sleep. Full barrier on the shared count, none on the CPU's. release() is looked up
/// in the data when the count is 0 already: whoever sees that, by percpu_ref_is_zero() say, and
/// calls percpu_ref_exit() without a grace period in between commits a use after free (block:
/// d36a9ea5e776). include/linux/percpu-refcount.h.
void percpu_ref_put(percpu_ref& r, const site& at = site::here());

namespace detail {

/// The callback after the grace period: nobody uses the per-CPU counts any more.
void percpu_ref_switched(percpu_ref& r, const site& at);

/// What happens with percpu_ref_switch_lock held, and interrupts off. That is a read-side section
/// of RCU, so the switch is not over before the lock is released. Only where there is a switch it
/// makes a difference, and begins there.
class percpu_ref_switch {
public:
    percpu_ref_switch(percpu_ref& r, const site& at)
        : ref_(r), lock_(percpu_ref_switch_lock()), at_(at) {
        spin_lock(lock_, at_);
    }
    percpu_ref_switch(const percpu_ref_switch&) = delete;
    percpu_ref_switch& operator=(const percpu_ref_switch&) = delete;

    /// Waits for another switch. At once, if it has been switched already.
    void to_atomic(percpu_ref::callback confirm);

    /// The percpu_ref may be gone.
    void unlock();

private:
    percpu_ref& ref_;
    spinlock_t& lock_;
    site at_;
    bool in_section_ = false;
};

} // namespace detail

/// Switches to the shared count; calls `confirm` after the grace period. Blocks for
/// percpu_ref_switch_lock, which all of them share, and waits, asleep, while another switch is
/// under way. Full barrier before the grace period starts. lib/percpu-refcount.c.
void percpu_ref_switch_to_atomic(percpu_ref& r, percpu_ref::callback confirm = nullptr,
                                 const site& at = site::here());

/// The same, and waits until it is done. Acquire then (stronger than the kernel's plain look). May
/// sleep. lib/percpu-refcount.c.
void percpu_ref_switch_to_atomic_sync(percpu_ref& r, const site& at = site::here());

/// Drops the first reference and switches to the shared count. Once `confirm` is called everybody
/// sees that it was killed: no percpu_ref_tryget_live() succeeds any more. There is no grace period
/// between the kill and release(), and this does not wait for either. Twice: finding "misuse".
/// Blocks as percpu_ref_switch_to_atomic(). The reference is dropped under percpu_ref_switch_lock;
/// if it was switched before, so that this is the last one, a release() that kills another
/// percpu_ref waits for itself: finding "lockdep". Full barrier before the grace period starts.
/// lib/percpu-refcount.c.
void percpu_ref_kill_and_confirm(percpu_ref& r, percpu_ref::callback confirm,
                                 const site& at = site::here());
/// percpu_ref_kill_and_confirm() with nothing to call. include/linux/percpu-refcount.h.
inline void percpu_ref_kill(percpu_ref& r, const site& at = site::here()) {
    percpu_ref_kill_and_confirm(r, nullptr, at);
}

/// Was it killed? Relaxed. include/linux/percpu-refcount.h.
inline bool percpu_ref_is_dying(const percpu_ref& r, const site& at = site::here()) {
    return (detail::mode_of(r, "percpu_ref_is_dying", at) & percpu_ref::dead) != 0;
}

/// Is the shared count 0? Never before the switch. May be asked after percpu_ref_exit() as well, as
/// long as the memory is there. A relaxed load under percpu_ref_switch_lock. lib/percpu-refcount.c
/// (2b0d3d3e4fcf).
bool percpu_ref_is_zero(const percpu_ref& r, const site& at = site::here());

/// Frees the data of the reference count; counts as a store, like kfree(). Does not wait for
/// anybody, but for percpu_ref_switch_lock. While a switch is under way: finding "misuse". A second
/// one does nothing. lib/percpu-refcount.c.
void percpu_ref_exit(percpu_ref& r, const site& at = site::here());

} // namespace wbsync

#include <wbsync/percpu/percpu_ref_inl.hpp>
