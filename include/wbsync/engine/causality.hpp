// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>

#include <bit>
#include <vector>

namespace wbsync::engine {

/// The operations on one object, in phases: a run of reads, a run of additions, or a single write.
/// Those of one phase commute with each other and depend on all of the phase before, so two clocks
/// are enough to compute the clock of the next operation.
class object_history {
public:
    void reset() {
        current_.clear();
        previous_.clear();
        last_ = -1;
    }

    /// Adds to `clock` what an operation of class `access` comes after.
    void happens_before(access_class access, vector_clock& clock) const {
        clock.join(joins_phase(access) ? previous_.clock : current_.clock);
    }

    /// The steps that an operation of class `access` conflicts with directly: the last one of each
    /// thread in the phase before its own.
    template <class F>
    void for_each_conflict(access_class access, F visit) const {
        const phase& p = joins_phase(access) ? previous_ : current_;
        for (thread_set left = p.threads; left != 0; left &= left - 1) {
            const thread_id t = std::countr_zero(left);
            visit(t, p.last[t]);
        }
    }

    /// The newest operation on the object, whatever its class.
    [[nodiscard]] step_index last() const noexcept { return last_; }

    void add(access_class access, thread_id t, step_index step, const vector_clock& clock) {
        if (!joins_phase(access)) {
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

        void clear() {
            access = access_class::none;
            threads = 0;
            clock = {};
        }
    };

    [[nodiscard]] bool joins_phase(access_class access) const noexcept {
        return current_.access == access && access != access_class::write;
    }

    phase current_;
    phase previous_;
    step_index last_ = -1;
};

/// A step of an execution, as an element of its Mazurkiewicz trace.
struct event {
    vector_clock clock; ///< causal past, the step itself included
    thread_id thread = 0;
    timestamp seq = 0; ///< which step of its thread, from 1
    object_id object = 0;
    access_class access = access_class::none;
    step_index previous = -1; ///< earlier step on the same object
};

/// The causal order of one execution: program order, and the order of dependent steps as run.
class causal_order {
public:
    void begin(int threads) {
        open_ = false;
        events_.clear();
        for (const object_id x : used_objects_) objects_[x].reset();
        used_objects_.clear();
        for (thread_id t = 0; t != threads; ++t) {
            clock_[t] = {};
            steps_of_[t].clear();
        }
    }

    [[nodiscard]] int size() const noexcept { return static_cast<int>(events_.size()); }
    [[nodiscard]] const event& at(step_index i) const {
        return events_[static_cast<std::size_t>(i)];
    }

    /// Causal past of the next step of `t`, by program order alone.
    [[nodiscard]] const vector_clock& past(thread_id t) const noexcept { return clock_[t]; }

    [[nodiscard]] const std::vector<step_index>& steps_of(thread_id t) const {
        return steps_of_[t];
    }
    [[nodiscard]] const event& step_of(thread_id t, timestamp seq) const {
        return at(steps_of_[t][static_cast<std::size_t>(seq - 1)]);
    }

    [[nodiscard]] bool depends_on(step_index later, step_index earlier) const {
        const event& e = at(earlier);
        return at(later).clock.covers(e.thread, e.seq);
    }

    /// `t` takes the step `op`.
    void open(thread_id t, const operation& op) {
        event& e = events_.emplace_back();
        e.thread = t;
        e.object = op.object;
        e.access = op.access;
        e.clock = clock_[t];
        e.seq = ++e.clock[t];
        if (op.access != access_class::none) {
            const object_history& object = history(op.object);
            object.happens_before(op.access, e.clock);
            e.previous = object.last();
        }
        steps_of_[t].push_back(size() - 1);
        open_ = true;
    }

    /// The step under way comes after step `seq` of `u` as well.
    void order_after(thread_id u, timestamp seq) {
        if (seq != 0) events_.back().clock.join(step_of(u, seq).clock);
    }

    /// The step is done and its clock final: only now can it be in somebody's past.
    void close() {
        if (!open_) return;
        open_ = false;
        const event& e = events_.back();
        clock_[e.thread] = e.clock;
        if (e.access == access_class::none) return;
        object_history& object = history(e.object);
        if (object.last() < 0) used_objects_.push_back(e.object);
        object.add(e.access, e.thread, size() - 1, e.clock);
    }

    object_history& history(object_id x) {
        if (x >= objects_.size()) objects_.resize(x + 1U);
        return objects_[x];
    }

private:
    std::vector<event> events_;
    std::vector<object_history> objects_;
    std::vector<object_id> used_objects_;
    per_thread<vector_clock> clock_;
    per_thread<std::vector<step_index>> steps_of_;
    bool open_ = false;
};

} // namespace wbsync::engine
