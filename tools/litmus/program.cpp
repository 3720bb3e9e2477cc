// SPDX-License-Identifier: BSD-3-Clause
#include "program.hpp"

#include "interpreter.hpp"

#include <wbsync/check.hpp>

#include <csignal>
#include <memory>
#include <utility>
#include <vector>

namespace wbsync::litmus {

namespace {

/// A litmus test as a model of wbsync.
class model {
public:
    model(const litmus_test* test, const reordering* reordered, const goal* towards,
          exploration* out, volatile std::sig_atomic_t* enough)
        : test_(*test), reordered_(*reordered), out_(*out), enough_(*enough), shared_(*test),
          tasks_(reordered->accesses.size()) {
        const auto processes = static_cast<int>(test_.processes.size());
        for (std::size_t i = 0; i != tasks_.size(); ++i) {
            tasks_[i].process = reordered_.accesses[i].process;
            tasks_[i].before_site = reordered_.accesses[i].before_site;
            tasks_[i].what = reordered_.accesses[i].what;
            tasks_[i].parent = tasks_[i].process;
            tasks_[i].thread = processes + static_cast<int>(i);
        }
        for (int p = 0; p != processes; ++p)
            threads_.push_back(
                std::make_unique<interpreter>(test_, p, shared_, *towards, tasks_of(p), out_));
    }

    void threads(scenario& s) {
        lockdep_off(); // a test says itself what it forbids
        for (std::size_t i = 0; i != threads_.size(); ++i)
            s.thread(test_.processes[i].name.c_str(), [this, i] { threads_[i]->run(); });
        for (std::size_t i = 0; i != tasks_.size(); ++i)
            s.thread(reordered_.accesses[i].thread.c_str(), [this, i] {
                threads_[static_cast<std::size_t>(tasks_[i].process)]->run_task(tasks_[i]);
            });
    }

    void finally() {
        final_state state;
        for (const operand& o : test_.shown)
            state.push_back(value_of(o));
        ++out_.states[state];
        out_.found = out_.found ||
                     (holds(test_.filter, test_, state) && holds(test_.condition, test_, state));
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
    exploration& out_;
    volatile std::sig_atomic_t& enough_;
    shared_memory shared_;
    std::vector<task> tasks_;
    std::vector<std::unique_ptr<interpreter>> threads_;
};

} // namespace

exploration explore(const litmus_test& test, const options& asked, const reordering& reordered,
                    const goal& towards, bool stop) {
    exploration out;
    options with = asked;
    with.like_kernel = true;
    with.all_findings = true; // an execution that deadlocks has no final state, others have
    with.trace = false;
    with.on_execution = [&](const std::vector<finding>& findings) {
        for (const finding& f : findings)
            if (f.property != "deadlock" && out.unsupported.empty())
                out.unsupported =
                    f.property == "unsupported" ? f.message : f.property + ": " + f.message;
    };
    with.jobs = 1; // in this process: the states are collected here
    volatile std::sig_atomic_t enough = 0;
    if (stop)
        with.interrupt = &enough;
    const result seen = check<model>(with, &test, &reordered, &towards, &out, &enough);
    out.executions = seen.executions;
    out.redundant = seen.redundant;
    out.incomplete = seen.limit;
    return out;
}

} // namespace wbsync::litmus
