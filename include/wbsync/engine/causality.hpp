// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/vector_clock.hpp>

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
///
///     step        0      1      2      3      4      5
///     on x      write   read   read   add    add    write
///     phase    |--A--| |-----B-----| |-----C-----| |--D--|
///     previous    -1     0      1      2      3      4
///     phase_before -1    0      0      2      2      4
struct event {
    vector_clock clock;   ///< causal past, the step itself included
    vector_clock through; ///< join of the clocks of all steps on the object up to this one
    thread_id thread = 0;
    timestamp seq = 0; ///< which step of its thread, from 1
    object_id object = 0;
    access_class access = access_class::none;
    std::int64_t delta = 0;       ///< what an addition adds
    step_index previous = -1;     ///< the step before it on the same object
    step_index phase_before = -1; ///< the last step of the phase before its own
    bool chooses = false;         ///< it may read an old store
    bool reads_old = false;
    step_index source = -1; ///< step of the old store that it reads; -1: the initial value

    /// A read-modify-write that reads an old store, and changes nothing, is a load after all.
    [[nodiscard]] bool is_load() const noexcept { return chooses || reads_old; }

    /// Would a step of class `a`, as the next one on the object, belong to the same phase?
    [[nodiscard]] bool phase_goes_on(access_class a) const noexcept {
        return access == a && a != access_class::write;
    }
};

/// The causal order of one execution, called happens-before in the literature on partial order
/// reduction: program order, and the order of dependent steps as run. The common prefix with the
/// previous execution keeps what was computed for it.
///
/// For each step: open(), then the functions that say more about it, then close(). Not re-entrant.
/// Each function is O(1), or O(t) for t threads where it joins clocks, unless it says otherwise;
/// references to events are valid until the next open().
class causal_order {
public:
    /// A new execution, whose first `common` steps are those of the last one. O(steps undone).
    void begin(int common) {
        open_ = false;
        done_ = 0;
        forced_of_ = none;
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
        running_ = t;
        open_ = true;
        if (done_++ < size()) {
            under_way().reads_old = false; // its choice may be another one
            return;
        }
        event& e = append(); // before past(t), which may move
        e.thread = t;
        e.object = op.object;
        e.access = op.access_now();
        e.delta = op.delta;
        e.chooses = op.chooses && e.access == access_class::read;
        e.reads_old = false;
        e.source = -1;
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
        if (seq == 0 || !is_new())
            return;
        newest().clock.join(step_of(u, seq).clock);
        also_after_.emplace_back(size() - 1, steps_of_[u][static_cast<std::size_t>(seq - 1)]);
    }

    /// The step under way reads an old store: that of step `of`, or the initial value (-1).
    void reads_old_store(step_index of) {
        under_way().reads_old = true;
        under_way().source = of;
    }

    /// Must the next step of `t` come after `store`, which is in its causal past, even if loads of
    /// lower rank are left out? See collect_forced(). O(1), but O(steps + conflicts) for the first
    /// question about a step.
    [[nodiscard]] bool is_forced(thread_id t, step_index store) {
        if (mutated(mutant::loads_have_no_rank))
            return true;
        if (at(store).access == access_class::add)
            return true;
        if (newest_of_[t] < 0)
            return false;
        if (forced_of_ != newest_of_[t])
            collect_forced(t);
        return forced_[static_cast<std::size_t>(store)];
    }

    /// The step is done and its clock final: only now can it be in somebody's past.
    void close() {
        if (!std::exchange(open_, false))
            return;
        newest_of_[running_] = static_cast<std::int16_t>(done_ - 1);
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
    /// of each thread in the phase before its own. O(length of the phase).
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

    /// Collects what the step after the newest one of `t` must come after: by program order, by
    /// reads-from, by the order of stores, and by the order of a load before a later store if the
    /// load has a higher rank than that step, so belongs to an earlier thread or to `t` itself. The
    /// order of any other load before a store is given up where the two orders cannot both be had.
    /// The order of a load before an addition is always kept: a load that comes later could have to
    /// look into a run. O(steps + conflicts), once for each load that could read an old store.
    void collect_forced(thread_id t) {
        forced_of_ = newest_of_[t];
        forced_.assign(static_cast<std::size_t>(size()), false);
        pending_.assign(1, forced_of_);
        forced_[static_cast<std::size_t>(forced_of_)] = true;
        while (!pending_.empty()) {
            const step_index i = pending_.back();
            pending_.pop_back();
            const event& e = at(i);
            if (e.seq > 1)
                force(steps_of_[e.thread][static_cast<std::size_t>(e.seq - 2)]);
            for (const auto& [later, earlier] : also_after_)
                if (later == i)
                    force(earlier);
            if (mutated(mutant::sources_force_nothing) && e.is_load())
                continue;
            if (e.reads_old)
                force_source(e);
            else if (e.access != access_class::none)
                force_before(e, t);
        }
    }

    void force(step_index i) {
        if (forced_[static_cast<std::size_t>(i)])
            return;
        forced_[static_cast<std::size_t>(i)] = true;
        pending_.push_back(i);
    }

    /// A run of additions is read as a whole.
    void force_source(const event& load) {
        if (load.source < 0)
            return;
        force_phase(load.source, at(load.source).phase_before);
    }
    void force_phase(step_index last, step_index before) {
        for (step_index i = last; i != before && i >= 0; i = at(i).previous) {
            force(i);
            if (at(i).access == access_class::write)
                return;
        }
    }

    void force_before(const event& e, thread_id t) {
        for (step_index last = e.phase_before; last >= 0; last = at(last).phase_before) {
            const event& phase = at(last);
            if (phase.access == access_class::read || phase.reads_old) {
                if (e.access != access_class::read)
                    force_loads(last, e.access == access_class::add ? max_threads : t);
                continue;
            }
            if (phase.access != access_class::add || e.access != access_class::add)
                force_phase(last, phase.phase_before);
            if (phase.access == access_class::write)
                return;
        }
    }

    void force_loads(step_index last, thread_id t) {
        for (step_index i = last; i != at(last).phase_before; i = at(i).previous) {
            const event& load = at(i);
            if (!load.is_load() || load.thread <= t)
                force(i);
        }
    }

    event& append() {
        if (size_ == events_.size())
            events_.emplace_back();
        return events_[size_++];
    }
    event& newest() { return events_[size_ - 1]; }
    event& under_way() { return events_[static_cast<std::size_t>(done_ - 1)]; }

    void undo() {
        const event& e = newest();
        if (e.access != access_class::none && closed_ >= size())
            last_[e.object] = static_cast<std::int16_t>(e.previous);
        steps_of_[e.thread].pop_back();
        --size_;
        while (!also_after_.empty() && also_after_.back().first == size())
            also_after_.pop_back();
        closed_ = std::min(closed_, size());
    }

    static constexpr step_index none = -2;

    std::vector<event> events_; ///< the first `size_` ones; the rest is kept for its memory
    std::size_t size_ = 0;
    std::vector<std::int16_t> last_; ///< the newest step on each object
    vector_clock nothing_;           ///< the past of a first step
    per_thread<std::vector<step_index>> steps_of_;
    per_thread<std::int16_t> newest_of_; ///< the last step of each thread done in this execution
    int done_ = 0;
    int closed_ = 0; ///< steps that are part of the histories
    thread_id running_ = 0;
    std::vector<std::pair<step_index, step_index>> also_after_; ///< order_after(), later step first
    step_index forced_of_ = none; ///< the step whose forced past is in forced_
    std::vector<bool> forced_;
    std::vector<step_index> pending_;
    bool open_ = false;
};

} // namespace wbsync::engine
