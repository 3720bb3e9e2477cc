// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// A step of an execution, as an element of its Mazurkiewicz trace.
///
/// The steps on one object form phases: a run of reads, a run of additions, or a single write.
/// Those of one phase commute with each other and come after all of the phase before.
struct event {
    vector_clock clock;   ///< causal past, the step itself included
    vector_clock through; ///< of all steps on the object up to this one
    thread_id thread = 0;
    timestamp seq = 0; ///< which step of its thread, from 1
    object_id object = 0;
    access_class access = access_class::none;
    std::int64_t delta = 0;       ///< what an addition adds
    step_index previous = -1;     ///< the step before it on the same object
    step_index phase_before = -1; ///< the last step of the phase before its own

    /// Would a step of class `a`, as the next one on the object, belong to the same phase?
    [[nodiscard]] bool phase_goes_on(access_class a) const noexcept {
        return access == a && a != access_class::write;
    }
};

/// The causal order of one execution: program order, and the order of dependent steps as run. An
/// execution that starts like the one before keeps what was computed for it.
class causal_order {
public:
    /// A new execution, of which the first `common` steps are those of the last one.
    void begin(int common) {
        open_ = false;
        done_ = 0;
        newest_of_.fill(-1);
        while (size() > common)
            undo();
    }

    /// Steps known, and steps done so far in this execution.
    [[nodiscard]] int size() const noexcept { return static_cast<int>(size_); }
    [[nodiscard]] int done() const noexcept { return done_; }

    [[nodiscard]] const event& at(step_index i) const {
        return events_[static_cast<std::size_t>(i)];
    }

    /// Causal past of the next step of `t`, by program order alone.
    [[nodiscard]] const vector_clock& past(thread_id t) const noexcept {
        return newest_of_[t] < 0 ? nothing_ : at(newest_of_[t]).clock;
    }

    [[nodiscard]] const std::vector<step_index>& steps_of(thread_id t) const {
        return steps_of_[t];
    }
    [[nodiscard]] const event& step_of(thread_id t, timestamp seq) const {
        return at(steps_of_[t][static_cast<std::size_t>(seq - 1)]);
    }

    /// Is `later` in the causal future of `earlier`, or the same?
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
        event& e = append(); // before past(t), which may move
        e.thread = t;
        e.object = op.object;
        e.access = op.access_now();
        e.delta = op.delta;
        e.clock = past(t);
        e.seq = ++e.clock[t];
        steps_of_[t].push_back(size() - 1);
        e.previous = e.phase_before = -1;
        if (e.access == access_class::none)
            return;
        e.previous = e.phase_before = last(op.object);
        if (e.previous < 0)
            return;
        const event& before = at(e.previous);
        if (before.phase_goes_on(e.access))
            e.phase_before = before.phase_before;
        if (e.phase_before >= 0)
            e.clock.join(at(e.phase_before).through);
    }

    /// The step under way comes after step `seq` of `u` as well.
    void order_after(thread_id u, timestamp seq) {
        if (seq != 0 && is_new())
            newest().clock.join(step_of(u, seq).clock);
    }

    /// The step is done and its clock final: only now can it be in somebody's past.
    void close() {
        if (!std::exchange(open_, false))
            return;
        newest_of_[under_way_] = static_cast<std::int16_t>(done_ - 1);
        if (!is_new())
            return;
        closed_ = size();
        event& e = newest();
        if (e.access == access_class::none)
            return;
        e.through = e.clock;
        if (e.previous != e.phase_before)
            e.through.join(at(e.previous).through);
        if (e.object >= last_.size())
            last_.resize(e.object + 1U, -1);
        last_[e.object] = static_cast<std::int16_t>(size() - 1);
    }

    /// The newest step on an object, whatever its class; -1: none.
    [[nodiscard]] step_index last(object_id x) const noexcept {
        return x < last_.size() ? last_[x] : -1;
    }

    /// The steps that an operation of class `access` on `x` conflicts with directly: the last one
    /// of each thread in the phase before its own.
    template <class F>
    void for_each_conflict(object_id x, access_class access, F visit) const {
        const step_index end = last_before(x, access);
        if (end < 0)
            return;
        thread_set seen = 0;
        for (step_index i = end; i != at(end).phase_before; i = at(i).previous) {
            if ((seen & only(at(i).thread)) == 0)
                visit(at(i).thread, i);
            seen |= only(at(i).thread);
        }
    }

private:
    /// Is the step under way one that the last execution did not have?
    [[nodiscard]] bool is_new() const noexcept { return done_ == size() && done_ > closed_; }

    /// The last step that the next operation of class `access` on `x` conflicts with, or -1.
    [[nodiscard]] step_index last_before(object_id x, access_class access) const {
        const step_index newest = last(x);
        return newest >= 0 && at(newest).phase_goes_on(access) ? at(newest).phase_before : newest;
    }

    event& append() {
        if (size_ == events_.size())
            events_.emplace_back();
        return events_[size_++];
    }
    event& newest() { return events_[size_ - 1]; }

    void undo() {
        const event& e = newest();
        if (e.access != access_class::none && closed_ >= size())
            last_[e.object] = static_cast<std::int16_t>(e.previous);
        steps_of_[e.thread].pop_back();
        --size_;
        closed_ = std::min(closed_, size());
    }

    std::vector<event> events_; ///< the first `size_` ones; the rest is kept for its memory
    std::size_t size_ = 0;
    std::vector<std::int16_t> last_; ///< the newest step on each object
    vector_clock nothing_;           ///< the past of a first step
    per_thread<std::vector<step_index>> steps_of_;
    per_thread<std::int16_t> newest_of_; ///< the last step of each thread done in this execution
    int done_ = 0;
    int closed_ = 0; ///< steps that are part of the histories
    thread_id under_way_ = 0;
    bool open_ = false;
};

} // namespace wbsync::engine
