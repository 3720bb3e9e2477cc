// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/limit.hpp>

#include <string>

#include <fmt/core.h>

namespace wbsync::report {

namespace detail {

/// The place of a limit inside of an execution: "in umount, after the operation at umount.hpp:42"
inline std::string place_within(const limit_hit& l) {
    return "in " + l.who + (l.where.empty() ? "" : ", after the operation at " + l.where);
}

/// The text of a limit to the whole check.
inline std::string whole(const limit_hit& l, const std::string& text) {
    return l.in_execution ? text + " in the middle of an execution: " + place_within(l) : text;
}

/// The text of a limit to one execution.
inline std::string of_execution(const limit_hit& l, const char* what) {
    return fmt::format("{} limit reached{}{}", what, l.where.empty() ? "" : " at ", l.where);
}

inline std::string sentence_of(const limit_hit& l) {
    switch (l.kind) {
    case limit_kind::none: return {};
    case limit_kind::executions:
        return whole(l, fmt::format("max_executions of {} reached", l.bound));
    case limit_kind::seconds: return whole(l, fmt::format("max_seconds of {} reached", l.bound));
    case limit_kind::memory: return whole(l, fmt::format("max_memory of {} MiB reached", l.bound));
    case limit_kind::interrupt: return whole(l, "interrupted");
    case limit_kind::depth: return of_execution(l, "depth");
    case limit_kind::objects: return of_execution(l, "objects");
    case limit_kind::allocation:
        return "out of memory, which the system gave no more of: " + place_within(l);
    case limit_kind::store_history:
        return fmt::format("store history: a load could have looked back over more than {} stores",
                           l.bound);
    case limit_kind::wait_orders:
        return "a wait that conflicts with too many steps to try all their orders";
    case limit_kind::late_load:
        return l.bound != 0
                   ? fmt::format("{} could read more than {} different values late from {}", l.who,
                                 l.bound, l.where)
                   : fmt::format("late loads of pointers are not explored: {} could read from {} "
                                 "what is stored only because of a later store of its own",
                                 l.who, l.where);
    case limit_kind::schedule:
    case limit_kind::process:
    case limit_kind::failure: return l.message;
    case limit_kind::native_run: return "a native run";
    }
    return {};
}

} // namespace detail

/// Which limit was hit, and where: "max_seconds of 0.3 reached". Empty if none was.
inline std::string text_of(const limit_hit& l) {
    const std::string text = detail::sentence_of(l);
    return l.not_saved.empty() ? text : text + "; " + l.not_saved;
}

} // namespace wbsync::report
