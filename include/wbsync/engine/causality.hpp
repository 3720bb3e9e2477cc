// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// The operations on one object, in phases: a run of reads, a run of additions, or a single write.
/// Those of one phase commute with each other and depend on all of the phase before, so two clocks
/// are enough to compute the clock of the next operation.
class object_history {
public:
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
            visit(t, step_index{p.last[t]});
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
        current_.last[t] = static_cast<std::int16_t>(step);
        last_ = static_cast<std::int16_t>(step);
    }

private:
    struct phase {
        vector_clock clock;            ///< join of everything up to and including the phase
        per_thread<std::int16_t> last; ///< step of each thread; valid where `threads` says so
        thread_set threads = 0;
        access_class access = access_class::none;
    };

    [[nodiscard]] bool joins_phase(access_class access) const noexcept {
        return current_.access == access && access != access_class::write;
    }

    phase current_;
    phase previous_;
    std::int16_t last_ = -1;
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

/// The causal order of one execution: program order, and the order of dependent steps as run. An
/// execution that starts like the one before keeps what was computed for it.
class causal_order {
public:
    /// A new execution, of which the first `common` steps are those of the last one.
    void begin(int common) {
        open_ = false;
        done_ = 0;
        finished_ = {};
        while (size() > common)
            undo();
    }

    /// Steps known, and steps done so far in this execution.
    [[nodiscard]] int size() const noexcept { return static_cast<int>(events_.size()); }
    [[nodiscard]] int done() const noexcept { return done_; }

    [[nodiscard]] const event& at(step_index i) const {
        return events_[static_cast<std::size_t>(i)];
    }

    /// Causal past of the next step of `t`, by program order alone.
    [[nodiscard]] const vector_clock& past(thread_id t) const noexcept {
        static constexpr vector_clock nothing;
        return finished_[t] == 0 ? nothing : step_of(t, finished_[t]).clock;
    }

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
        under_way_ = t;
        open_ = true;
        if (done_++ < size())
            return;
        event& e = events_.emplace_back();
        e.thread = t;
        e.object = op.object;
        e.access = op.access;
        e.clock = past(t);
        e.seq = ++e.clock[t];
        steps_of_[t].push_back(size() - 1);
        if (op.access == access_class::none)
            return;
        const object_history& object = history(op.object);
        object.happens_before(op.access, e.clock);
        e.previous = object.last();
    }

    /// The step under way comes after step `seq` of `u` as well.
    void order_after(thread_id u, timestamp seq) {
        if (seq != 0 && is_new())
            events_.back().clock.join(step_of(u, seq).clock);
    }

    /// The step is done and its clock final: only now can it be in somebody's past.
    void close() {
        if (!std::exchange(open_, false))
            return;
        ++finished_[under_way_];
        if (!is_new())
            return;
        closed_ = size();
        const event& e = events_.back();
        if (e.access == access_class::none)
            return;
        object_history& object = history(e.object);
        undo_.push_back(object);
        object.add(e.access, e.thread, size() - 1, e.clock);
    }

    object_history& history(object_id x) {
        if (x >= objects_.size())
            objects_.resize(x + 1U);
        return objects_[x];
    }

private:
    /// Is the step under way one that the last execution did not have?
    [[nodiscard]] bool is_new() const noexcept { return done_ == size() && done_ > closed_; }

    void undo() {
        const event& e = events_.back();
        if (e.access != access_class::none && closed_ >= size()) {
            objects_[e.object] = undo_.back();
            undo_.pop_back();
        }
        steps_of_[e.thread].pop_back();
        events_.pop_back();
        closed_ = std::min(closed_, size());
    }

    std::vector<event> events_;
    std::vector<object_history> objects_;
    std::vector<object_history> undo_; ///< of each object, before each step on it
    per_thread<std::vector<step_index>> steps_of_;
    per_thread<timestamp> finished_; ///< steps of each thread done in this execution
    int done_ = 0;
    int closed_ = 0; ///< steps that are part of the histories
    thread_id under_way_ = 0;
    bool open_ = false;
};

} // namespace wbsync::engine
