// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/percpu/percpu_ref.hpp>
#include <wbsync/rcu/callbacks.hpp>

#include <fmt/core.h>

namespace wbsync::detail {

inline void find_release(const percpu_ref& r, const site& at) {
    use(r, "percpu_ref_put", at);
    platform::release_fence(at, "percpu_ref_put");
}

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

} // namespace wbsync::detail

namespace wbsync {

inline void percpu_ref_init(percpu_ref& r, percpu_ref::callback release, int flags,
                            const site& at) {
    platform::use(r.scope, "percpu_ref_init", at);
    r.data.begin({r.name, "data"}, r.violates);
    r.release = std::move(release);
    for (atomic_long_t& part : r.percpu_count.parts)
        part.value.store(0, memory_order::relaxed, part_of("percpu_ref_init"), at);
    r.count.value.store(percpu_ref::start_of(flags), memory_order::relaxed,
                        part_of("percpu_ref_init"), at);
    r.mode.value.store(percpu_ref::flags_of(flags), memory_order::relaxed,
                       part_of("percpu_ref_init"), at);
}

inline void percpu_ref_get(percpu_ref& r, const site& at) {
    rcu_read_lock(at);
    if (detail::mode_of(r, "percpu_ref_get", at) == 0) {
        this_cpu_inc(r.percpu_count, at);
    } else {
        r.count.value.add(1, "percpu_ref_get", at);
        ensure(r.count.value.newest(at) > 1, r.violates,
               fmt::format("percpu_ref_get({}) after the last reference was put", r.name.str()),
               at);
    }
    rcu_read_unlock(at);
}

inline bool percpu_ref_tryget(percpu_ref& r, const site& at) {
    rcu_read_lock(at);
    bool taken = true;
    if (detail::mode_of(r, "percpu_ref_tryget", at) == 0)
        this_cpu_inc(r.percpu_count, at);
    else
        taken = detail::get_unless_zero(r, "percpu_ref_tryget", at);
    rcu_read_unlock(at);
    return taken;
}

inline bool percpu_ref_tryget_live(percpu_ref& r, const site& at) {
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

inline void percpu_ref_put(percpu_ref& r, const site& at) {
    rcu_read_lock(at);
    if (detail::mode_of(r, "percpu_ref_put", at) == 0) {
        this_cpu_dec(r.percpu_count, at);
    } else if (const auto before =
                   detail::fully_ordered(r.count, detail::plus(-1), "percpu_ref_put", at);
               before == 1) {
        detail::find_release(r, at);
        r.release(r);
    } else if (before <= 0) {
        violated("misuse", fmt::format("percpu_ref_put({}) without a reference", r.name.str()), at);
    }
    rcu_read_unlock(at);
}

} // namespace wbsync

namespace wbsync::detail {

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
    r.switching.value.store(0, memory_order::relaxed, part_of("percpu_ref_switch_to_atomic"), at);
    full_fence(at, "percpu_ref_switch_to_atomic");
    wake_up_var(r.switching, at);
    percpu_ref_put(r, at);
}

inline void percpu_ref_switch::to_atomic(percpu_ref::callback confirm) {
    wait_var_event_spinlock(
        ref_.switching, [&] { return READ_ONCE(ref_.switching, at_) == 0; }, lock_, at_);
    const auto before =
        ref_.mode.value.update([](std::int64_t v) { return v | percpu_ref::in_atomic; },
                               memory_order::relaxed, "percpu_ref_switch_to_atomic", at_);
    if ((before & percpu_ref::in_atomic) != 0) {
        if (confirm != nullptr)
            confirm(ref_);
        return;
    }
    ref_.confirm = std::move(confirm);
    ref_.switching.value.store(1, memory_order::relaxed, part_of("percpu_ref_switch_to_atomic"),
                               at_);
    ref_.count.value.add(1, "percpu_ref_switch_to_atomic", at_); // until the switch is confirmed
    in_section_ = true;
    rcu_read_lock(at_);
    call_rcu(
        ref_.rcu, [&r = ref_, at = at_] { percpu_ref_switched(r, at); }, at_);
}

inline void percpu_ref_switch::unlock() {
    spin_unlock(lock_, at_);
    if (in_section_)
        rcu_read_unlock(at_);
}

} // namespace wbsync::detail

namespace wbsync {

inline void percpu_ref_switch_to_atomic(percpu_ref& r, percpu_ref::callback confirm,
                                        const site& at) {
    detail::use(r, "percpu_ref_switch_to_atomic", at);
    detail::percpu_ref_switch under_lock(r, at);
    under_lock.to_atomic(std::move(confirm));
    under_lock.unlock();
}

inline void percpu_ref_switch_to_atomic_sync(percpu_ref& r, const site& at) {
    percpu_ref_switch_to_atomic(r, nullptr, at);
    wait_var_event(
        r.switching, [&] { return smp_load_acquire(r.switching, at) == 0; }, at);
}

inline void percpu_ref_kill_and_confirm(percpu_ref& r, percpu_ref::callback confirm,
                                        const site& at) {
    detail::use(r, "percpu_ref_kill", at);
    detail::percpu_ref_switch under_lock(r, at);
    const auto before = r.mode.value.update([](std::int64_t v) { return v | percpu_ref::dead; },
                                            memory_order::relaxed, "percpu_ref_kill", at);
    if ((before & percpu_ref::dead) != 0)
        violated("misuse", fmt::format("percpu_ref_kill({}) for the second time", r.name.str()),
                 at);
    under_lock.to_atomic(std::move(confirm));
    percpu_ref_put(r, at); // release() may have freed the percpu_ref
    under_lock.unlock();
}

inline bool percpu_ref_is_zero(const percpu_ref& r, const site& at) {
    if (r.mode.value.load(memory_order::relaxed, "percpu_ref_is_zero", at) == 0)
        return false;
    spinlock_t& lock = detail::percpu_ref_switch_lock();
    spin_lock(lock, at);
    const bool zero = r.count.value.load(memory_order::relaxed, "percpu_ref_is_zero", at) == 0;
    spin_unlock(lock, at);
    return zero;
}

inline void percpu_ref_exit(percpu_ref& r, const site& at) {
    platform::use(r.scope, "percpu_ref_exit", at);
    if (r.switching.value.newest(at) != 0)
        violated("misuse", fmt::format("percpu_ref_exit({}) while it is switched", r.name.str()),
                 at);
    spinlock_t& lock = detail::percpu_ref_switch_lock();
    spin_lock(lock, at);
    if (r.data.alive())
        platform::end(r.scope, r.data, r.name, "percpu_ref_exit", at);
    spin_unlock(lock, at);
}

} // namespace wbsync
