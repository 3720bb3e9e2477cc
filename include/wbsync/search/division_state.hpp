// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/options.hpp>
#include <wbsync/result.hpp>
#include <wbsync/search/frontier.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace wbsync::search {

// A search advances in batches of tasks. It begins as one task, and remains one as long as it is
// small. When its first runs are used up and something is left, the rest is cut into parts, which
// several processes explore at the same time.
//
//                  the first runs are used up            start over: the order of
//                  and something is left                 additions matters after all
//     undivided ----------------------------> divided ----------------------------> undivided
//         |                                      |
//         | the same, but what is left           | a task cannot be divided,
//         | cannot be divided                    | or the tasks overlap too much
//         '--------------> refused <-------------'
//
// A `refused` search goes on from where it was divided, as one task, and remains one when it starts
// over.
//
// With the usual numbers (wbsync::division) and more work than two processes can do at once:
//
//     batch 1   undivided           1 task    of 2,000 runs    what is left is cut into 4 parts,
//                                                              and kept in one piece as well
//     batch 2   divided, on trial   4 tasks   of   500 runs    up to 16 parts are left
//     batch 3   divided            16 tasks   of 4,000 runs    up to 64 parts are left
//     batch 4   divided            64 tasks   of 4,000 runs    …
//
// If more than a third of the runs since batch 1 were given up because another task explores the
// same (`overlap`), one process is faster: then all results since batch 1 are forgotten, and the
// piece that was kept is explored as one task. The same is done where an old store is explored only
// if a race asks for it (explorer::choose_first): tasks would explore some executions twice.

enum class division_state : std::uint8_t {
    undivided, ///< one task, so far
    divided,   ///< there are, or were, several tasks
    refused,   ///< one task, for good: dividing it failed, or is not possible
};

/// The division state of a search. It decides from counts alone, never from a clock, so that the
/// same search takes the same way every time. Each function is O(1), plus what it copies.
class division_course {
public:
    explicit division_course(const division& how) : how_(how) {}

    [[nodiscard]] bool is_divided() const noexcept { return is_ == division_state::divided; }
    [[nodiscard]] bool is_refused() const noexcept { return is_ == division_state::refused; }

    /// Continues a search that was divided in an earlier run.
    void resume_divided() noexcept { is_ = division_state::divided; }

    /// Everything is explored again.
    void start_over() noexcept {
        if (is_divided())
            is_ = division_state::undivided;
    }

    /// From now on there are several tasks. `rest` is all that is left, in one piece; `so_far` is
    /// the result until now, and `failed` tells whether there was a finding.
    void divide(search_task rest, const result& so_far, bool failed) {
        is_ = division_state::divided;
        rest_ = std::move(rest);
        before_ = so_far;
        failed_before_ = failed;
    }

    /// How many runs a task of the next batch may take, given the result so far, if the search may
    /// be divided.
    [[nodiscard]] std::uint64_t runs_of_a_task(const result& now) const {
        if (!is_divided())
            return how_.first;
        const bool on_trial = now.executions == before_.executions;
        return on_trial ? std::max<std::uint64_t>(how_.each / 8, 1) : how_.each;
    }

    /// Do the tasks overlap so much that one process would be faster? This shows soon, or never.
    [[nodiscard]] bool costs_too_much(const result& now) const {
        const std::uint64_t since = now.executions - before_.executions;
        return is_divided() && !how_.always && rest_.begun && since <= 10 * how_.each &&
               now.overlap > since / 3;
    }

    /// From now on the search is one task, for good. Returns the result from before the division;
    /// take_rest() has what is to be explored.
    [[nodiscard]] const result& refuse() noexcept {
        is_ = division_state::refused;
        return before_;
    }

    /// Was there a finding before the division?
    [[nodiscard]] bool failed_before() const noexcept { return failed_before_; }

    /// What was left at the division, in one piece. If that was in an earlier run, the rest is not
    /// known and not `begun`: the search has to begin again.
    [[nodiscard]] search_task take_rest() { return std::exchange(rest_, {}); }

private:
    division how_;
    division_state is_ = division_state::undivided;
    search_task rest_;
    result before_;
    bool failed_before_ = false;
};

} // namespace wbsync::search
