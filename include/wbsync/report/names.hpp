// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/event.hpp>
#include <wbsync/options.hpp>
#include <wbsync/result.hpp>

#include <optional>
#include <string_view>

/// The words for enumerators in documents.
namespace wbsync::report {

using wbsync::name_of;

constexpr const char* name_of(event_kind k) noexcept {
    switch (k) {
    case event_kind::load: return "load";
    case event_kind::store: return "store";
    case event_kind::rmw: return "rmw";
    case event_kind::add: return "add";
    case event_kind::fence: return "fence";
    case event_kind::lock: return "lock";
    case event_kind::try_lock: return "try_lock";
    case event_kind::unlock: return "unlock";
    case event_kind::down: return "down";
    case event_kind::up: return "up";
    case event_kind::wait: return "wait";
    case event_kind::wake: return "wake";
    case event_kind::blocked: return "blocked";
    case event_kind::section_begin: return "section_begin";
    case event_kind::section_end: return "section_end";
    case event_kind::grace_period_begin: return "grace_period_begin";
    case event_kind::grace_period_end: return "grace_period_end";
    case event_kind::alloc: return "alloc";
    case event_kind::free: return "free";
    case event_kind::plain_read: return "plain_read";
    case event_kind::plain_write: return "plain_write";
    case event_kind::use: return "use";
    case event_kind::finding: return "finding";
    case event_kind::unspecified:
    case event_kind::note: break;
    }
    return "note";
}

/// nullptr: it orders nothing.
constexpr const char* name_of(event_order o) noexcept {
    switch (o) {
    case event_order::relaxed: return "relaxed";
    case event_order::acquire: return "acquire";
    case event_order::release: return "release";
    case event_order::acq_rel: return "acq_rel";
    case event_order::full: return "full";
    case event_order::unspecified: break;
    }
    return nullptr;
}

/// nullptr: no limit was hit.
constexpr const char* name_of(limit_kind l) noexcept {
    switch (l) {
    case limit_kind::executions: return "max_executions";
    case limit_kind::seconds: return "max_seconds";
    case limit_kind::memory: return "max_memory";
    case limit_kind::interrupt: return "interrupt";
    case limit_kind::depth: return "depth";
    case limit_kind::objects: return "objects";
    case limit_kind::allocation: return "out_of_memory";
    case limit_kind::store_history: return "store_history";
    case limit_kind::wait_orders: return "wait_orders";
    case limit_kind::late_load: return "late_load";
    case limit_kind::schedule: return "schedule";
    case limit_kind::process: return "process";
    case limit_kind::failure: return "failure";
    case limit_kind::native_run: return "native_run";
    case limit_kind::none: break;
    }
    return nullptr;
}

/// The verdict with that name; std::nullopt: there is none.
inline std::optional<verdict> parse_verdict(std::string_view name) noexcept {
    for (const verdict v :
         {verdict::verified, verdict::finding, verdict::incomplete, verdict::vacuous})
        if (name == wbsync::name_of(v))
            return v;
    return std::nullopt;
}

/// nullptr: the finding is about one step.
constexpr const char* name_of(collision::pair p) noexcept {
    switch (p) {
    case collision::pair::race: return "race";
    case collision::pair::use_after_end: return "use_after_end";
    case collision::pair::unordered_end: return "unordered_end";
    case collision::pair::none: break;
    }
    return nullptr;
}

constexpr const char* name_of(scheduler_kind s) noexcept {
    return s == scheduler_kind::reference ? "reference" : "dpor";
}

} // namespace wbsync::report
