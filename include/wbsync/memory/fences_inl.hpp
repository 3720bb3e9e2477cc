// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/memory/fences.hpp>

#include <string>
#include <utility>

#include <fmt/core.h>

namespace wbsync::detail {

WBSYNC_INLINE void fence_partners::pass(engine::execution& run, fence_partner what) {
    if (run.memory().reads_old_stores())
        pass(run, what, run.memory().point(run.self()));
    else
        pass_full(run, what);
}

WBSYNC_INLINE void fence_partners::pass(engine::execution& run, fence_partner what,
                                        const engine::view& before) {
    point& p = at(run, what);
    p = {true, true};
    known(run, what) = before;
}

WBSYNC_INLINE void fence_partners::fence_before_atomic(engine::execution& run) {
    if (!run.memory().reads_old_stores())
        return;
    threads_[run.self()].waits = true;
    views_[run.self()].waiting = run.memory().point(run.self());
}

WBSYNC_INLINE std::string shortfall(ordering asked, ordering gets) {
    return gets == asked ? "" : fmt::format("weakened: orders {}", name_of(gets));
}

constexpr event_order order_of_fence(ordering gets) noexcept {
    switch (gets) {
    case ordering::read_fence: return event_order::acquire;
    case ordering::write_fence: return event_order::release;
    case ordering::full_fence: return event_order::full;
    default: return event_order::unspecified;
    }
}

WBSYNC_INLINE void note_fence(engine::execution& run, const char* verb, ordering gets,
                              const site& at, std::string message) {
    run.note({.kind = event_kind::fence,
              .verb = verb,
              .order = order_of_fence(gets),
              .where = at,
              .message = std::move(message)});
}

WBSYNC_INLINE engine::execution* where_barriers_count() {
    engine::execution* run = engine::execution::current();
    return run != nullptr && run->running() ? run : nullptr;
}

WBSYNC_INLINE void fence_after(fence_partner what, const char* verb, const char* lacks,
                               const site& at) {
    engine::execution* run = where_barriers_count();
    if (run == nullptr)
        return;
    run->local_step(at);
    fence_partners& partners = fence_partners::of(*run);
    const ordering gets = run->ordered(at, verb, ordering::full_fence);
    if (gets == ordering::full_fence)
        partners.fence_after(*run, what);
    const bool stray = run->memory().reads_old_stores() && !partners.any(*run, what);
    if (run->recording())
        note_fence(*run, verb, gets, at, stray ? lacks : shortfall(ordering::full_fence, gets));
}

WBSYNC_INLINE void after_full_atomic(engine::execution& run, const site& at, const char* verb) {
    if (engine::surroundings::fence_after(run, at, verb))
        fence_partners::of(run).pass_full(run, fence_partner::atomic);
    else
        fence_partners::of(run).pass(run, fence_partner::atomic);
}

} // namespace wbsync::detail

namespace wbsync {

WBSYNC_INLINE void smp_mb(const site& at) {
    constexpr ordering asked = ordering::full_fence;
    detail::fence("smp_mb", asked, at, [&](auto& run) { return run.fence(asked, at, "smp_mb"); });
}

WBSYNC_INLINE void smp_rmb(const site& at) {
    constexpr ordering asked = ordering::read_fence;
    detail::fence("smp_rmb", asked, at, [&](auto& run) { return run.fence(asked, at, "smp_rmb"); });
}

WBSYNC_INLINE void smp_wmb(const site& at) {
    constexpr ordering asked = ordering::write_fence;
    detail::fence("smp_wmb", asked, at, [&](auto& run) { return run.fence(asked, at, "smp_wmb"); });
}

WBSYNC_INLINE void smp_mb__before_atomic(const site& at) {
    constexpr const char* verb = "smp_mb__before_atomic";
    constexpr ordering asked = ordering::full_fence;
    detail::fence(verb, asked, at, [&](engine::execution& run) {
        const ordering gets = run.ordered(at, verb, asked);
        if (gets == asked)
            detail::fence_partners::of(run).fence_before_atomic(run);
        return gets;
    });
}

} // namespace wbsync
