// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/location.hpp>
#include <wbsync/engine/read_options.hpp>
#include <wbsync/engine/store_past.hpp>
#include <wbsync/wrapping.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace wbsync::engine {

// Runs of additions, as a load sees them.
//
// Additions that follow each other, whose results nobody used and between which nobody read,
// commute: they form a run, which has no order of its own (location.hpp). A load reads a run as a
// whole or passes over it as a whole. Any other store is a run of one.
//
//     modification order of x, oldest store first:
//
//         [ x = 0 ]     { +1  +4 }     [ x = 9 ]     one that the load may pass over
//             |             |              |
//         option 2      option 1       option 0
//         reads 0       reads 5        reads 9
//
// That is enough as long as no load can tell the order within the run. Here one can, under weak:
//
//     thread 0: atomic_add(1, x)
//     thread 1: atomic_add(4, x); WRITE_ONCE(y, 1)
//     thread 2: r = READ_ONCE(y); s = READ_ONCE(x)
//
// If r is 1, then +4 is in the causal past of the load of x, but does not happen before it: nothing
// acquires. The load may pass over it, and the splits of the run { +1 +4 } are
//
//     passed over    value read
//     nothing            5        the run as a whole: an option already
//     +1 and +4          0        passed over as a whole: an option already
//     +1                 4        +1 is not in the causal past: an execution in which the load runs
//                                 before +1 reads 4 as well
//     +4                 1        inside of the run, and +4 is in the causal past: only an order of
//                                 the two explains that, +1 before +4
//
// The last line makes has_wanted_split() true. The additions to x are no longer taken to commute
// then, and the exploration starts over (execution::additions_commute()).

/// How much of a run a load may pass over.
enum class passage : std::uint8_t {
    gone,    ///< the run has no store left, so there is nothing to pass over
    blocked, ///< none of its stores
    partial, ///< some of its stores
    open,    ///< all of them: older stores can be read
};

/// A run of stores, as one load sees it.
struct addition_run {
    int begin = 0;
    int end = 0;   ///< index of the newest store
    int there = 0; ///< how many of the stores are not gone
    passage over = passage::gone;

    [[nodiscard]] bool is_there() const noexcept { return over != passage::gone; }

    /// Can the load see what is older than the run?
    [[nodiscard]] bool lets_through() const noexcept;

    /// Is there more than one way to pass over a part of it?
    [[nodiscard]] bool can_be_split() const noexcept;
};

/// Looks at the stores from index `begin` to `end`, which form a run. Calls `is_gone` with the step
/// of a store and `may_pass_over` with a store that is not gone, O(end - begin) times each.
template <class Gone, class MayPassOver>
addition_run look_at_run(const location& x, int begin, int end, Gone is_gone,
                         MayPassOver may_pass_over) {
    addition_run run{begin, end, 0, passage::gone};
    int passable = 0;
    for (int i = begin; i <= end; ++i) {
        if (is_gone(x.at(i).step))
            continue;
        ++run.there;
        if (i != 0 && may_pass_over(x.at(i))) // nothing is older than the initial value
            ++passable;
    }
    if (run.there != 0)
        run.over = passable == run.there ? passage::open
                   : passable != 0       ? passage::partial
                                         : passage::blocked;
    return run;
}

/// The splits of a run: which of its additions a load reads, and which it passes over.
class run_splits {
public:
    /// Is there a split such that the load reads at least one addition, passes over one that is in
    /// `past`, its causal past, and reads a `wanted` value? `may_pass_over` says which single
    /// additions can be passed over. The run must not begin with the initial value.
    ///
    /// Splits with the same value and state are one, so this takes O(n * v) space and O(n * v^2)
    /// time for n additions that come to v different sums. Not re-entrant: `may_pass_over` and
    /// `wanted` must not ask for other splits.
    template <class MayPassOver>
    [[nodiscard]] bool has_wanted_split(const location& x, const addition_run& run,
                                        const store_past& past, MayPassOver may_pass_over,
                                        value_condition wanted) {
        std::int64_t whole = x.at(run.begin - 1).value;
        for (int i = run.begin; i <= run.end; ++i)
            whole = wrapping_sum(whole, x.at(i).delta);
        splits_.assign(1, {whole, state::undecided});
        for (int i = run.begin; i <= run.end; ++i)
            decide(x.at(i), may_pass_over(x.at(i)), past.holds(x.at(i)));
        return std::any_of(splits_.begin(), splits_.end(), [&](const split& s) {
            return s.is == state::inside && wanted(s.value);
        });
    }

private:
    /// The state of a split after the additions decided so far. Only `inside` needs an order.
    ///
    ///     undecided --reads one--> reads_some --misses a forced one--> inside
    ///         \--misses a forced one--> misses_forced --reads one--------/
    ///
    /// Missing an addition that is not in the causal past changes nothing.
    enum class state : std::uint8_t {
        undecided = 0,
        reads_some = 1,    ///< an addition is read
        misses_forced = 2, ///< one that is passed over is in the causal past of the load
        inside = 3,        ///< both
    };

    struct split {
        std::int64_t value; ///< without what is passed over
        state is;
        bool operator==(const split&) const = default;
    };

    static constexpr state with(state s, state more) noexcept {
        return static_cast<state>(static_cast<unsigned>(s) | static_cast<unsigned>(more));
    }

    /// Every split so far reads the addition; if it can be `passed`, a copy of each passes over it.
    void decide(const store_record& addition, bool passed, bool forced);

    std::vector<split> splits_; ///< kept for its memory
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/addition_run_inl.hpp>
#endif
