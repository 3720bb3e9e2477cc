// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/search_task.hpp>
#include <wbsync/engine/symmetry.hpp>
#include <wbsync/engine/task_division.hpp>

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace wbsync::engine {

/// Optimal dynamic partial order reduction with wakeup trees, by re-execution (Abdulla, Aronis,
/// Jonsson, Sagonas, "Source sets: a foundation for optimal dynamic partial order reduction", JACM
/// 64(4), 2017): every Mazurkiewicz trace of the model, with every choice of its loads, is run
/// once.
///
/// The path is kept from one execution to the next. After an execution, each pair of steps that
/// conflict and follow each other directly is a race; the sequence that runs them the other way
/// round goes into the wakeup tree of the node before the first of them. The deepest node with
/// something left to explore starts the next execution. What was explored from a node and what its
/// tree still holds begin with the threads of a source set: each execution from there is equivalent
/// to one that begins with one of them.
///
///     thread p: x = 1        thread q: r = x        thread s: y = 1
///
///     execution 1    p  q  s    race of p and q. `s q` reverses it: what does not depend on p, and
///                               then q. It becomes the wakeup tree of the root
///     execution 2    s  q  p    p has been explored from the root, so it sleeps there. It sleeps
///     on
///                               after s, which commutes with it, and wakes up with q, which does
///                               not
///
/// The source set of the root is { p, s }. Two executions for two traces. With no more than the
/// thread q in the root's backtrack set, as in DPOR without wakeup trees, `q s p` would do as well;
/// but in general nothing would say how to go on after q without running into a sleep set.
///
/// In the terms of the paper: race_finder finds the races e <_E e', reversal::build() makes
/// v = notdep(e, E).e', plan() tests sleep(E') against WI(v) and inserts v into wut(E').
///
/// It explores one task. What it finds out about nodes above the task's floor is passed on to the
/// tasks that have them.
///
/// An execution of n steps, k of them new, on t threads with r races costs O(n * t) to go through,
/// what race_finder::find() costs for k steps, and O(r * (n * t + w)) to reverse, where w is the
/// size of a node's wakeup tree. Memory grows with n and with the trees on the path, not with the
/// number of executions. Not re-entrant; the functions of scheduler are called by one execution at
/// a time, in the order that scheduler.hpp gives.
class explorer final : public scheduler {
public:
    /// `symmetric`: threads that the model declares symmetric are explored up to renaming.
    /// `are`: what is known about threads asleep at nodes of other tasks.
    void begin(bool symmetric, sleep_reason are) {
        symmetric_ = symmetric;
        why_asleep_ = are;
    }

    /// Takes on a task. False: nothing is left to do in it. To be called after begin(), before the
    /// first execution of the task. O(size of the task).
    bool load(search_task task) {
        order_.begin(0);
        races_.reset();
        distant_.clear();
        finished_.clear();
        inherited_ = wakeup_forest::none;
        blocked_ = restricted_ = false;
        floor_ = task.floor;
        threads_ = task.threads;
        share_ = task.share;
        known_ = task.path.size();
        fixed_ = first_new_ = 0;
        if (!task.begun) {
            path_.forest.clear(); // the nodes are kept for their memory
            return true;
        }
        path_ = std::move(task.path);
        const bool more = go_back(path_.size());
        first_new_ = 0; // nothing is known of this path
        return more;
    }

    /// What is left of the task, in one piece; empty if nothing is. To be called after
    /// execution_end(), instead of next().
    [[nodiscard]] search_task rest() { return division().rest(); }

    /// Cuts what is left of the task into at most `parts`. To be called like rest(). O(nodes *
    /// parts).
    [[nodiscard]] std::vector<search_task> split(int parts) {
        return division().split(parts, finished_);
    }

    /// How much of the task is done, from 0 to 1. O(nodes).
    [[nodiscard]] double explored() { return division().explored(); }

    /// The share of the task that the last execution alone covered.
    [[nodiscard]] double last_share() { return division().last_share(); }

    [[nodiscard]] std::vector<distant_reversal>& distant_reversals() noexcept { return distant_; }
    [[nodiscard]] std::vector<finished_node>& finished_nodes() noexcept { return finished_; }

    void execution_begin(execution& run) override {
        if (threads_ != 0 && threads_ != run.thread_count())
            run.fail_for_all(
                "misuse",
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
        ranked_ = run.has_ranks();
    }

    void settle() override { order_.close(); }

    thread_id pick(execution& run) override {
        if (std::exchange(blocked_, false))
            return give_up;
        const int depth = order_.done();
        if (depth >= fixed_ && !new_node(run)) {
            if (!mutated(mutant::sleepers_hide_waits))
                races_of_waiting(run);
            return give_up;
        }
        node& n = path_[depth];
        if (!expected(run, n))
            return give_up;
        if (symmetry_.any() && depth + 1 >= fixed_)
            n.symmetric = symmetry_.exchangeable_with(n.step.thread, depth);
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

    void nobody_can_run(execution& run) override { races_of_waiting(run); }

    void execution_end(execution& run, outcome how) override {
        order_.close();
        if (how == outcome::cut_short || run.assumed().has_to_start_over() || left_the_path())
            return;
        // Races of the common prefix are reversed, too: what can go along with the reversal is new.
        races_.for_each([&](const race& r) {
            if (!mutated(mutant::only_new_races) || r.second < 0 || r.second >= first_new_)
                reverse(run, r);
        });
    }

    bool next() override { return go_back(order_.done()); }

    [[nodiscard]] bool expects(thread_id t) const override {
        for (step_index i = order_.done(); i < fixed_; ++i)
            if (path_[i].step.thread == t)
                return true;
        return false;
    }

    [[nodiscard]] const vector_clock* causal_past(thread_id t) const override {
        return &order_.past(t);
    }
    [[nodiscard]] bool is_forced(thread_id t, step_index store) override {
        return !ranked_ || order_.is_forced(t, store);
    }
    void reads_old_store(step_index of) override { order_.reads_old_store(of); }
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

    /// Did a wait in some execution need a longer analysis than there is room for?
    [[nodiscard]] bool cut() const override { return races_.cut(); }

    [[nodiscard]] bool cannot_be_divided() const override { return restricted_; }

private:
    using node = search_node;

    // --- going forward --------------------------------------------------------------------------

    /// Extends the path: by the next step of the wakeup tree that the node inherits, or else by any
    /// thread that is awake. False: every thread that can run is asleep, so all that could follow
    /// was explored elsewhere. (Sleep-set blocked, in the literature; with wakeup trees that
    /// happens only next to other tasks, or to loads.)
    bool new_node(execution& run) {
        const step_index depth = order_.done();
        if (path_.nodes.size() == static_cast<std::size_t>(depth))
            path_.nodes.emplace_back();
        node& n = path_[depth];
        n.sleep = n.sleep_as_reads = 0;
        n.sleeping_choices.clear();
        n.ended = 0;
        if (depth != 0 && path_[depth - 1].anybody_sleeps() &&
            !mutated(mutant::sleepers_wake_at_once))
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
        n.start({t, op->object, op->access_now(), op->chooses ? any_choice : 0, op->chooses,
                 op->chooses, op->changes != nullptr});
        return true;
    }

    /// Chooses among the candidates of a step that is run for the first time. While somebody is
    /// still asleep after it, the outcome of the other candidates may be known from there; then
    /// only those are explored that a race asks for.
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
        if (mutated(mutant::one_store_a_load))
            n.unexplored = 0;
        n.restricted = n.unexplored != 0 && !mutated(mutant::every_store_for_each_load) &&
                       !n.step.all_choices && anybody_stays_asleep(*run_, n);
        restricted_ = restricted_ || n.restricted;
        if (n.restricted)
            n.unexplored = 0;
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

    /// Did the execution end before the first new step? Only a model that is not deterministic does
    /// that, and expected() reports it.
    [[nodiscard]] bool left_the_path() const { return order_.done() < first_new_; }

    /// Is the thread about to do what it did in the execution in which the step was planned?
    bool expected(execution& run, const node& n) const {
        const thread_id t = n.step.thread;
        const operation* op = run.pending(t);
        if (op == nullptr || op->object != n.step.object || op->access_now() != n.step.access)
            run.fail_for_all(
                "misuse",
                fmt::format("the model is not deterministic: in step {} thread {} {}, after "
                            "the same steps it did something else before; a model may depend "
                            "only on what it reads through wbsync",
                            order_.done() + 1, run.thread_name(t),
                            op == nullptr ? std::string{"has ended"}
                                          : fmt::format("does {}", op->verb)),
                op == nullptr ? site{} : op->where);
        return run.can_run(t);
    }

    // --- reversing races ------------------------------------------------------------------------

    /// Operations that stay disabled take part in the race analysis as if they came last: the lock
    /// that was never obtained races with the lock that was. They do so, too, if all threads that
    /// could go on are asleep: no other execution need have the steps in this order.
    void races_of_waiting(execution& run) {
        for (thread_id t = 0; t != run.thread_count(); ++t) {
            const operation* op = run.pending(t);
            if (op == nullptr || run.can_run(t) || mutated(mutant::no_races_of_waiting))
                continue;
            left_waiting_[t] = {t, op->object, op->access};
            races_.find(order_, t, *op, race::never_ran);
        }
    }

    /// Plans the execution in which the second step of the race comes before the first. O(n * t)
    /// for n steps after the first one, plus the cost of plan().
    void reverse(const execution& run, const race& r) {
        const step_index i = r.first();
        node& n = path_[i];
        if (second_is_asleep(n, r))
            return;
        reversal_.build(order_, path_, r);
        const auto next = [&](thread_id q) { return next_step(run, q, i); };
        if (i < floor_ && mutated(mutant::distant_reversals_lost))
            return;
        if (i >= floor_) {
            plan(n, path_.forest, reversal_, why_asleep_, next);
            return;
        }
        distant_reversal d{i, {}, {}};
        for (const reversal::element& e : reversal_.elements())
            d.elements.push_back({e.step, e.seq, *e.clock});
        if (!plan(n, path_.forest, reversal_, why_asleep_, next))
            return;
        for (thread_id q = 0; q != run.thread_count(); ++q)
            d.next.push_back(next(q));
        distant_.push_back(std::move(d));
    }

    /// A shortcut for the most common answer of plan(): at the node, the second step is the next
    /// one of its thread and asleep. Everything later on the object comes after the first step, so
    /// nothing in the sequence comes before the second step.
    [[nodiscard]] bool second_is_asleep(const node& n, const race& r) const {
        if (!n.sleeps(r.step.thread) ||
            (n.step.access != access_class::write && !mutated(mutant::shortcut_for_any_access)))
            return false;
        return r.seq == 1 ||
               order_.steps_of(r.step.thread)[static_cast<std::size_t>(r.seq - 2)] < r.first();
    }

    /// What `q` does next, seen from step `i`.
    [[nodiscard]] wakeup_step next_step(const execution& run, thread_id q, step_index i) const {
        const auto& own = order_.steps_of(q);
        const auto next = std::lower_bound(own.begin(), own.end(), i);
        if (next != own.end())
            return reversal::as_run(path_, *next);
        const operation* op = run.pending(q);
        return op == nullptr
                   ? left_waiting_[q]
                   : wakeup_step{
                         q, op->object, op->access, 0, false, false, op->changes != nullptr};
    }

    // --- going back -----------------------------------------------------------------------------

    /// Prepares the next execution, from the deepest node above `depth` at which something is left.
    bool go_back(step_index depth) {
        for (; depth != floor_; --depth) {
            node& n = path_[depth - 1];
            fixed_ = depth;
            leave(n, path_.forest);
            if (take_choice(n)) {
                first_new_ = depth; // the races of the step itself are known
                return true;
            }
            if (take_branch(n, [](thread_id) { return true; })) {
                first_new_ = depth - 1;
                return true;
            }
            if (depth <= known_ && !mutated(mutant::finished_nodes_forgotten))
                finished_.push_back({depth - 1, n});
            known_ = std::min(known_, depth - 1);
        }
        return false;
    }

    /// Starts the next choice of the node's step.
    bool take_choice(node& n) {
        if (n.unexplored == 0)
            return false;
        n.read = std::countr_zero(n.unexplored);
        n.unexplored &= n.unexplored - 1;
        n.look_up = true;
        n.closed = false;
        inherited_ = wakeup_forest::none;
        return true;
    }

    task_division division() { return {path_, floor_, order_.done(), known_, threads_, share_}; }

    bool symmetric_ = true;
    sleep_reason why_asleep_ = sleep_reason::explored;
    execution* run_ = nullptr;
    bool blocked_ = false;    ///< the choice just made is asleep
    bool restricted_ = false; ///< some node of the task was restricted
    bool ranked_ = false;     ///< see execution::has_ranks()
    causal_order order_;
    race_finder races_;
    search_path path_;
    double share_ = 1;     ///< of the task in the whole search
    step_index floor_ = 0; ///< nodes before this one belong to other tasks
    step_index known_ = 0; ///< nodes before this one were there when the task began
    std::vector<distant_reversal> distant_;
    std::vector<finished_node> finished_;
    int fixed_ = 0;     ///< how many steps are given by the last backtrack
    int first_new_ = 0; ///< races that end in an earlier step are known
    int threads_ = 0;   ///< of the first execution
    wakeup_forest::index inherited_ = wakeup_forest::none; ///< tree of the next new node
    per_thread<wakeup_step> left_waiting_; ///< operations that could not run at the end
    reversal reversal_;
    symmetry symmetry_{order_, path_};
};

} // namespace wbsync::engine
