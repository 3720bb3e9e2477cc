// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace wbsync::native {

/// The first violation of a run.
struct violation {
    std::string property;
    std::string message;
    std::string thread; ///< empty: no thread, as for a leak
    site where;

    [[nodiscard]] std::string str() const {
        return fmt::format("{}: {}{}{}{}", property, message, thread.empty() ? "" : ", by ", thread,
                           *where.file == '\0' ? "" : " at " + where.str());
    }
};

/// The result of a run. A run without a violation says little: it is one execution out of many.
struct [[nodiscard]] result {
    std::optional<violation> found;
    double seconds = 0;              ///< from the start of the threads to their end
    std::uint64_t grace_periods = 0; ///< of RCU and SRCU: those that a thread waited for
    std::uint64_t flushes = 0;       ///< of works and workqueues: those that had to wait
    int threads = 0;                 ///< daemons and kworkers included
    std::uint64_t runs = 1;          ///< for stress(): the number of runs
    std::uint64_t seed = 1;          ///< of the last run

    [[nodiscard]] bool clean() const noexcept { return !found; }
};

} // namespace wbsync::native
