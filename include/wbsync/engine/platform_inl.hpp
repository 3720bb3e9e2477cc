// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/platform.hpp>
#include <wbsync/linkage.hpp>

#include <stdexcept>

#include <fmt/core.h>

namespace wbsync::engine {

WBSYNC_INLINE execution& execution_with(const char* object) {
    execution* run = execution::current();
    if (run == nullptr)
        throw std::logic_error(fmt::format("wbsync: {} is there only inside a model", object));
    return *run;
}

} // namespace wbsync::engine
