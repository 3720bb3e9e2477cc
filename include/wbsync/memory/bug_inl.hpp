// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/memory/bug.hpp>

namespace wbsync {

WBSYNC_INLINE void violated(const char* property, std::string message, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        throw std::logic_error(std::string{property} + ": " + message);
    run->fail(property, std::move(message), at);
}

} // namespace wbsync

namespace wbsync::detail {

WBSYNC_INLINE void evaluates_property() noexcept {
    if (engine::execution* run = engine::execution::current(); run != nullptr)
        run->evaluates_property();
}

WBSYNC_INLINE void note_warning(const char* text, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        return;
    finding what{"WARN_ON", text, at, run->self()};
    if (run->recording())
        run->note(step_of(what, run->self()));
    run->report(std::move(what));
}

} // namespace wbsync::detail
