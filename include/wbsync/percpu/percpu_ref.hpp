// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/percpu/percpu.hpp>
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
/// one shared count, after a grace period. Needs rcu_callback_thread(s). Using it after
/// percpu_ref_exit(), or not ordered before that: finding `property`, "use-after-free" if not
/// given. percpu_ref_reinit(), percpu_ref_resurrect() and switching back are left out.
/// include/linux/percpu-refcount.h, lib/percpu-refcount.c.
class percpu_ref {
public:
    using callback = std::function<void(percpu_ref&)>;

    percpu_ref(const label& called, callback on_release, int flags = PERCPU_REF_INIT_PERCPU,
               const char* property = "use-after-free")
        : name(called), mode({name, "percpu_count_ptr"}, flags_of(flags)), percpu_count(name),
          count({name, "count"}, start_of(flags)), switching({name, "confirm_switch"}),
          switch_lock({name, "switch_lock"}), release(std::move(on_release)), violates(property) {
        life.begin(name, violates);
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
    atomic_t count;
    atomic_t switching; ///< 1 until the switch under way is confirmed
    spinlock_t switch_lock;
    callback release;
    callback confirm;
    rcu_head rcu;
    engine::lifetime life;
    const char* violates;
};

namespace detail {

inline void use(const percpu_ref& r, const char* verb, const site& at) {
    if (engine::execution* run = engine::execution::current())
        run->access(&r.life, verb, at);
}

/// 0: on the per-CPU counts. Killed, but not yet switched, it is on the shared one already.
inline std::int64_t mode_of(const percpu_ref& r, const char* verb, const site& at) {
    use(r, verb, at);
    return r.mode.value.load(memory_order::relaxed, verb, at);
}

inline bool get_unless_zero(percpu_ref& r, const char* verb, const site& at) {
    return r.count.value
        .update_if([](std::int64_t v) { return v != 0; }, plus(1), memory_order::relaxed, true,
                   verb, at)
        .first;
}

} // namespace detail

/// Starts anew, for example after percpu_ref_exit(), with one reference. The constructor has done
/// it once. No ordering: nobody may use it meanwhile.
inline void percpu_ref_init(percpu_ref& r, percpu_ref::callback release,
                            int flags = PERCPU_REF_INIT_PERCPU, const site& at = site::here()) {
    r.life.begin(r.name, r.violates);
    r.release = std::move(release);
    for (atomic_t& part : r.percpu_count.parts)
        part.value.store(0, memory_order::relaxed, "percpu_ref_init", at);
    r.count.value.store(percpu_ref::start_of(flags), memory_order::relaxed, "percpu_ref_init", at);
    r.mode.value.store(percpu_ref::flags_of(flags), memory_order::relaxed, "percpu_ref_init", at);
}

/// One more reference, for who has one. No ordering. A read-side section of RCU inside.
inline void percpu_ref_get(percpu_ref& r, const site& at = site::here()) {
    rcu_read_lock(at);
    if (detail::mode_of(r, "percpu_ref_get", at) == 0)
        this_cpu_inc(r.percpu_count, at);
    else
        r.count.value.add(1, "percpu_ref_get", at);
    rcu_read_unlock(at);
}

/// One more reference unless there is none any more; returns whether it took one. Before the switch
/// it always does, also after the kill. Full barrier when the shared count is raised.
inline bool percpu_ref_tryget(percpu_ref& r, const site& at = site::here()) {
    rcu_read_lock(at);
    bool taken = true;
    if (detail::mode_of(r, "percpu_ref_tryget", at) == 0)
        this_cpu_inc(r.percpu_count, at);
    else
        taken = detail::get_unless_zero(r, "percpu_ref_tryget", at);
    rcu_read_unlock(at);
    return taken;
}

/// The same, but not if it was killed. The kill is seen for sure only once it is confirmed.
inline bool percpu_ref_tryget_live(percpu_ref& r, const site& at = site::here()) {
    rcu_read_lock(at);
    bool taken = true;
    if (detail::mode_of(r, "percpu_ref_tryget_live", at) == 0)
        this_cpu_inc(r.percpu_count, at);
    else
        taken = (detail::mode_of(r, "percpu_ref_tryget_live", at) & percpu_ref::dead) == 0 &&
                detail::get_unless_zero(r, "percpu_ref_tryget_live", at);
    rcu_read_unlock(at);
    return taken;
}

/// One reference less; the last one calls release(), inside of a read-side section of RCU, so that
/// it must not sleep. Full barrier on the shared count, none on the CPU's.
inline void percpu_ref_put(percpu_ref& r, const site& at = site::here()) {
    rcu_read_lock(at);
    if (detail::mode_of(r, "percpu_ref_put", at) == 0) {
        this_cpu_dec(r.percpu_count, at);
    } else if (const auto before =
                   detail::fully_ordered(r.count, detail::plus(-1), "percpu_ref_put", at);
               before == 1) {
        r.release(r);
    } else if (before <= 0) {
        violated("misuse", fmt::format("percpu_ref_put({}) without a reference", r.name.str()), at);
    }
    rcu_read_unlock(at);
}

namespace detail {

/// The callback after the grace period: nobody uses the per-CPU counts any more.
inline void percpu_ref_switched(percpu_ref& r, const site& at) {
    use(r, "percpu_ref_switch_to_atomic", at);
    const auto sum = per_cpu_sum(r.percpu_count, at);
    const auto before = r.count.value.update(plus(sum - percpu_ref::bias), memory_order::relaxed,
                                             "percpu_ref_switch_to_atomic", at);
    if (before + sum - percpu_ref::bias <= 0)
        violated("misuse",
                 fmt::format("{} is {} after the switch to one count: put more often than taken",
                             r.name.str(), before + sum - percpu_ref::bias),
                 at);
    if (r.confirm != nullptr)
        std::exchange(r.confirm, nullptr)(r);
    r.switching.value.store(0, memory_order::relaxed, "percpu_ref_switch_to_atomic", at);
    full_fence();
    wake_up_var(r.switching, at);
    percpu_ref_put(r, at);
}

/// With switch_lock held. At once, if it has been switched already.
inline void switch_to_atomic(percpu_ref& r, percpu_ref::callback confirm, const site& at) {
    wait_var_event_spinlock(
        r.switching, [&] { return READ_ONCE(r.switching, at) == 0; }, r.switch_lock, at);
    const auto before =
        r.mode.value.update([](std::int64_t v) { return v | percpu_ref::in_atomic; },
                            memory_order::relaxed, "percpu_ref_switch_to_atomic", at);
    if ((before & percpu_ref::in_atomic) != 0) {
        if (confirm != nullptr)
            confirm(r);
        return;
    }
    r.confirm = std::move(confirm);
    r.switching.value.store(1, memory_order::relaxed, "percpu_ref_switch_to_atomic", at);
    r.count.value.add(1, "percpu_ref_switch_to_atomic", at); // until it is confirmed
    call_rcu(
        r.rcu, [&r, at] { percpu_ref_switched(r, at); }, at);
}

} // namespace detail

/// Switches to the shared count; calls `confirm` after the grace period. Waits, asleep, while
/// another switch is under way; otherwise does not block.
inline void percpu_ref_switch_to_atomic(percpu_ref& r, percpu_ref::callback confirm = nullptr,
                                        const site& at = site::here()) {
    detail::use(r, "percpu_ref_switch_to_atomic", at);
    spin_lock(r.switch_lock, at);
    detail::switch_to_atomic(r, std::move(confirm), at);
    spin_unlock(r.switch_lock, at);
}

/// The same, and waits until it is done.
inline void percpu_ref_switch_to_atomic_sync(percpu_ref& r, const site& at = site::here()) {
    percpu_ref_switch_to_atomic(r, nullptr, at);
    wait_var_event(
        r.switching, [&] { return smp_load_acquire(r.switching, at) == 0; }, at);
}

/// Drops the first reference and switches to the shared count. Once `confirm` is called everybody
/// sees that it was killed: no percpu_ref_tryget_live() succeeds any more. There is no grace period
/// between the kill and release(), and this does not wait for either. Twice: finding "misuse".
/// Full barrier before the grace period starts.
inline void percpu_ref_kill_and_confirm(percpu_ref& r, percpu_ref::callback confirm,
                                        const site& at = site::here()) {
    detail::use(r, "percpu_ref_kill", at);
    spin_lock(r.switch_lock, at);
    const auto before = r.mode.value.update([](std::int64_t v) { return v | percpu_ref::dead; },
                                            memory_order::relaxed, "percpu_ref_kill", at);
    if ((before & percpu_ref::dead) != 0)
        violated("misuse", fmt::format("percpu_ref_kill({}) for the second time", r.name.str()),
                 at);
    detail::switch_to_atomic(r, std::move(confirm), at);
    percpu_ref_put(r, at);
    spin_unlock(r.switch_lock, at);
}
inline void percpu_ref_kill(percpu_ref& r, const site& at = site::here()) {
    percpu_ref_kill_and_confirm(r, nullptr, at);
}

/// Was it killed? Relaxed.
inline bool percpu_ref_is_dying(const percpu_ref& r, const site& at = site::here()) {
    return (detail::mode_of(r, "percpu_ref_is_dying", at) & percpu_ref::dead) != 0;
}

/// Is the shared count 0? Never before the switch. Relaxed.
inline bool percpu_ref_is_zero(const percpu_ref& r, const site& at = site::here()) {
    return detail::mode_of(r, "percpu_ref_is_zero", at) != 0 &&
           r.count.value.load(memory_order::relaxed, "percpu_ref_is_zero", at) == 0;
}

/// The end of the reference count; counts as a store, like kfree(). While a switch is under way:
/// finding "misuse".
inline void percpu_ref_exit(percpu_ref& r, const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        return;
    if (r.switching.value.newest(at) != 0)
        run->fail("misuse", fmt::format("percpu_ref_exit({}) while it is switched", r.name.str()),
                  at);
    if (run->recording())
        run->note("percpu_ref_exit", r.name.str(), "", at);
    run->end(r.life, "percpu_ref_exit", at);
}

} // namespace wbsync
