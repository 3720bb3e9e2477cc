// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/thread_table.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void thread_table::clear() noexcept {
    count_ = 0;
    started_ = finished_ = 0;
    unguarded_ = guarded_ = ready_ = 0;
}

WBSYNC_INLINE thread_table::entry& thread_table::add(const label& name, thread_kind kind,
                                                     const char* property) {
    entry& e = entries_[count_];
    e.name = name;
    e.kind = kind;
    e.property = property;
    e.seq = 0;
    e.newest = -1;
    e.last = {};
    e.symmetric = 0;
    e.rounds_in_vain = 0;
    pending_[count_] = nullptr;
    ++count_;
    return e;
}

WBSYNC_INLINE void thread_table::drop_bodies(bool destroy) {
    for (thread_id t = 0; t != count_; ++t)
        entries_[t].body.drop(destroy);
}

WBSYNC_INLINE thread_set thread_table::all() const noexcept {
    return static_cast<thread_set>((std::uint64_t{1} << count_) - 1);
}

WBSYNC_INLINE void thread_table::pend(thread_id t, const operation& op) noexcept {
    pending_[t] = &op;
    (op.when == nullptr ? unguarded_ : guarded_) |= only(t);
}

WBSYNC_INLINE void thread_table::no_longer_pending(thread_id t) noexcept {
    pending_[t] = nullptr;
    unguarded_ &= ~only(t);
    guarded_ &= ~only(t);
}

WBSYNC_INLINE thread_id thread_table::first_pending() const noexcept {
    const thread_set any = unguarded_ | guarded_;
    return any == 0 ? -1 : std::countr_zero(any);
}

WBSYNC_INLINE thread_set thread_table::look_who_is_ready() {
    ready_ = unguarded_;
    for (thread_set left = guarded_; left != 0; left &= left - 1) {
        const thread_id t = std::countr_zero(left);
        if (pending_[t]->when->enabled())
            ready_ |= only(t);
    }
    return ready_;
}

WBSYNC_INLINE thread_set thread_table::ready_by_old_store() const {
    thread_set set = 0;
    for (thread_set left = guarded_ & ~ready_; left != 0; left &= left - 1) {
        const thread_id t = std::countr_zero(left);
        if (needs_old_store(t))
            set |= only(t);
    }
    return set;
}

WBSYNC_INLINE bool thread_table::can_run(thread_id t) const {
    return (ready_ & only(t)) != 0 || needs_old_store(t);
}

WBSYNC_INLINE int thread_table::without_servers() const noexcept {
    int n = 0;
    for (thread_id t = 0; t != count_; ++t)
        n += entries_[t].kind != thread_kind::server ? 1 : 0;
    return n;
}

WBSYNC_INLINE bool thread_table::idle() const {
    for (thread_id t = 0; t != count_; ++t)
        if (pending_[t] != nullptr && !pending_[t]->idle)
            return false;
    return true;
}

WBSYNC_INLINE bool thread_table::any_gave_up() const {
    return any_waits([](const guard& g) { return g.gave_up(); });
}

WBSYNC_INLINE bool thread_table::any_round_is_outdated() const {
    return !mutated(mutant::outdated_round_is_livelock) &&
           any_waits([](const guard& g) { return g.is_outdated(); });
}

WBSYNC_INLINE bool thread_table::only_daemons_wait() const {
    bool any = false;
    for (thread_id t = 0; t != count_; ++t) {
        if (pending_[t] == nullptr || pending_[t]->idle)
            continue;
        if (entries_[t].kind != thread_kind::daemon)
            return false;
        any = true;
    }
    return any;
}

WBSYNC_INLINE bool thread_table::needs_old_store(thread_id t) const {
    const operation* op = pending_[t];
    return op != nullptr && op->when != nullptr && op->when->enabled_by_old_store();
}

} // namespace wbsync::engine
