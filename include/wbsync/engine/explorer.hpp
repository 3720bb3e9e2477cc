// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/reversal.hpp>
#include <wbsync/engine/symmetry.hpp>

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
    /// `symmetric`: threads that the model declares alike are explored up to renaming.
    explicit explorer(bool symmetric = true) : symmetric_(symmetric) {}

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
            left_waiting_[t] = {t};
        symmetry_.begin(run, symmetric_);
    }

    void settle() override { order_.close(); }

    thread_id pick(execution& run) override {
        if (std::exchange(blocked_, false))
            return give_up;
        const int depth = order_.done();
        if (depth >= fixed_ && !new_node(run))
            return give_up;
        node& n = path_[depth];
        if (!expected(run, n))
            return give_up;
        const operation& op = *run.pending(n.step.thread);
        if (depth >= first_new_)
            races_.find(order_, n.step.thread, op, depth);
        order_.open(n.step.thread, op);
        return n.step.thread;
    }

    int choose(const read_options& options, store_choices candidates) override {
        node& n = path_[order_.done() - 1];
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
            left_waiting_[t] = {t, op->object, op->access};
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
            const node& n = path_[i];
            all.push_back({n.step.thread, n.read});
        }
        return all;
    }

    /// An execution needed a longer analysis of a wait than there is room for.
    [[nodiscard]] bool cut() const override { return races_.cut(); }

private:
    using node = search_node;

    // --- going forward --------------------------------------------------------------------------

    /// Extends the path. False: every thread that can run is asleep, so all that could follow was
    /// explored elsewhere.
    bool new_node(execution& run) {
        const step_index depth = order_.done();
        if (path_.nodes.size() == static_cast<std::size_t>(depth))
            path_.nodes.emplace_back();
        node& n = path_[depth];
        n.sleep = 0;
        n.sleeping_choices.clear();
        n.ended = 0;
        if (depth != 0 && path_[depth - 1].anybody_sleeps())
            inherit_sleep(run, path_[depth - 1], n);
        n.tree = std::exchange(inherited_, wakeup_forest::none);
        if (take_branch(n, [&](thread_id t) { return run.can_run(t); }))
            return true;
        thread_set awake = run.ready() & ~n.sleep;
        if (awake == 0)
            awake = run.ready_by_old_store() & ~n.sleep;
        if (awake == 0)
            return false;
        const thread_id self = run.self();
        const thread_id t = (awake & only(self)) != 0 ? self : std::countr_zero(awake);
        const operation* op = run.pending(t);
        n.start(
            {t, op->object, op->access, op->chooses ? any_choice : 0, op->chooses, op->chooses});
        return true;
    }

    /// Who was asleep before a step still is after it, if their next steps commute with it.
    static void inherit_sleep(const execution& run, const node& before, node& n) {
        for (thread_set left = before.sleep; left != 0; left &= left - 1) {
            const thread_id q = std::countr_zero(left);
            if (stays_asleep(run, q, before.step))
                n.sleep |= only(q);
        }
        for (const explored_choice& c : before.sleeping_choices)
            if (stays_asleep(run, c.thread, before.step))
                n.sleeping_choices.push_back(c);
    }

    static bool stays_asleep(const execution& run, thread_id q, const wakeup_step& s) {
        const operation* op = run.pending(q);
        return q != s.thread && op != nullptr &&
               !dependent(op->object, op->access, s.object, s.access);
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
            const wakeup_step s{n.step.thread, 0, access_class::none, key_of(options, k), true};
            if (!n.sleeps(s))
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
            const auto branch = path_.forest.pop(n.tree);
            const wakeup_step s = path_.forest.step(branch);
            const auto below = path_.forest.dissolve(branch);
            if (n.sleeps(s) || !can_run(s.thread)) {
                path_.forest.drop(below);
                continue;
            }
            n.start(s);
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
        const auto branch = path_.forest.extract(n.tree, n.step.thread, n.step.choice);
        if (branch != wakeup_forest::none)
            inherited_ = path_.forest.dissolve(branch);
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
        node& n = path_[r.first()];
        if (second_is_asleep(n, r))
            return;
        reversal_.build(order_, path_, r);
        if (!is_covered(run, n, r.first()))
            reversal_.insert(path_.forest, n.tree);
    }

    /// A shortcut for the most common answer of is_covered(): the second step is the next one
    /// of its thread already at the node, where it is asleep, and as everything later on the object
    /// comes after the first step, nothing in the sequence comes before it.
    [[nodiscard]] bool second_is_asleep(const node& n, const race& r) const {
        if (!n.sleeps(r.step.thread) || n.step.access != access_class::write)
            return false;
        return r.seq == 1 ||
               order_.steps_of(r.step.thread)[static_cast<std::size_t>(r.seq - 2)] < r.first();
    }

    /// Is what the sequence leads to known from elsewhere: from a thread that is asleep at the
    /// node, or from one like it?
    [[nodiscard]] bool is_covered(const execution& run, const node& n, step_index i) const {
        const thread_set known = n.sleep | (symmetry_.any() ? like_planned(n, i) : 0);
        for (thread_set left = known; left != 0; left &= left - 1) {
            const thread_id q = std::countr_zero(left);
            if (reversal_.has_weak_initial(q, next_step(run, q, i)))
                return true;
        }
        return std::any_of(n.sleeping_choices.begin(), n.sleeping_choices.end(),
                           [&](const explored_choice& c) { return reversal_.has_initial(c); });
    }

    /// Threads that can be exchanged with one whose next step is explored from node `i` now, or is
    /// planned to be, with all that it leads to.
    [[nodiscard]] thread_set like_planned(const node& n, step_index i) const {
        thread_set like = n.restricted ? 0 : symmetry_.like(n.step.thread, i);
        for (auto b = n.tree; b != wakeup_forest::none; b = path_.forest.sibling(b)) {
            const wakeup_step& s = path_.forest.step(b);
            if (!s.chooses || s.all_choices)
                like |= symmetry_.like(s.thread, i);
        }
        return like;
    }

    /// What `q` does next, seen from step `i`.
    [[nodiscard]] wakeup_step next_step(const execution& run, thread_id q, step_index i) const {
        const auto& own = order_.steps_of(q);
        const auto next = std::upper_bound(own.begin(), own.end(), i);
        if (next != own.end())
            return reversal::as_run(path_, *next);
        const operation* op = run.pending(q);
        return op == nullptr ? left_waiting_[q] : wakeup_step{q, op->object, op->access};
    }

    // --- going back
    // -------------------------------------------------------------------------------

    void start_over(execution& run) {
        run.starts_over();
        races_.keep_before(0);
        path_.forest = {};
        inherited_ = wakeup_forest::none;
        fixed_ = first_new_ = 0;
    }

    bool backtrack() {
        for (int depth = order_.done(); depth != 0; --depth) {
            node& n = path_[depth - 1];
            fixed_ = depth;
            ++n.ended;
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
                put_to_sleep(n, depth - 1);
            if (take_branch(n, [](thread_id) { return true; })) {
                first_new_ = depth - 1;
                return true;
            }
        }
        return false;
    }

    /// The step of node `i` is explored, and with it those of the threads like its own.
    void put_to_sleep(node& n, step_index i) {
        n.sleep |= only(n.step.thread);
        if (!symmetry_.any())
            return;
        const thread_set like = symmetry_.like(n.step.thread, i) & ~n.sleep;
        n.sleep |= like;
        for (thread_set left = like; left != 0; left &= left - 1) {
            const thread_id q = std::countr_zero(left);
            wakeup_step next = n.step;
            next.thread = q;
            next.object = execution::exchanged(next.object, n.step.thread, q);
            path_.forest.drop_covered(n.tree, next);
        }
    }

    bool symmetric_;
    execution* run_ = nullptr;
    bool blocked_ = false; ///< the choice just made is asleep
    causal_order order_;
    race_finder races_;
    search_path path_;
    int fixed_ = 0;     ///< how many steps are given by the last backtrack
    int first_new_ = 0; ///< races that end in an earlier step are known
    int threads_ = 0;   ///< of the first execution
    wakeup_forest::index inherited_ = wakeup_forest::none; ///< tree of the next new node
    per_thread<wakeup_step> left_waiting_;                 ///< what could not run in the end
    reversal reversal_;
    symmetry symmetry_{order_, path_};
};

} // namespace wbsync::engine
