// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/causality.hpp>
#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/wakeup_tree.hpp>

#include <algorithm>
#include <vector>

namespace wbsync::engine {

/// Optimal dynamic partial order reduction with wakeup trees, by re-execution (Abdulla, Aronis,
/// Jonsson, Sagonas, JACM 64(4), 2017): every Mazurkiewicz trace of the model, with every choice
/// of its loads, is run once.
///
/// The path is kept from one execution to the next. After an execution, each pair of steps that
/// conflict and follow each other directly is a race; the sequence that runs them the other way
/// round goes into the wakeup tree of the node before the first of them. The deepest node with
/// something left to explore starts the next execution.
class explorer final : public scheduler {
public:
    void execution_begin(execution& run) override {
        depth_ = 0;
        open_ = false;
        races_.clear();
        for (const object_id x : used_objects_) objects_[x].reset();
        used_objects_.clear();
        for (thread_id t = 0; t != run.thread_count(); ++t) {
            thread_clock_[t] = {};
            steps_of_[t].clear();
            left_waiting_[t] = {t, 0, access_class::none, 0};
        }
    }

    thread_id pick(execution& run) override {
        close_step();
        if (depth_ >= fixed_ && !new_node(run)) return give_up;
        event& e = steps_[static_cast<std::size_t>(depth_)];
        if (!expected(run, e)) return give_up;
        open_step(run, e);
        return e.thread;
    }

    int choose(store_choices candidates) override {
        event& e = steps_[static_cast<std::size_t>(depth_ - 1)];
        if (e.fresh) {
            e.fresh = false;
            const bool possible = e.choice >= 0 && ((candidates >> e.choice) & 1) != 0;
            if (!possible) e.choice = static_cast<std::int8_t>(std::countr_zero(candidates));
            e.unexplored = candidates & ~(store_choices{1} << e.choice);
        }
        return e.choice;
    }

    /// Operations that stay disabled take part in the race analysis as if they came last: the
    /// lock that was never obtained races with the lock that was.
    void nobody_can_run(execution& run) override {
        close_step();
        for (thread_id t = 0; t != run.thread_count(); ++t) {
            const operation* op = run.pending(t);
            if (op == nullptr) continue;
            left_waiting_[t] = {t, op->object, op->access, 0};
            find_blocking_races(t, *op, none);
        }
    }

    bool execution_end(execution& run, outcome how) override {
        close_step();
        if (how == outcome::cut_short) return false;
        for (const race& r : races_) reverse(run, r);
        return backtrack();
    }

    [[nodiscard]] const vector_clock* causal_past(thread_id t) const override {
        return &thread_clock_[t];
    }

    void order_after(thread_id u, timestamp seq) override {
        if (seq == 0) return;
        steps_[static_cast<std::size_t>(depth_ - 1)].clock.join(step_of(u, seq).clock);
    }

    [[nodiscard]] bool depends_on(step_index later, step_index earlier) const override {
        const event& e = steps_[static_cast<std::size_t>(earlier)];
        return steps_[static_cast<std::size_t>(later)].clock.covers(e.thread, e.seq);
    }

    [[nodiscard]] std::vector<decision> decisions() const override {
        std::vector<decision> all;
        for (int i = 0; i != depth_; ++i) {
            const event& e = steps_[static_cast<std::size_t>(i)];
            all.push_back({e.thread, e.step().choice});
        }
        return all;
    }

private:
    static constexpr step_index none = -1;

    /// A step of the current path, and the node of the search tree before it.
    struct event {
        vector_clock clock; ///< causal past, the step itself included
        thread_id thread = 0;
        timestamp seq = 0;
        object_id object = 0;
        access_class access = access_class::none;
        std::int8_t choice = -1; ///< store read, counted from the newest; -1: not chosen yet
        bool fresh = true;       ///< the candidates of the choice are not known yet
        step_index previous = none; ///< earlier step on the same object
        thread_set sleep = 0;       ///< threads whose next step was explored here, or is covered
        wakeup_forest::index tree = wakeup_forest::none; ///< branches still to explore
        store_choices unexplored = 0;                    ///< other stores the step may read

        [[nodiscard]] wakeup_step step() const noexcept {
            return {thread, object, access, choice < 0 ? std::int8_t{0} : choice};
        }
    };

    struct race {
        step_index first;
        step_index second; ///< `none`: the pending operation of `thread`, which never ran
        thread_id thread;
        object_id object;
        access_class access;
        std::int8_t choice;
        timestamp seq; ///< of the second
    };

    /// An element of the sequence that reverses a race.
    struct element {
        wakeup_step step;
        timestamp seq;
        const vector_clock* clock;
    };

    [[nodiscard]] const event& step_of(thread_id t, timestamp seq) const {
        return steps_[static_cast<std::size_t>(
            steps_of_[t][static_cast<std::size_t>(seq - 1)])];
    }

    // --- going forward --------------------------------------------------------------------------

    /// Extends the path. False: every thread that can run is asleep, so all that could follow was
    /// explored elsewhere.
    bool new_node(execution& run) {
        const thread_set sleep = depth_ == 0 ? 0 : still_asleep(run);
        if (static_cast<int>(steps_.size()) == depth_) steps_.emplace_back();
        event& e = steps_[static_cast<std::size_t>(depth_)];
        e = {};
        e.sleep = sleep;
        e.tree = std::exchange(inherited_, wakeup_forest::none);
        if (take_branch(e, [&](thread_id t) { return run.can_run(t); })) return true;
        const thread_set awake = run.enabled() & ~sleep;
        if (awake == 0) return false;
        const thread_id self = run.self();
        e.thread = (awake & only(self)) != 0 ? self : std::countr_zero(awake);
        const operation* op = run.pending(e.thread);
        e.object = op->object;
        e.access = op->access;
        return true;
    }

    /// Threads asleep before the previous step whose next step commutes with it.
    thread_set still_asleep(const execution& run) const {
        const event& before = steps_[static_cast<std::size_t>(depth_ - 1)];
        thread_set sleep = 0;
        for (thread_set left = before.sleep; left != 0; left &= left - 1) {
            const thread_id q = std::countr_zero(left);
            const operation* op = run.pending(q);
            if (op != nullptr && !dependent(op->object, op->access, before.object, before.access))
                sleep |= only(q);
        }
        return sleep;
    }

    /// Starts the next branch of the node's wakeup tree.
    template <class CanRun>
    bool take_branch(event& e, CanRun can_run) {
        while (e.tree != wakeup_forest::none) {
            const auto branch = forest_.pop(e.tree);
            const wakeup_step s = forest_.step(branch);
            const auto below = forest_.dissolve(branch);
            if ((e.sleep & only(s.thread)) != 0 || !can_run(s.thread)) {
                forest_.drop(below);
                continue;
            }
            e.thread = s.thread;
            e.object = s.object;
            e.access = s.access;
            e.choice = s.choice;
            e.fresh = true;
            e.unexplored = 0;
            inherited_ = below;
            return true;
        }
        return false;
    }

    /// Is the thread about to do what it did in the execution in which the step was planned?
    bool expected(execution& run, const event& e) {
        const operation* op = run.pending(e.thread);
        if (op == nullptr || op->object != e.object || op->access != e.access)
            run.fail("misuse",
                     fmt::format("the model is not deterministic: in step {} thread {} {}, after "
                                 "the same steps it did something else before; a model may depend "
                                 "only on what it reads through wbsync",
                                 depth_ + 1, run.thread_name(e.thread),
                                 op == nullptr ? std::string{"has ended"}
                                               : fmt::format("does {}", op->verb)),
                     op == nullptr ? site{} : op->where);
        return op->when == nullptr || op->when->enabled();
    }

    void open_step(const execution& run, event& e) {
        const operation& op = *run.pending(e.thread);
        object_history& object = history_of(op.object);
        if (depth_ >= first_new_) {
            if (op.when != nullptr)
                find_blocking_races(e.thread, op, depth_);
            else
                find_races(e.thread, op);
        }
        e.seq = static_cast<timestamp>(run.seq(e.thread) + 1);
        e.clock = thread_clock_[e.thread];
        e.clock[e.thread] = e.seq;
        e.previous = none;
        if (op.access != access_class::none) {
            object.happens_before(op.access, e.clock);
            e.previous = object.last();
        }
        steps_of_[e.thread].push_back(depth_);
        ++depth_;
        open_ = true;
    }

    /// The step is done and its clock final: only now can it be in somebody's past.
    void close_step() {
        if (!open_) return;
        open_ = false;
        const event& e = steps_[static_cast<std::size_t>(depth_ - 1)];
        thread_clock_[e.thread] = e.clock;
        if (e.access == access_class::none) return;
        object_history& object = history_of(e.object);
        if (object.last() == none) used_objects_.push_back(e.object);
        object.add(e.access, e.thread, depth_ - 1, e.clock);
    }

    object_history& history_of(object_id x) {
        if (x >= objects_.size()) objects_.resize(x + 1U);
        return objects_[x];
    }

    // --- races ----------------------------------------------------------------------------------

    /// Races between the next step of `t` and steps that it conflicts with directly.
    void find_races(thread_id t, const operation& op) {
        if (op.access == access_class::none) return;
        const object_history& object = history_of(op.object);
        const vector_clock& past = thread_clock_[t];
        object.for_each_conflict(op.access, [&](thread_id u, step_index i) {
            const event& e = steps_[static_cast<std::size_t>(i)];
            if (u == t || past.covers(u, e.seq)) return;
            bool direct = true;
            object.for_each_conflict(op.access, [&](thread_id, step_index j) {
                direct = direct && (j == i || !depends_on(j, i));
            });
            if (direct) add_race(i, depth_, t, op, 0);
        });
    }

    /// Races that end in a blocking operation. The last conflicting step may be the very one that
    /// made it possible, so look at all of them, and skip those before which it could not run.
    void find_blocking_races(thread_id t, const operation& op, step_index second) {
        if (op.access == access_class::none || op.when == nullptr) return;
        const vector_clock& past = thread_clock_[t];
        for (step_index i = history_of(op.object).last(); i != none;) {
            const event& e = steps_[static_cast<std::size_t>(i)];
            if (e.thread != t && !past.covers(e.thread, e.seq) &&
                dependent(e.object, e.access, op.object, op.access))
                if (const int choice = op.when->enabled_without(i); choice >= 0)
                    add_race(i, second, t, op, choice);
            i = e.previous;
        }
    }

    void add_race(step_index first, step_index second, thread_id t, const operation& op,
                  int choice) {
        const auto seq = static_cast<timestamp>(steps_of_[t].size() + 1);
        races_.push_back({first, second, t, op.object, op.access, static_cast<std::int8_t>(choice),
                          seq});
    }

    /// Plans the execution in which the second step of the race comes before the first.
    void reverse(const execution& run, const race& r) {
        collect_reversal(r);
        event& node = steps_[static_cast<std::size_t>(r.first)];
        if (!covered_by_sleep(run, node, r.first)) insert(node.tree);
    }

    /// v := notdep(first, E) . second
    void collect_reversal(const race& r) {
        const event& first = steps_[static_cast<std::size_t>(r.first)];
        sequence_.clear();
        for (step_index i = r.first + 1; i != depth_; ++i) {
            const event& e = steps_[static_cast<std::size_t>(i)];
            if (i != r.second && !e.clock.covers(first.thread, first.seq))
                sequence_.push_back({e.step(), e.seq, &e.clock});
        }
        last_clock_ = {};
        if (r.seq > 1) last_clock_ = step_of(r.thread, static_cast<timestamp>(r.seq - 1)).clock;
        const wakeup_step last{r.thread, r.object, r.access, r.choice};
        for (const element& e : sequence_)
            if (dependent(e.step, last)) last_clock_.join(*e.clock);
        last_clock_[r.thread] = r.seq;
        sequence_.push_back({last, r.seq, &last_clock_});
    }

    /// Position of the first step of `t` in the sequence, or -1.
    [[nodiscard]] int first_of(thread_id t) const {
        for (std::size_t k = 0; k != sequence_.size(); ++k)
            if (sequence_[k].step.thread == t) return static_cast<int>(k);
        return -1;
    }

    /// Can element `k` be run first?
    [[nodiscard]] bool is_initial(int k) const {
        const element& e = sequence_[static_cast<std::size_t>(k)];
        for (int j = 0; j != k; ++j) {
            const element& before = sequence_[static_cast<std::size_t>(j)];
            if (e.clock->covers(before.step.thread, before.seq)) return false;
        }
        return true;
    }

    [[nodiscard]] bool commutes_with_sequence(const wakeup_step& s) const {
        return std::none_of(sequence_.begin(), sequence_.end(),
                            [&](const element& e) { return dependent(e.step, s); });
    }

    /// Is a weak initial of the sequence asleep at the node? Then what it leads to is known.
    bool covered_by_sleep(const execution& run, const event& node, step_index i) const {
        for (thread_set left = node.sleep; left != 0; left &= left - 1) {
            const thread_id q = std::countr_zero(left);
            const int k = first_of(q);
            if (k >= 0 ? is_initial(k) : commutes_with_sequence(next_step(run, q, i))) return true;
        }
        return false;
    }

    /// What `q` does next, seen from step `i`.
    wakeup_step next_step(const execution& run, thread_id q, step_index i) const {
        const auto& own = steps_of_[q];
        const auto next = std::upper_bound(own.begin(), own.end(), i);
        if (next != own.end()) return steps_[static_cast<std::size_t>(*next)].step();
        const operation* op = run.pending(q);
        return op == nullptr ? left_waiting_[q] : wakeup_step{q, op->object, op->access, 0};
    }

    /// Adds the sequence to a wakeup tree, unless the tree has a branch that leads to it.
    void insert(wakeup_forest::index& list) {
        wakeup_forest::index parent = wakeup_forest::none;
        wakeup_forest::index branch = list;
        while (branch != wakeup_forest::none) {
            const wakeup_step& s = forest_.step(branch);
            const int k = first_of(s.thread);
            const bool follow =
                k >= 0 ? is_initial(k) &&
                             sequence_[static_cast<std::size_t>(k)].step.choice == s.choice
                       : commutes_with_sequence(s);
            if (!follow) {
                branch = forest_.sibling(branch);
                continue;
            }
            if (k >= 0) sequence_.erase(sequence_.begin() + k);
            if (sequence_.empty() || forest_.children(branch) == wakeup_forest::none) return;
            parent = branch;
            branch = forest_.children(branch);
        }
        for (const element& e : sequence_)
            parent = parent == wakeup_forest::none ? forest_.append(list, e.step)
                                                   : forest_.append_child(parent, e.step);
    }

    // --- going back -----------------------------------------------------------------------------

    bool backtrack() {
        while (depth_ != 0) {
            event& e = steps_[static_cast<std::size_t>(depth_ - 1)];
            if (e.unexplored != 0) {
                e.choice = static_cast<std::int8_t>(std::countr_zero(e.unexplored));
                e.unexplored &= e.unexplored - 1;
                const auto branch = forest_.extract(e.tree, e.thread, e.choice);
                inherited_ = branch == wakeup_forest::none ? branch : forest_.dissolve(branch);
                first_new_ = fixed_ = depth_;
                return true;
            }
            e.sleep |= only(e.thread);
            if (take_branch(e, [](thread_id) { return true; })) {
                fixed_ = depth_;
                first_new_ = fixed_ - 1;
                return true;
            }
            --depth_;
        }
        return false;
    }

    std::vector<event> steps_;
    int depth_ = 0;  ///< steps of the current execution
    int fixed_ = 0;  ///< how many of them are given by the last backtrack
    int first_new_ = 0; ///< races that end in an earlier step were found in earlier executions
    bool open_ = false;
    wakeup_forest forest_;
    wakeup_forest::index inherited_ = wakeup_forest::none; ///< tree of the next new node
    std::vector<object_history> objects_;
    std::vector<object_id> used_objects_;
    per_thread<vector_clock> thread_clock_;
    per_thread<std::vector<step_index>> steps_of_;
    per_thread<wakeup_step> left_waiting_; ///< what could not run in the end
    std::vector<race> races_;
    std::vector<element> sequence_;
    vector_clock last_clock_;
};

} // namespace wbsync::engine
