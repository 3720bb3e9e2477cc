// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/causality.hpp>
#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/races.hpp>
#include <wbsync/engine/wakeup_tree.hpp>

#include <algorithm>
#include <bit>
#include <utility>
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
        if (threads_ != 0 && threads_ != run.thread_count())
            run.fail("misuse",
                     fmt::format("the model is not deterministic: it declares {} threads, and {} "
                                 "in its first execution",
                                 run.thread_count(), threads_),
                     {});
        threads_ = run.thread_count();
        run_ = &run;
        order_.begin(first_new_);
        races_.keep_before(first_new_);
        for (thread_id t = 0; t != run.thread_count(); ++t)
            left_waiting_[t] = {t, 0, access_class::none, 0};
    }

    void settle() override { order_.close(); }

    thread_id pick(execution& run) override {
        if (std::exchange(blocked_, false))
            return give_up;
        const int depth = order_.done();
        if (depth >= fixed_ && !new_node(run))
            return give_up;
        node& n = nodes_[static_cast<std::size_t>(depth)];
        if (!expected(run, n))
            return give_up;
        const operation& op = *run.pending(n.step.thread);
        if (depth >= first_new_)
            races_.find(order_, n.step.thread, op, depth);
        order_.open(n.step.thread, op);
        return n.step.thread;
    }

    int choose(const read_options& options, store_choices candidates) override {
        node& n = nodes_[static_cast<std::size_t>(order_.done() - 1)];
        if (n.fresh)
            choose_first(n, options, candidates);
        n.step.choice = key_of(options, n.read);
        if (std::exchange(n.look_up, false))
            take_subtree(n);
        return n.read;
    }

    /// Operations that stay disabled take part in the race analysis as if they came last: the
    /// lock that was never obtained races with the lock that was.
    void nobody_can_run(execution& run) override {
        for (thread_id t = 0; t != run.thread_count(); ++t) {
            const operation* op = run.pending(t);
            if (op == nullptr)
                continue;
            left_waiting_[t] = {t, op->object, op->access, 0};
            races_.find(order_, t, *op, race::never_ran);
        }
    }

    bool execution_end(execution& run, outcome how) override {
        order_.close();
        if (run.has_to_start_over()) {
            start_over(run);
            return true;
        }
        if (how == outcome::cut_short)
            return false;
        // Those of the common prefix as well: what can go along with the reversal is new.
        races_.for_each([&](const race& r) { reverse(run, r); });
        return backtrack();
    }

    [[nodiscard]] const vector_clock* causal_past(thread_id t) const override {
        return &order_.past(t);
    }
    void order_after(thread_id u, timestamp seq) override { order_.order_after(u, seq); }
    [[nodiscard]] bool depends_on(step_index later, step_index earlier) const override {
        return order_.depends_on(later, earlier);
    }

    [[nodiscard]] std::vector<decision> decisions() const override {
        std::vector<decision> all;
        for (int i = 0; i != order_.done(); ++i) {
            const node& n = nodes_[static_cast<std::size_t>(i)];
            all.push_back({n.step.thread, n.read});
        }
        return all;
    }

    /// An execution needed a longer analysis of a wait than there is room for.
    [[nodiscard]] bool cut() const override { return races_.cut(); }

private:
    struct explored_choice {
        thread_id thread;
        std::uint64_t choice;
    };

    /// A node of the search tree on the current path, and the step that is explored from it.
    struct node {
        wakeup_step step;
        int read = 0;            ///< which of its read_options the step takes
        bool fresh = true;       ///< the other choices of the step are not known yet
        bool look_up = false;    ///< the step is new because of its choice: the tree may know more
        bool restricted = false; ///< other choices are explored only if a race asks for them
        thread_set sleep = 0;    ///< threads whose next step was explored here, or is covered
        std::vector<explored_choice> sleeping_choices; ///< the same for single choices of a thread
        wakeup_forest::index tree = wakeup_forest::none; ///< branches still to explore
        store_choices unexplored = 0;                    ///< other stores the step may read
    };

    /// An element of the sequence that reverses a race.
    struct element {
        wakeup_step step;
        timestamp seq;
        const vector_clock* clock;
    };

    // --- going forward --------------------------------------------------------------------------

    /// Extends the path. False: every thread that can run is asleep, so all that could follow was
    /// explored elsewhere.
    bool new_node(execution& run) {
        const auto depth = static_cast<std::size_t>(order_.done());
        const thread_set sleep = depth == 0 ? 0 : still_asleep(run);
        if (nodes_.size() == depth)
            nodes_.emplace_back();
        node& n = nodes_[depth];
        n.sleep = sleep;
        n.sleeping_choices.clear();
        if (depth != 0)
            inherit_choices(run, nodes_[depth - 1], n);
        n.tree = std::exchange(inherited_, wakeup_forest::none);
        if (take_branch(n, [&](thread_id t) { return run.can_run(t); }))
            return true;
        thread_set awake = run.ready() & ~sleep;
        if (awake == 0)
            awake = run.ready_by_old_store() & ~sleep;
        if (awake == 0)
            return false;
        const thread_id self = run.self();
        const thread_id t = (awake & only(self)) != 0 ? self : std::countr_zero(awake);
        const operation* op = run.pending(t);
        start(n, {t, op->object, op->access, op->chooses ? any_choice : 0, op->chooses});
        return true;
    }

    static void start(node& n, const wakeup_step& s) {
        n.step = s;
        n.read = 0;
        n.fresh = true;
        n.look_up = false;
        n.restricted = false;
        n.unexplored = 0;
    }

    /// Threads asleep before the previous step whose next step commutes with it.
    thread_set still_asleep(const execution& run) const {
        const node& before = nodes_[static_cast<std::size_t>(order_.done() - 1)];
        thread_set sleep = 0;
        for (thread_set left = before.sleep; left != 0; left &= left - 1) {
            const thread_id q = std::countr_zero(left);
            if (stays_asleep(run, q, before.step))
                sleep |= only(q);
        }
        return sleep;
    }

    static bool stays_asleep(const execution& run, thread_id q, const wakeup_step& s) {
        const operation* op = run.pending(q);
        return q != s.thread && op != nullptr &&
               !dependent(op->object, op->access, s.object, s.access);
    }

    static void inherit_choices(const execution& run, const node& before, node& n) {
        for (const explored_choice& c : before.sleeping_choices) // most often there are none
            if (stays_asleep(run, c.thread, before.step))
                n.sleeping_choices.push_back(c);
    }

    static bool is_asleep(const node& n, const wakeup_step& s) {
        return std::any_of(
            n.sleeping_choices.begin(), n.sleeping_choices.end(),
            [&](const explored_choice& c) { return c.thread == s.thread && c.choice == s.choice; });
    }

    /// The candidates of a step that is run for the first time. While somebody is still asleep
    /// after it, what the other candidates lead to may be known from there; then only those are
    /// explored that a race asks for.
    void choose_first(node& n, const read_options& options, store_choices candidates) {
        n.fresh = false;
        if (options.size() == 1 && n.sleeping_choices.empty()) {
            n.read = 0;
            n.unexplored = 0;
            n.restricted = false;
            return;
        }
        store_choices awake = 0;
        int wanted = -1;
        for (store_choices left = candidates; left != 0; left &= left - 1) {
            const int k = std::countr_zero(left);
            const wakeup_step s{n.step.thread, 0, access_class::none, key_of(options, k)};
            if (!is_asleep(n, s))
                awake |= store_choices{1} << k;
            if (s.choice == n.step.choice)
                wanted = k;
        }
        if (awake == 0)
            blocked_ = true;
        n.read = wanted >= 0 ? wanted : std::countr_zero(awake != 0 ? awake : candidates);
        n.unexplored = awake & ~(store_choices{1} << n.read);
        n.restricted = n.unexplored != 0 && !n.step.all_choices && anybody_stays_asleep(n);
        if (n.restricted)
            n.unexplored = 0;
    }

    [[nodiscard]] bool anybody_stays_asleep(const node& n) const {
        for (thread_set left = n.sleep; left != 0; left &= left - 1)
            if (stays_asleep(*run_, std::countr_zero(left), n.step))
                return true;
        return std::any_of(
            n.sleeping_choices.begin(), n.sleeping_choices.end(),
            [&](const explored_choice& c) { return stays_asleep(*run_, c.thread, n.step); });
    }

    /// Starts the next branch of the node's wakeup tree.
    template <class CanRun>
    bool take_branch(node& n, CanRun can_run) {
        while (n.tree != wakeup_forest::none) {
            const auto branch = forest_.pop(n.tree);
            const wakeup_step s = forest_.step(branch);
            const auto below = forest_.dissolve(branch);
            if ((n.sleep & only(s.thread)) != 0 || is_asleep(n, s) || !can_run(s.thread)) {
                forest_.drop(below);
                continue;
            }
            start(n, s);
            inherited_ = below;
            return true;
        }
        return false;
    }

    static std::uint64_t key_of(const read_options& options, int k) {
        return options[static_cast<std::size_t>(k)].key;
    }

    /// Goes on with what is planned for the thread and choice of the node's step.
    void take_subtree(node& n) {
        const auto branch = forest_.extract(n.tree, n.step.thread, n.step.choice);
        if (branch != wakeup_forest::none)
            inherited_ = forest_.dissolve(branch);
    }

    /// Is the thread about to do what it did in the execution in which the step was planned?
    bool expected(execution& run, const node& n) const {
        const thread_id t = n.step.thread;
        const operation* op = run.pending(t);
        if (op == nullptr || op->object != n.step.object || op->access != n.step.access)
            run.fail("misuse",
                     fmt::format("the model is not deterministic: in step {} thread {} {}, after "
                                 "the same steps it did something else before; a model may depend "
                                 "only on what it reads through wbsync",
                                 order_.done() + 1, run.thread_name(t),
                                 op == nullptr ? std::string{"has ended"}
                                               : fmt::format("does {}", op->verb)),
                     op == nullptr ? site{} : op->where);
        return run.can_run(t);
    }

    // --- reversing races
    // --------------------------------------------------------------------------

    /// Plans the execution in which the second step of the race comes before the first.
    void reverse(const execution& run, const race& r) {
        node& n = nodes_[static_cast<std::size_t>(r.first())];
        if (second_is_asleep(n, r))
            return;
        collect_reversal(r);
        if (!covered_by_sleep(run, n, r.first()))
            insert(n.tree);
    }

    /// A shortcut for the most common answer of covered_by_sleep(): the second step is the next one
    /// of its thread already at the node, where it is asleep, and as everything later on the object
    /// comes after the first step, nothing in the sequence comes before it.
    [[nodiscard]] bool second_is_asleep(const node& n, const race& r) const {
        if ((n.sleep & only(r.step.thread)) == 0 || n.step.access != access_class::write)
            return false;
        return r.seq == 1 ||
               order_.steps_of(r.step.thread)[static_cast<std::size_t>(r.seq - 2)] < r.first();
    }

    /// v := what does not depend on the first steps of the race, and then the second.
    void collect_reversal(const race& r) {
        sequence_.clear();
        for (step_index i = r.first() + 1; i != order_.done(); ++i) {
            if (i == r.second || races_.removes(order_, r, i))
                continue;
            const event& e = order_.at(i);
            sequence_.push_back({as_run(i), e.seq, &e.clock});
        }
        last_clock_ = {};
        if (r.seq > 1)
            last_clock_ = order_.step_of(r.step.thread, static_cast<timestamp>(r.seq - 1)).clock;
        for (const element& e : sequence_)
            if (dependent(e.step, r.step))
                last_clock_.join(*e.clock);
        last_clock_[r.step.thread] = r.seq;
        sequence_.push_back({r.step, r.seq, &last_clock_});
    }

    /// Step `i` with the one choice it made.
    [[nodiscard]] wakeup_step as_run(step_index i) const {
        wakeup_step s = nodes_[static_cast<std::size_t>(i)].step;
        s.all_choices = false;
        return s;
    }

    /// Position of the first step of `t` in the sequence, or -1.
    [[nodiscard]] int first_of(thread_id t) const {
        for (std::size_t k = 0; k != sequence_.size(); ++k)
            if (sequence_[k].step.thread == t)
                return static_cast<int>(k);
        return -1;
    }

    /// Can element `k` be run first?
    [[nodiscard]] bool is_initial(int k) const {
        const element& e = sequence_[static_cast<std::size_t>(k)];
        for (int j = 0; j != k; ++j) {
            const element& before = sequence_[static_cast<std::size_t>(j)];
            if (e.clock->covers(before.step.thread, before.seq))
                return false;
        }
        return true;
    }

    [[nodiscard]] bool same_choice(const wakeup_step& s, int k) const {
        const wakeup_step& mine = sequence_[static_cast<std::size_t>(k)].step;
        return mine.choice == s.choice || mine.choice == any_choice || s.choice == any_choice;
    }

    [[nodiscard]] bool commutes_with_sequence(const wakeup_step& s) const {
        return std::none_of(sequence_.begin(), sequence_.end(),
                            [&](const element& e) { return dependent(e.step, s); });
    }

    /// Is a weak initial of the sequence asleep at the node? Then what it leads to is known.
    bool covered_by_sleep(const execution& run, const node& n, step_index i) const {
        for (thread_set left = n.sleep; left != 0; left &= left - 1) {
            const thread_id q = std::countr_zero(left);
            const int k = first_of(q);
            if (k >= 0 ? is_initial(k) : commutes_with_sequence(next_step(run, q, i)))
                return true;
        }
        return std::any_of(
            n.sleeping_choices.begin(), n.sleeping_choices.end(), [&](const explored_choice& c) {
                const int k = first_of(c.thread);
                return k >= 0 && is_initial(k) &&
                       sequence_[static_cast<std::size_t>(k)].step.choice == c.choice;
            });
    }

    /// What `q` does next, seen from step `i`.
    wakeup_step next_step(const execution& run, thread_id q, step_index i) const {
        const auto& own = order_.steps_of(q);
        const auto next = std::upper_bound(own.begin(), own.end(), i);
        if (next != own.end())
            return as_run(*next);
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
            if (!(k >= 0 ? is_initial(k) && same_choice(s, k) : commutes_with_sequence(s))) {
                branch = forest_.sibling(branch);
                continue;
            }
            if (k >= 0) {
                if (sequence_[static_cast<std::size_t>(k)].step.all_choices)
                    forest_.want_all_choices(branch);
                sequence_.erase(sequence_.begin() + k);
            }
            if (sequence_.empty() || forest_.children(branch) == wakeup_forest::none)
                return;
            parent = branch;
            branch = forest_.children(branch);
        }
        for (const element& e : sequence_)
            parent = parent == wakeup_forest::none ? forest_.append(list, e.step)
                                                   : forest_.append_child(parent, e.step);
    }

    // --- going back
    // -------------------------------------------------------------------------------

    void start_over(execution& run) {
        run.starts_over();
        races_.keep_before(0);
        forest_ = {};
        inherited_ = wakeup_forest::none;
        fixed_ = first_new_ = 0;
    }

    bool backtrack() {
        for (int depth = order_.done(); depth != 0; --depth) {
            node& n = nodes_[static_cast<std::size_t>(depth - 1)];
            fixed_ = depth;
            if (n.unexplored != 0) {
                n.read = std::countr_zero(n.unexplored);
                n.unexplored &= n.unexplored - 1;
                n.look_up = true;
                inherited_ = wakeup_forest::none;
                first_new_ = depth; // the races of the step itself are known
                return true;
            }
            if (n.restricted)
                n.sleeping_choices.push_back({n.step.thread, n.step.choice});
            else
                n.sleep |= only(n.step.thread);
            if (take_branch(n, [](thread_id) { return true; })) {
                first_new_ = depth - 1;
                return true;
            }
        }
        return false;
    }

    execution* run_ = nullptr;
    bool blocked_ = false; ///< the choice just made is asleep
    causal_order order_;
    race_finder races_;
    std::vector<node> nodes_;
    int fixed_ = 0;     ///< how many steps are given by the last backtrack
    int first_new_ = 0; ///< races that end in an earlier step are known
    wakeup_forest forest_;
    int threads_ = 0;                                      ///< of the first execution
    wakeup_forest::index inherited_ = wakeup_forest::none; ///< tree of the next new node
    per_thread<wakeup_step> left_waiting_;                 ///< what could not run in the end
    std::vector<element> sequence_;
    vector_clock last_clock_;
};

} // namespace wbsync::engine
