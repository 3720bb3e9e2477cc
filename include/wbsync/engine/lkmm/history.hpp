// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/assumptions.hpp>
#include <wbsync/engine/dependencies.hpp>
#include <wbsync/engine/lkmm/event_graph.hpp>
#include <wbsync/engine/lkmm/thread_dependencies.hpp>
#include <wbsync/engine/location.hpp>
#include <wbsync/engine/mutants.hpp>
#include <wbsync/engine/read_options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wbsync::engine::lkmm {

/// The events of an execution of a model, as they come, and whether the kernel's memory model
/// forbids the next one: a read of an old store, or a store that does not go to the end of
/// modification order. What comes at the end of both needs no question: all its edges lead from
/// earlier events to it (see model).
///
/// Stores are found through store_record::event, so modification order is that of the locations. A
/// run of additions that commute (location.hpp) has no order of its own: its stores are not in `co`
/// with each other, and whoever reads it reads from all of them.
///
///     P0                       P1
///     0: W x = 1               3: R y   (acquire, from 2)
///     1: F wmb                 ?: R x   from the initial store?
///     2: W y = 1
///
///     fre(?, 0), 0 -wmb-> 2 -rfe-> 3: prop, within P1, so ? is before 3 by hb; and 3 -acq-po-> ?.
///     A cycle: forbidden.
///
/// A load may be late: it returns a value that is stored only because of what follows it in its
/// thread, so that no order of execution has the store before the load. The execution goes on with
/// the value, and in the end settle_late() looks for the store (late_loads_inl.hpp).
///
///     P0                         P1
///     0: R x = 1, late           2: R y (from 1)
///     1: W y = 1                 3: W x = 1
///
/// In the end 0 reads from 3, on a cycle of po and rf; the model forbids it if there is a full
/// barrier, an acquire, a release or a dependency in both threads.
///
/// Adding an event is O(1), a link or a fence since a point O(events of a thread). A question about
/// n events is O(n) if it has been asked before, in whichever execution, and otherwise what the
/// model costs. Not re-entrant.
class history final : public dependencies {
public:
    /// A new execution, whose locations are or will be in `locations`.
    void begin(const location_list& locations);

    /// A point in the program order of a thread, at which an event happens.
    struct place {
        thread_id thread;
        timestamp epoch; ///< of the thread's clock; an event is covered by views from then on
        step_index step; ///< the newest one of the thread
        const vector_clock* known = nullptr; ///< what is before it for sure; nullptr: not told
    };

    /// The initial write of a location. Returns its number.
    int add_initial(object_id location);

    /// An event of that kind; `source`: of a read, the write that it reads, or any of those of a
    /// run. Returns its number.
    int add(const place& at, const event& what, int source = -1);

    /// A plain access to the variable at `object`, which reads the newest value, or stores one.
    void add_plain(const place& at, const void* object, bool writes);

    /// Does the newest event of `t`, a plain access, race with an earlier one? That is asked of the
    /// model each time. If a load has been late so far it may turn out not to: see
    /// races_after_all().
    [[nodiscard]] bool newest_races(thread_id t);

    /// A full barrier between what `before` covers, of whichever thread, and what comes next in
    /// this one. What lies between orders it with neither.
    void add_fence_since(const place& at, const vector_clock& before);

    /// The same, in front of event `number`, the newest read-modify-write of the thread, which is
    /// relaxed from then on.
    void put_fence_before_update(const place& at, const vector_clock& before, int number);

    /// What `by` did until `when` comes before what happens next at `at`: as if it had released
    /// something there that is acquired here.
    void add_link(const place& at, thread_id by, timestamp when);

    [[nodiscard]] int size() const noexcept { return static_cast<int>(nodes_.size()); }
    /// Those that have events.
    [[nodiscard]] std::vector<thread_id> threads() const;

    /// The newest event of the thread, which has some.
    [[nodiscard]] int newest_of(thread_id t) const { return order_[t].back(); }
    /// That is a read, or the write after one.
    [[nodiscard]] int newest_read_of(thread_id t) const {
        const int newest = order_[t].back();
        return at(newest).what.writes() ? newest - 1 : newest;
    }

    /// `number` is the newest read of its thread. Unless somebody asks for its name, the later
    /// branches of the thread depend on its value.
    void controls(int number);

    /// Event `number` is an access to the variable at `object`, and depends on what its thread has
    /// said that it will depend on.
    void depends(int number, const void* object);

    dependency newest_read(thread_id t, const site& at, bool decides) override;
    dependency join(thread_id t, dependency a, dependency b) override;
    void decides(thread_id t, dependency of) override;
    void begin_branch(thread_id t, dependency of) override;
    void end_branch(thread_id t) override;
    void next_store(thread_id t, dependency of, bool replaces) override;
    void next_change(thread_id t, bool release, bool full) override;
    void next_has_no_result(thread_id t) override;
    [[nodiscard]] bool next_returns(thread_id t) const { return told_[t].next.returns; }
    void points_to(thread_id t, dependency of, const void* begin, std::size_t size) override;
    void leads_to(thread_id t, const void* from, const void* begin, std::size_t size) override;

    // --- late loads -----------------------------------------------------------------------------

    /// To judge by its kind, read `number` could be late.
    void may_be_late(int number) { at(number).may_be_late = true; }
    /// The thread's events from number `first` on are a conditional change and its barriers. Its
    /// read could be late, and find a value that is not accepted: then there is neither a change
    /// nor a barrier.
    void may_fail_late(thread_id t, int first, const kept_condition& accepts);
    /// Read `number`, which has no source, is late: it returns `value` all the same. What the read
    /// of a read-modify-write reads is, in the end, the store before its own.
    void is_late(int number, std::int64_t value);

    /// Finds the store that each late load reads from, as the model allows it. False: the execution
    /// does not exist. Of equal executions, which differ in which of the loads that are `allowed`
    /// to be late are so, all but one are refused, unless `any_will_do`. To be asked when the
    /// execution is over. O(stores) for each late load, and what the model costs.
    [[nodiscard]] bool settle_late(const std::vector<late_load>& allowed, bool any_will_do);

    [[nodiscard]] bool has_late() const noexcept { return !late_.empty(); }

    /// Once that is settled: is it a race that newest_races() has said to be one, with late loads,
    /// for the k-th time?
    [[nodiscard]] bool races_after_all(std::size_t k) { return races(raced_[k]); }

    /// Steps of a late load and of the store that it reads, once that is found.
    [[nodiscard]] std::vector<std::pair<step_index, step_index>> late_sources() const;

    /// Calls visit(thread, location, value) for each load that could have been late and returned
    /// `value`: a store of that follows it by program order and reads-from, and what the cycle is
    /// made of does not forbid it. It may be forbidden for another reason. Calls observe(location)
    /// if it could read some of the additions of a run, so that these have to be ordered. O(events)
    /// for each load that could be late, and a question to the model for each such store.
    template <class F, class G>
    void for_each_possible_late_load(F visit, G observe) {
        for (std::size_t i = 0; i != nodes_.size(); ++i) {
            const node& n = nodes_[i];
            if (n.source < 0 || is_sum_alone(n))
                continue;
            for (const bool fails : {false, true})
                if (fails ? n.conditional != none : n.may_be_late)
                    visit_late_load(static_cast<int>(i), fails, visit, observe);
        }
        fails_ = false;
    }

    /// The same once settle_late() has found no stores: for a late read-modify-write that finds
    /// another value before its store than it took for granted, if all others find theirs.
    template <class F>
    void for_each_other_late_value(F visit) {
        for (const int load : late_) {
            const node& n = at(load);
            const location& x = location_of(n);
            const int k = store_before_update(load);
            if (k < 0 || !is_only_one_wrong(load) || !list_free_stores(load))
                continue;
            const std::vector<int> after = stores_after(load);
            if (std::find(after.begin(), after.end(), k) != after.end() &&
                !cycle_is_forbidden(load, x.at(k).event))
                visit(n.what.thread, n.what.location, x.at(k).value);
        }
    }

    enum class access : std::uint8_t { read, write, update };

    /// What a thread must not do in the execution without the steps that `gone` holds for.
    template <class Gone>
    class veto {
    public:
        veto(history& of, thread_id t, access what, Gone gone)
            : of_(of), thread_(t), what_(what), gone_(gone) {}
        [[nodiscard]] bool is_gone(step_index s) const { return gone_(s); }

        /// Its access to `x` must not come before the stores at the indices `first` to `last`:
        /// these are the newest ones, or one of a run, of which it then reads what is left.
        [[nodiscard]] bool forbids(const location& x, int first, int last) {
            return first <= last && of_.forbids({thread_, &x, first, last, what_}, gone_);
        }

    private:
        history& of_;
        thread_id thread_;
        access what_;
        Gone gone_;
    };

private:
    struct node {
        event what;
        step_index step = -1;
        timestamp epoch = 0;
        int source = -1;     ///< of a read; -1: it is late
        int since = -1;      ///< of a fence since a point: which one
        int controls = none; ///< of a read: from which number of its thread's events on
        int position = 0;    ///< how many events of its thread were there before it
        bool may_be_late = false;
        int conditional = none;  ///< of the read of a conditional change: which one
        vector_clock known = {}; ///< of a write: what is before it for sure
        std::uint64_t key = 0;   ///< names it in all equivalent executions, with what it reads
    };
    static constexpr int none = 0x7fffffff;

    enum class dependency_kind : std::uint8_t { address, data };
    struct dependent {
        int read;
        int event;
        dependency_kind how;
    };
    /// What a thread does between two positions depends on the reads.
    struct branch {
        event_numbers reads;
        int after;
        int until = none;
        [[nodiscard]] bool has(int position) const noexcept {
            return position > after && position <= until;
        }
    };

    /// The next event, of which is asked.
    struct candidate {
        thread_id thread;
        const location* x;
        int first; ///< the stores that it passes over: the newest ones, or one of a run
        int last;
        access what;
    };

    /// 128 bits that name a graph.
    struct signature {
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        bool operator==(const signature&) const = default;
        void mix(std::uint64_t word) noexcept;
    };
    struct hash_of {
        std::size_t operator()(const signature& s) const noexcept { return s.a; }
    };

    template <class Gone>
    bool forbids(const candidate& c, Gone gone) {
        keep([&](step_index s) { return s >= 0 && gone(s); });
        return forbids_kept(c);
    }

    /// A change that has happened because its read found a value that it accepts. Otherwise its
    /// thread would not have the events `from` to `to`.
    struct conditional_change {
        int from;
        int to;
        kept_condition accepts;
    };

    /// `fails`: with a value that its change does not accept.
    template <class F, class G>
    void visit_late_load(int load, bool fails, F visit, G observe) {
        fails_ = fails;
        if (!list_free_stores(load))
            return;
        const node& n = at(load);
        const location& x = location_of(n);
        for (const int k : stores_after(load)) {
            if (fails ? change_of(load).accepts(x.at(k).value) : commutes_with(x, k, load))
                continue;
            if (cycle_is_forbidden(load, x.at(k).event))
                continue;
            if (is_alone_in_run(x, k))
                visit(n.what.thread, n.what.location, x.at(k).value);
            else
                observe(n.what.location);
        }
    }

    /// A variable without marked accesses, and its writes as they were executed.
    struct plain_variable {
        const void* object;
        int location;
        std::vector<int> writes; ///< the first one is of nobody
    };

    /// Which events and stores are there. Plain accesses order nothing but themselves.
    template <class IsGone>
    void keep(IsGone is_gone) {
        kept_.assign(nodes_.size(), true);
        for (std::size_t i = 0; i != nodes_.size(); ++i)
            kept_[i] = !is_plain(nodes_[i]) && !is_gone(nodes_[i].step);
    }
    [[nodiscard]] static bool is_plain(const node& n) {
        return n.what.order == access_order::plain;
    }
    [[nodiscard]] bool is_kept(int number) const {
        return number >= 0 && kept_[static_cast<std::size_t>(number)];
    }

    bool forbids_kept(const candidate& c);
    [[nodiscard]] signature sign(const candidate& c) const;
    [[nodiscard]] event_graph build(const candidate& c);
    [[nodiscard]] event_graph build_known();
    void begin_dependencies();
    void decide(int number);
    void relate(int number, const event_numbers& reads, dependency_kind how);
    [[nodiscard]] std::uint64_t key_of_reads(const event_numbers& reads) const;
    [[nodiscard]] std::uint64_t key_of_dependencies(const candidate& c) const;
    [[nodiscard]] const event_numbers& address_of(thread_id t, const void* object) const;
    void add_dependencies(event_graph& g) const;
    void add_each(const event_numbers& from, event_index to, relation& into) const;
    void append_control(event_graph& g, const candidate& c, event_index me) const;
    void list_events(std::vector<event>& events);
    void order_program(event_graph& g) const;
    void order_stores(event_graph& g);
    void order_plain_stores(event_graph& g) const;
    [[nodiscard]] bool is_in_run(std::size_t read) const;
    void read_stores(event_graph& g);
    void append(event_graph& g, const candidate& c);
    void append_read(event_graph& g, const candidate& c, event_index me) const;
    void append_write(event_graph& g, const candidate& c, event_index me) const;
    void read_part_of_run(event_graph& g, const candidate& c, event_index me) const;
    [[nodiscard]] static bool splits_run(const candidate& c) {
        return !mutated(mutant::part_of_run_is_all) &&
               (c.x->begin_of_run(c.first) != c.first || !ends_run(*c.x, c.last));
    }
    [[nodiscard]] static bool ends_run(const location& x, int i) {
        return i == x.newest() || x.at(i + 1).run != x.at(i).run;
    }
    [[nodiscard]] int source_of(const candidate& c) const;
    void put(const place& at, node n, std::size_t position);
    [[nodiscard]] std::uint64_t new_key(const place& at);

    [[nodiscard]] node& at(int number) { return nodes_[static_cast<std::size_t>(number)]; }
    [[nodiscard]] const node& at(int number) const {
        return nodes_[static_cast<std::size_t>(number)];
    }

    [[nodiscard]] bool races(int number);

    // Of late loads:
    [[nodiscard]] bool list_free_stores(int load);
    [[nodiscard]] int written_by(int read) const;
    [[nodiscard]] const conditional_change& change_of(int read) const {
        return changes_[static_cast<std::size_t>(at(read).conditional)];
    }
    [[nodiscard]] bool needs_change(int number, int read) const;
    [[nodiscard]] bool is_certain(int number, int load) const;
    [[nodiscard]] bool depends_on(int event, int load) const;
    [[nodiscard]] bool is_sum_alone(const node& n) const;
    [[nodiscard]] bool commutes_with(const location& x, int i, int load) const;
    [[nodiscard]] static bool is_alone_in_run(const location& x, int i);
    [[nodiscard]] int store_before_update(int late) const;
    [[nodiscard]] bool could_be_read(const location& x, int i, int late) const;
    [[nodiscard]] bool finds_store(int late) const;
    [[nodiscard]] bool is_only_one_wrong(int late) const;
    [[nodiscard]] bool is_late_one(int number) const;
    [[nodiscard]] bool is_in_branch_of(int load, const node& n) const;
    [[nodiscard]] bool is_addition(int store) const;
    [[nodiscard]] std::pair<int, int> run_of(int store) const;
    [[nodiscard]] std::vector<int> stores_after(int load) const;
    [[nodiscard]] bool cycle_is_forbidden(int load, int store);
    [[nodiscard]] bool plainly_comes_before(int load, int store) const;
    template <class F>
    void for_each_plainly_after(int event, int load, F visit) const;
    static void make_read(event_graph& g, event_index load, event_index store);
    static void put_behind(event_graph& g, event_index write, event_index store);
    void keep_past(int load, int store);
    [[nodiscard]] bool settle_from(std::size_t k);
    [[nodiscard]] bool is_settled();
    [[nodiscard]] bool lateness_is_needed(const event_graph& g) const;
    [[nodiscard]] bool gets_its_store_last(int read) const;
    [[nodiscard]] std::int64_t value_of(const node& n) const;
    [[nodiscard]] const location& location_of(const node& n) const;

    const location_list* locations_ = nullptr;
    std::vector<node> nodes_;
    per_thread<std::vector<int>> order_; ///< of each thread, in program order
    per_thread<int> count_;              ///< events of each thread, without links
    std::vector<vector_clock> points_;
    std::vector<plain_variable> plain_;
    int links_ = 0;
    std::vector<int> raced_; ///< plain accesses that race unless a late load orders them
    per_thread<thread_dependencies> told_;
    std::vector<dependent> dependents_;
    per_thread<std::vector<branch>> branches_;
    per_thread<std::vector<std::size_t>> open_; ///< branches of each thread

    // Of the question at hand:
    std::vector<bool> kept_;
    std::vector<std::size_t> index_;          ///< of each event, in the graph
    std::vector<std::pair<int, int>> run_of_; ///< of each write: a range of `stores_`
    std::vector<int> stores_;                 ///< kept ones, of all locations
    std::unordered_map<signature, bool, hash_of> known_;

    std::vector<int> late_; ///< loads that are late
    std::vector<conditional_change> changes_;
    bool fails_ = false;        ///< the change of the load at hand is taken to have failed
    std::vector<bool> is_free_; ///< of each event: a store that does not wait for the load at hand
    const std::vector<late_load>* allowed_ = nullptr; ///< nullptr: any that is late will do
};

} // namespace wbsync::engine::lkmm

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/lkmm/history_dependencies_inl.hpp>
#include <wbsync/engine/lkmm/history_inl.hpp>
#include <wbsync/engine/lkmm/late_loads_inl.hpp>
#endif
