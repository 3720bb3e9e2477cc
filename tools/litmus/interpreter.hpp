// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "goal.hpp"
#include "program.hpp"
#include "shared_memory.hpp"
#include "standstill.hpp"
#include "task.hpp"

#include <map>
#include <string>
#include <vector>

namespace wbsync::litmus {

/// Runs one thread of a test: walks over its statements and calls the library's primitives. In the
/// engine's model for litmus tests it knows what each value depends on; in another model of the
/// engine a test is what it would be in C++.
///
/// Accesses for which there is a task are handed to an auxiliary thread; the thread waits for it
/// where something comes that the access has to come before.
class interpreter {
public:
    interpreter(const litmus_test& test, int number, shared_memory& shared, const goal& towards,
                std::vector<task*> tasks, standstill* stuck);

    /// The thread of the test.
    void run();
    /// An auxiliary thread of it.
    void run_task(task& t);

    /// At the end of the execution.
    [[nodiscard]] std::int64_t register_value(std::size_t r) const {
        return registers_[r].value.number;
    }

private:
    // Statements.
    void execute(const statement& s);
    content assigned(const statement& s);
    void branch(const statement& s);
    void await(const statement& s);
    void plain_store(const statement& s);
    void perform_plain_store(const statement& s, const place& x, const known_value& v);

    // Expressions. `registers` are those of the thread, or a copy made earlier.
    known_value evaluate(const expression& e, std::vector<content>& registers);
    known_value evaluate(const expression& e) { return evaluate(e, registers_); }
    known_value binary(const expression& e, std::vector<content>& registers);
    known_value force(content& c);
    content postpone(const expression& e);
    place place_of(const expression& e);
    place place_to_read(const expression& e);

    // Accesses.
    known_value call(const expression& e);
    known_value load(const expression& e);
    known_value plain_load(const expression& e);
    template <class Predicate>
    known_value awaited(const expression& load, const place& x, Predicate accepts);
    known_value awaited_value(const expression& load, const place& x, std::int64_t value);
    template <class F>
    known_value load_with(const place& x, memory_order order, const position& at, F read);
    void tell_address(const place& x);
    known_value change_depending(const expression& e, const place& x, std::int64_t n,
                                 const std::vector<known_value>& operands);
    void store(const expression& e);
    void perform_store(const expression& e, const place& x, const known_value& v,
                       const view& control);
    template <class F>
    void store_with(const place& x, const known_value& v, const view& control, memory_order order,
                    F write);
    known_value update(const expression& e);
    std::int64_t change(const expression& e, atomic64_t& x, std::int64_t n,
                        const std::vector<known_value>& operands);
    atomic64_t& variable(const place& x);
    static void full_fence(fence_kind kind, const site& at);

    // Locks, read-side sections, grace periods.
    void section_starts(int domain);
    void rcu_lock(const site& at);
    void rcu_unlock(const site& at);
    template <class F>
    void grace_period(int domain, F synchronize);
    spinlock_t& lock_of(const expression& e);
    srcu_struct& domain_of(const expression& e);
    void lock(const expression& e);
    std::int64_t trylock(const expression& e);
    void taken(const expression& e, view known);
    void unlock(const expression& e);
    void end_with_locks_held();
    std::int64_t srcu_lock(const expression& e);
    void srcu_unlock(const expression& e);
    std::int64_t srcu_down(const expression& e);
    void srcu_up(const expression& e);

    // Tasks.
    [[nodiscard]] task* late_task_of(const expression& e) const;
    [[nodiscard]] task* early_task_of(const expression& e) const;
    void begin_early(const expression& e);
    void perform(task& t);
    void give_up_guess(task& t);
    void give_up_guesses();
    void issue(task& t, const place& x);
    void join(task& t);
    template <class Condition>
    void join_if(Condition condition);
    void join_all();
    void join_location(const place& x);
    void keep_open(const open_section& s, int domain);
    static bool depends_on(const content& c, const task& t);

    const litmus_test& test_;
    int number_; ///< of the thread
    shared_memory& shared_;
    const goal& goal_;
    std::vector<task*> tasks_; ///< of this thread, in program order
    standstill* stuck_;        ///< nullptr: nobody asks
    std::vector<content> registers_;
    view control_;                   ///< what the branches taken so far depend on
    engine::dependency decided_ = 0; ///< the same, to a memory model that asks
    view fenced_;                    ///< what smp_rmb() orders before later loads
    view unlocked_;                  ///< as of the last unlock
    std::vector<int> held_;
    int rcu_depth_ = 0;
    std::map<std::pair<int, std::int64_t>, std::size_t> sections_; ///< of SRCU domains, by index
    std::map<int, std::size_t> sections_so_far_;                   ///< by domain
};

} // namespace wbsync::litmus
