// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/memory/might_sleep.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/core.h>

namespace wbsync::detail {

WBSYNC_INLINE std::string atomic_context::reason::str() const {
    return fmt::format("{}{}{} (since {})", what, name == nullptr ? "" : " ",
                       name == nullptr ? "" : name->str(), where.str());
}

WBSYNC_INLINE void atomic_context::returns_inside(engine::execution& run, const reason& of,
                                                  const std::string& who) {
    run.fail("misuse", fmt::format("{} returns inside of {}", who, of.str()), of.where);
}

WBSYNC_INLINE void atomic_context::reset() {
    for (int t = 0; t != engine::max_threads; ++t)
        of_[t].clear();
}

WBSYNC_INLINE void atomic_context::leave(const engine::execution& run, const char* what,
                                         const label* name) {
    auto& mine = of_[run.self()];
    const auto last = std::find_if(mine.rbegin(), mine.rend(), [&](const reason& r) {
        return std::string_view{r.what} == what && r.name == name;
    });
    if (last != mine.rend())
        mine.erase(std::next(last).base());
}

WBSYNC_INLINE const atomic_context::reason*
atomic_context::against_sleeping(const engine::execution& run) const {
    const auto& mine = of_[run.self()];
    const auto last =
        std::find_if(mine.rbegin(), mine.rend(), [](const reason& r) { return !r.may_sleep; });
    return last == mine.rend() ? nullptr : &*last;
}

} // namespace wbsync::detail

namespace wbsync {

WBSYNC_INLINE void might_sleep(const char* verb, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr || !run->running())
        return;
    run->evaluates_property();
    if (const auto* why = detail::atomic_context::of(*run).against_sleeping(*run))
        run->fail("misuse",
                  fmt::format("{} can sleep, and {} is inside of {}", verb,
                              run->thread_name(run->self()), why->str()),
                  at);
}

} // namespace wbsync
