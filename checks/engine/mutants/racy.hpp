// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/count_table.hpp"

#include <string>
#include <vector>

/// Small programs with a finding, at least under weak: a rule that orders too much hides it.
namespace racy {

struct program {
    std::string name;
    count_table::threads what;
    std::string property; ///< that fails
};

inline std::vector<program> programs() {
    using namespace count_table;
    const operation writes{kind::plain_write, 0, 1};
    const operation reads{kind::plain_read};
    return {
        {"plain data behind a relaxed load, an unlock and a lock",
         {{writes, fetch_add(0)},
          {load(0), lock, unlock, other_lock, if_not_zero(reads), other_unlock}},
         "data-race"},
        {"plain data behind a barrier that belongs to an earlier addition",
         {{add(1), writes, after_atomic, store(0)}, {acquire(0), if_not_zero(reads)}},
         "data-race"},
    };
}

} // namespace racy
