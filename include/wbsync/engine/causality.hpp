// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>

#include <bit>
#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// The causal order of one execution, object by object: a Mazurkiewicz trace over dependent().
///
/// The operations on one object fall into phases: a run of reads, a run of additions, or a single
/// write. Those of one phase commute with each other and depend on all of the phase before, so
/// two clocks for each object are enough to compute the clock of the next operation.
class object_history {
public:
    void reset() {
        current_ = {};
        previous_ = {};
        last_ = -1;
    }

    /// Adds to `clock` what an operation of class `access` comes after.
    void happens_before(access_class access, vector_clock& clock) const {
        clock.join(commutes(access) ? previous_.clock : current_.clock);
    }

    /// The steps that an operation of class `access` conflicts with directly: the last one of each
    /// thread in the phase before its own.
    template <class F>
    void for_each_conflict(access_class access, F visit) const {
        const phase& p = commutes(access) ? previous_ : current_;
        for (thread_set left = p.threads; left != 0; left &= left - 1) {
            const thread_id t = std::countr_zero(left);
            visit(t, p.last[t]);
        }
    }

    /// The newest operation on the object, whatever its class.
    [[nodiscard]] step_index last() const noexcept { return last_; }

    void add(access_class access, thread_id t, step_index step, const vector_clock& clock) {
        if (!commutes(access)) {
            previous_ = current_;
            current_.access = access;
            current_.threads = 0;
        }
        current_.clock.join(clock);
        current_.threads |= only(t);
        current_.last[t] = step;
        last_ = step;
    }

private:
    struct phase {
        access_class access = access_class::none;
        thread_set threads = 0;
        vector_clock clock; ///< join of everything up to and including the phase
        per_thread<step_index> last; ///< valid where `threads` says so
    };

    /// Does the operation join the current phase?
    [[nodiscard]] bool commutes(access_class access) const noexcept {
        return current_.access == access && access != access_class::write;
    }

    phase current_;
    phase previous_;
    step_index last_ = -1;
};

} // namespace wbsync::engine
