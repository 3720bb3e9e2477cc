// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/reference.hpp>
#include <wbsync/wbsync.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

/// How many executions an optimal exploration runs, counted without one: every interleaving is run,
/// and those that are different are counted.
namespace counting {

using namespace wbsync::engine;

/// Runs everything, as the reference scheduler says, and keeps what tells the executions apart: the
/// causal order of the steps, and what each load read.
///
/// A load that passes over a store which is not in the causal past of its thread's previous step
/// could have been run before that store: such an execution is not counted, the other one is.
class trace_counter final : public scheduler {
public:
    void execution_begin(execution& run) override {
        run_ = &run;
        steps_.clear();
        counts_ = true;
        reference_.execution_begin(run);
    }

    thread_id pick(execution& run) override {
        const thread_id t = reference_.pick(run);
        const operation& op = *run.pending(t);
        step s{t, op.object, class_of(op), past(t), -1};
        for (const step& before : steps_)
            if (conflict(before, s))
                s.clock.join(before.clock);
        ++s.clock[t];
        steps_.push_back(s);
        return t;
    }

    int choose(const read_options& options, store_choices candidates) override {
        const int k = reference_.choose(options, candidates);
        step& load = steps_.back();
        const location& x = run_->shared_location(load.object, "", 0);
        const int read = options[static_cast<std::size_t>(k)].index;
        if (read != x.newest())
            load.old_store = x.at(read).thread * 256 + x.at(read).seq;
        const vector_clock before = past_of_step_before(load);
        for (int i = read + 1; i <= x.newest(); ++i)
            counts_ = counts_ && before.covers(x.at(i).thread, x.at(i).seq);
        return k;
    }

    void nobody_can_run(execution& run) override { reference_.nobody_can_run(run); }

    void execution_end(execution&, outcome how) override {
        if (counts_ && how != outcome::blocked)
            seen_.insert(key());
    }

    bool next() override { return reference_.next(); }

    void order_after(thread_id u, timestamp seq) override {
        for (const step& s : steps_)
            if (s.thread == u && s.clock[u] == seq)
                steps_.back().clock.join(s.clock);
    }

    [[nodiscard]] std::vector<decision> decisions() const override {
        return reference_.decisions();
    }

    [[nodiscard]] std::uint64_t count() const { return seen_.size(); }

private:
    struct step {
        thread_id thread;
        object_id object;
        access_class access;
        vector_clock clock; ///< causal past, the step itself included
        int old_store;      ///< that it read; -1: what it read was the newest
    };

    /// The reference takes additions for writes; here those without a result commute.
    static access_class class_of(const operation& op) {
        for (const std::string_view addition : {"atomic_add", "atomic_sub", "atomic_inc",
                                                "atomic_dec", "complete", "down_read", "up_read"})
            if (op.verb == addition)
                return access_class::add;
        return op.access_now();
    }

    static bool conflict(const step& a, const step& b) {
        if (a.object != b.object || a.access == access_class::none ||
            b.access == access_class::none)
            return false;
        return a.access != b.access || a.access == access_class::write;
    }

    [[nodiscard]] vector_clock past(thread_id t) const {
        for (auto s = steps_.rbegin(); s != steps_.rend(); ++s)
            if (s->thread == t)
                return s->clock;
        return {};
    }

    [[nodiscard]] vector_clock past_of_step_before(const step& load) const {
        for (auto s = steps_.rbegin(); s != steps_.rend(); ++s)
            if (s->thread == load.thread && s->clock[s->thread] < load.clock[load.thread])
                return s->clock;
        return {};
    }

    /// The steps by thread, each with its causal past: the same in whatever order they ran.
    [[nodiscard]] std::string key() const {
        const int threads = run_->thread_count();
        std::string text;
        text.reserve(steps_.size() * static_cast<std::size_t>(threads + 3));
        for (thread_id t = 0; t != threads; ++t)
            for (const step& s : steps_) {
                if (s.thread != t)
                    continue;
                for (thread_id u = 0; u != threads; ++u)
                    text += static_cast<char>(s.clock[u]);
                text += static_cast<char>(s.old_store >> 8);
                text += static_cast<char>(s.old_store);
            }
        return text;
    }

    reference_scheduler reference_;
    execution* run_ = nullptr;
    std::vector<step> steps_;
    bool counts_ = true;
    std::unordered_set<std::string> seen_;
};

/// Runs until there is nothing more, or too much.
class all_executions final : public job {
public:
    all_executions(execution& run_in, scheduler& scheduler_used, model_driver& of)
        : job(run_in, scheduler_used, of) {
        settings.all_findings = true;
    }
    bool after_execution() override {
        return run.how() != outcome::cut_short && ++executions < max_executions;
    }

    static constexpr std::uint64_t max_executions = 1'000'000;
    std::uint64_t executions = 0;
};

struct counted {
    std::uint64_t traces = 0;
    std::uint64_t interleavings = 0;
    bool complete = false;
};

/// The number of traces of `Model(args...)`.
template <class Model, class... Args>
counted traces(wbsync::memory_kind memory, const Args&... args) {
    wbsync::detail::typed_driver<Model, Args...> model(args...);
    const auto run = std::make_unique<execution>();
    trace_counter by;
    all_executions job(*run, by, model);
    job.settings.memory = memory;
    run_executions(job);
    return {by.count(), job.executions, job.executions < all_executions::max_executions};
}

} // namespace counting
