// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/options.hpp>
#include <wbsync/result.hpp>
#include <wbsync/search/frontier.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace wbsync::search {

// A search goes forward in batches of tasks. It begins as one task, and stays one as long as it is
// small. When the first runs of it are used up and something is left, that is cut into parts, which
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
// A search that is `refused` goes on from where it was divided, as one task, and stays so when it
// starts over.
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
// same (`overlap`), one process is faster: all that was seen since batch 1 is forgotten, and the
// piece that was kept is explored as one task. So it is where an old store is explored only if a
// race asks for it (explorer::choose_first): tasks would explore some executions twice.

enum class division_state : std::uint8_t {
    undivided, ///< one task, so far
    divided,   ///< there are, or were, several tasks
    refused,   ///< one task, for good: to divide it was tried, or cannot be tried
};

/// Where a search stands with that. It decides from counts alone, never from a clock, so that
/// the same search takes the same way every time. Each function is O(1), but
/// for what it copies.
class division_course {
public:
    explicit division_course(const division& how) : how_(how) {}

    [[nodiscard]] bool is_divided() const noexcept { return is_ == division_state::divided; }
    [[nodiscard]] bool is_refused() const noexcept { return is_ == division_state::refused; }

    /// The search goes on that was divided in an earlier run.
    void resume_divided() noexcept { is_ = division_state::divided; }

    /// All is explored again.
    void start_over() noexcept {
        if (is_divided())
            is_ = division_state::undivided;
    }

    /// From now on there are several tasks. `rest` is all that is left, in one piece; `so_far` what
    /// was seen until now, `failed` whether a finding was.
    void divide(search_task rest, const result& so_far, bool failed) {
        is_ = division_state::divided;
        rest_ = std::move(rest);
        before_ = so_far;
        failed_before_ = failed;
    }

    /// How many runs a task of the next batch may take, if the search has seen `now` and may be
    /// divided.
    [[nodiscard]] std::uint64_t runs_of_a_task(const result& now) const {
        if (!is_divided())
            return how_.first;
        const bool on_trial = now.executions == before_.executions;
        return on_trial ? std::max<std::uint64_t>(how_.each / 8, 1) : how_.each;
    }

    /// Do the tasks overlap so much that one process would be faster? That shows soon, or never.
    [[nodiscard]] bool costs_too_much(const result& now) const {
        const std::uint64_t since = now.executions - before_.executions;
        return is_divided() && !how_.always && rest_.begun && since <= 10 * how_.each &&
               now.overlap > since / 3;
    }

    /// The search is one task from now on, for good. Returns what was seen before it was divided;
    /// what is to be explored is in take_rest().
    [[nodiscard]] const result& refuse() noexcept {
        is_ = division_state::refused;
        return before_;
    }

    /// Was a finding among what was seen before it was divided?
    [[nodiscard]] bool failed_before() const noexcept { return failed_before_; }

    /// What was left when it was divided, in one piece. Not `begun` if that was in an earlier run:
    /// then it is not known, and the search has to begin once more.
    [[nodiscard]] search_task take_rest() { return std::exchange(rest_, {}); }

private:
    division how_;
    division_state is_ = division_state::undivided;
    search_task rest_;
    result before_;
    bool failed_before_ = false;
};

} // namespace wbsync::search
