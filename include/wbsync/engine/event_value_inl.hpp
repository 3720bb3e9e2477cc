// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/event_value.hpp>
#include <wbsync/linkage.hpp>

#include <fmt/core.h>

namespace wbsync {

WBSYNC_INLINE std::string text_of(const event_value& v) {
    using enum event_value::form;
    switch (v.kind()) {
    case number: return fmt::format("{}", v.number());
    case truth: return v.number() != 0 ? "true" : "false";
    case name: return v.name();
    case owner: return v.number() < 0 ? std::string{"free"} : "held by " + v.name();
    default: return {};
    }
}

} // namespace wbsync
