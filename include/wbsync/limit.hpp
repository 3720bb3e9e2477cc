// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/limit_kind.hpp>

#include <string>

namespace wbsync {

/// A limit that a check has come to: nothing is known about the rest. report::text_of() says it in
/// words.
struct limit_hit {
    limit_kind kind = limit_kind::none;
    double bound = 0;           ///< the limit, for those that are numbers
    bool in_execution = false;  ///< in the middle of one, not between two
    std::string who = {};       ///< the thread or the part of the model that came to it
    std::string where = {};     ///< its newest operation: "umount.hpp:42"
    std::string message = {};   ///< of a schedule, a process, or a failure: what it was
    std::string not_saved = {}; ///< why the search cannot be gone on with; empty: nothing is lost

    [[nodiscard]] bool empty() const noexcept { return kind == limit_kind::none; }

    friend bool operator==(const limit_hit&, const limit_hit&) = default;
};

} // namespace wbsync
