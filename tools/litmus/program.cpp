// SPDX-License-Identifier: BSD-3-Clause
#include "program.hpp"

#include "interpreter.hpp"
#include "standstill.hpp"

#include <wbsync/check.hpp>
#include <wbsync/report/limit.hpp>

#include <csignal>
#include <memory>
#include <utility>
#include <vector>

namespace wbsync::litmus {

namespace {

/// A litmus test as a model of wbsync.
class model {
public:
    using learns_from_executions = void; ///< see engine::model_driver::is_repeatable()

    model(const litmus_test* test, const reordering* reordered, const goal* towards,
          standstill* stuck, exploration* out, volatile std::sig_atomic_t* enough)
        : test_(*test), reordered_(*reordered), stuck_(stuck), out_(*out), enough_(*enough),
          shared_(*test), tasks_(reordered->accesses.size()) {
        const auto processes = static_cast<int>(test_.processes.size());
        for (std::size_t i = 0; i != tasks_.size(); ++i) {
            tasks_[i].process = reordered_.accesses[i].process;
            tasks_[i].before_site = reordered_.accesses[i].before_site;
            tasks_[i].what = reordered_.accesses[i].what;
            tasks_[i].guess = reordered_.accesses[i].plain_store;
            if (tasks_[i].guess != nullptr)
                tasks_[i].ticket = std::make_unique<atomic64_t>("guess", 0);
            tasks_[i].parent = tasks_[i].process;
            tasks_[i].thread = processes + static_cast<int>(i);
        }
        for (int p = 0; p != processes; ++p)
            threads_.push_back(
                std::make_unique<interpreter>(test_, p, shared_, *towards, tasks_of(p), stuck_));
        if (stuck_ != nullptr)
            stuck_->begin(processes, tasks_);
    }

    ~model() {
        if (stuck_ != nullptr && !complete_)
            out_.explained = stuck_->explain();
    }
    model(const model&) = delete;
    model& operator=(const model&) = delete;

    void threads(scenario& s) {
        lockdep_off(); // a test states itself what it forbids
        for (std::size_t i = 0; i != threads_.size(); ++i)
            s.thread(test_.processes[i].name.c_str(), [this, i] { threads_[i]->run(); });
        for (std::size_t i = 0; i != tasks_.size(); ++i)
            s.thread(reordered_.accesses[i].thread.c_str(), [this, i] {
                threads_[static_cast<std::size_t>(tasks_[i].process)]->run_task(tasks_[i]);
            });
    }

    void finally() {
        complete_ = true;
        final_state state;
        for (const operand& o : test_.shown)
            state.push_back(value_of(o));
        ++out_.states[state];
        if (!holds(test_.filter, state))
            return;
        if (!shared_.handed_over.empty() && shared_.misuse.empty())
            shared_.misuse = "a section that srcu_down_read() began is never ended";
        if (!shared_.misuse.empty() && out_.unsupported.empty())
            out_.unsupported = "misuse: " + shared_.misuse;
        out_.found = out_.found || holds(test_.condition, state);
        enough_ = out_.found ? 1 : 0;
    }

private:
    std::vector<task*> tasks_of(int process) {
        std::vector<task*> own;
        for (task& t : tasks_)
            if (t.process == process)
                own.push_back(&t);
        return own;
    }

    [[nodiscard]] std::int64_t value_of(const operand& o) const {
        const auto index = static_cast<std::size_t>(o.index);
        if (o.what == operand::kind::reg)
            return threads_[static_cast<std::size_t>(o.process)]->register_value(index);
        if (shared_.variables[index] != nullptr)
            return shared_.variables[index]->value.newest();
        return shared_.locks[index] != nullptr && spin_is_locked(*shared_.locks[index]) ? 1 : 0;
    }

    const litmus_test& test_;
    const reordering& reordered_;
    standstill* stuck_; ///< nullptr: nobody asks why an execution is stuck
    bool complete_ = false;
    exploration& out_;
    volatile std::sig_atomic_t& enough_;
    shared_memory shared_;
    std::vector<task> tasks_;
    std::vector<std::unique_ptr<interpreter>> threads_;
};

} // namespace

void exploration::add(const exploration& more) {
    for (const auto& [state, times] : more.states)
        states[state] += times;
    executions += more.executions;
    sleep_set_blocked += more.sleep_set_blocked;
    found = found || more.found;
    if (unsupported.empty())
        unsupported = more.unsupported;
    incomplete = more.incomplete;
}

namespace {

exploration run(const litmus_test& test, options with, const reordering& reordered,
                const goal& towards, extent how, standstill* stuck) {
    exploration out;
    with.all_findings = true; // a deadlocked execution has no final state, but others do
    with.trace = false;
    with.on_execution = [&](const std::vector<finding>& findings) {
        for (const finding& f : findings)
            if (f.property != "deadlock" && out.unsupported.empty())
                out.unsupported =
                    f.property == "unsupported" ? f.message : f.property + ": " + f.message;
    };
    with.jobs = 1; // in this process: the states are collected here
    volatile std::sig_atomic_t enough = 0;
    if (how == extent::first)
        with.interrupt = &enough;
    const result seen = check<model>(with, &test, &reordered, &towards, stuck, &out, &enough);
    out.executions = seen.executions;
    out.sleep_set_blocked = seen.sleep_set_blocked;
    out.incomplete = report::text_of(seen.limit);
    return out;
}

} // namespace

exploration explore(const litmus_test& test, const options& asked, const reordering& reordered,
                    const goal& towards, extent how, standstill* stuck) {
    options with = asked;
    with.memory = memory_kind::litmus;
    return run(test, with, reordered, towards, how, stuck);
}

exploration explore_as_model(const litmus_test& test, const options& with) {
    return run(test, with, {}, {}, extent::all_states, nullptr);
}

exploration learn(const litmus_test& test, const options& asked, const reordering& reordered,
                  const goal& towards) {
    exploration all;
    conflicts learnt(test, reordered, towards);
    standstill stuck(learnt);
    options one = asked;
    one.max_executions = 1;
    all.explained = learnt.can_learn();
    while (all.explained && !all.found && !learnt.leave_nothing() && !learnt.too_many() &&
           all.executions < asked.max_executions) {
        const exploration seen = explore(test, one, reordered, towards, extent::first, &stuck);
        all.add(seen);
        all.explained = seen.explained;
    }
    all.excluded = learnt.leave_nothing();
    return all;
}

} // namespace wbsync::litmus
