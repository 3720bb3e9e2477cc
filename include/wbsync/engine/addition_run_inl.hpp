// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/addition_run.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE bool addition_run::lets_through() const noexcept {
    return over == passage::open || over == passage::gone;
}

WBSYNC_INLINE bool addition_run::can_be_split() const noexcept {
    return there > 1 && (over == passage::partial || over == passage::open);
}

WBSYNC_INLINE void run_splits::decide(const store_record& addition, bool passed, bool forced) {
    const std::size_t before = splits_.size();
    for (std::size_t k = 0; k != before; ++k) {
        split without = splits_[k];
        splits_[k].is = with(splits_[k].is, state::reads_some);
        if (!passed)
            continue;
        without.value = wrapping_sum(without.value, wrapping_negation(addition.delta));
        if (forced)
            without.is = with(without.is, state::misses_forced);
        if (std::find(splits_.begin(), splits_.end(), without) == splits_.end())
            splits_.push_back(without);
    }
}

} // namespace wbsync::engine
