// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/conclusion.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void conclusion::begin() {
    outcome_ = outcome::complete;
    limit_ = limit_kind::none;
    findings_.clear();
    difference_.reset();
    left_out_.reset();
    intact_ = true;
    exists_ = true;
}

WBSYNC_INLINE void conclusion::does_not_exist() {
    findings_.clear();
    exists_ = false;
    if (outcome_ != outcome::cut_short)
        outcome_ = outcome::given_up;
}

WBSYNC_INLINE void conclusion::is_cut_short(limit_kind by, const site& at, std::string in) {
    outcome_ = outcome::cut_short;
    limit_ = by;
    limit_at_ = at;
    limit_in_ = std::move(in);
}

} // namespace wbsync::engine
