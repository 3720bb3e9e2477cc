// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/limit_kind.hpp>

#include <string>

namespace wbsync {

/// A limit that a check has hit: nothing is known about the rest. report::text_of() describes it.
struct limit_hit {
    limit_kind kind = limit_kind::none;
    double bound = 0;           ///< the limit, if it is a number
    bool in_execution = false;  ///< hit in the middle of an execution, not between two
    std::string who = {};       ///< the thread or the part of the model that hit it
    std::string where = {};     ///< its newest operation: "umount.hpp:42"; or the object
    std::string message = {};   ///< what happened to a schedule or a process, or what failed
    std::string not_saved = {}; ///< why the search cannot be continued; empty: nothing is lost

    [[nodiscard]] bool empty() const noexcept { return kind == limit_kind::none; }

    friend bool operator==(const limit_hit&, const limit_hit&) = default;
};

} // namespace wbsync
