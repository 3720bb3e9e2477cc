// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "conflicts.hpp"
#include "task.hpp"

#include <wbsync/engine/execution.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace wbsync::litmus {

/// Why the threads of an execution are stuck before it meets the goal: a ring of threads, each of
/// which waits for something that only the next one does later. The ring depends only on sections
/// that started before the start of a grace period (or the other way round, where that was asked
/// for). So an execution with the same orders gets stuck, too.
class standstill {
public:
    /// `learnt` learns what this finds out.
    explicit standstill(conflicts& learnt) : learnt_(learnt) {}

    /// A new execution, with that many threads of the test, and these tasks.
    void begin(int processes, const std::vector<task>& tasks);

    /// The execution is over, and stuck. Returns whether it is known why: waiting_ring.hpp has an
    /// example. Then `learnt` has learnt it. To be called before the execution is destroyed. O(s *
    /// t + t^3) for s sections and t threads, including auxiliary ones.
    bool explain();

    // Called by the threads.

    void waits_for_value(int location, std::int64_t value);
    void waits_for_begin(const task& t);
    void waits_for_end(const task& t);
    void waits_no_longer();
    void has_stored(const expression& store) { performed_.insert(&store); }

    /// If an order was asked for, waits until everything has started that must start before this
    /// section.
    void section_may_start(int process, int domain);
    void section_starts();
    /// The section with that number among those of the thread in that domain.
    void section_ends(int process, int domain, std::size_t number);
    void section_is_kept_open(int process, int domain, std::size_t number, const task& by);
    void grace_period_may_start(int process, int domain);

private:
    using thread_id = engine::thread_id;

    struct wait {
        enum class kind : std::uint8_t { nothing, value, turn, grace_period, begin, end };
        kind what = kind::nothing;
        rcu_event before = {}; ///< what must start first
        rcu_event own = {};    ///< what the thread starts
        int location = 0;
        std::int64_t value = 0;
        const task* of = nullptr;
    };
    struct section {
        rcu_event is;
        engine::step_index start;
        bool left = false; ///< by its thread
        std::vector<const task*> keepers = {};
    };
    /// A thread waits for `holder` because of an order.
    struct reason {
        thread_id holder = -1;
        ordered_events because = {};
    };
    class turn;

    void wait_for_turn(const rcu_event& e);
    [[nodiscard]] bool has_started(const rcu_event& e) const;
    section& section_of(int process, int domain, std::size_t number);
    [[nodiscard]] wait& mine();
    [[nodiscard]] const wait& of(thread_id t) const { return waits_[static_cast<std::size_t>(t)]; }
    [[nodiscard]] bool waits_for_order(thread_id t) const;
    void note_newest_steps();
    [[nodiscard]] std::vector<thread_id> waiting_for_order() const;
    [[nodiscard]] std::vector<reason> reasons(thread_id t) const;
    [[nodiscard]] std::vector<thread_id> holders_of(const section& s) const;
    [[nodiscard]] thread_id waits_on(thread_id t) const;
    [[nodiscard]] thread_id next_in_ring(thread_id t) const;

    conflicts& learnt_;
    const std::vector<task>* tasks_ = nullptr;
    std::vector<wait> waits_;
    std::vector<section> sections_;
    std::map<std::pair<int, int>, int> section_count_; ///< by thread and domain
    std::map<std::pair<int, int>, int> period_count_;
    /// Grace periods, with the number of earlier steps of their threads.
    std::map<rcu_event, engine::timestamp> periods_;
    std::map<thread_id, engine::step_index> newest_; ///< newest step of each stuck thread
    std::set<const expression*> performed_;
};

} // namespace wbsync::litmus
