// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/host.hpp>
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
/// and the distinct ones are counted.
namespace counting {

using namespace wbsync::engine;

/// Runs everything, as the reference scheduler decides, and records what distinguishes the
/// executions: the causal order of the steps, and what each load read.
///
/// Under weak memory the order of a load before a later store adds nothing to reads-from and the
/// order of the stores: it is left out. With symmetric threads the explorer distinguishes more
/// executions. If a load passes over a store that is not in the causal past of its thread's
/// previous step, it could have been run before that store: such an execution is not counted, the
/// other one is.
class trace_counter final : public scheduler {
public:
    void execution_begin(execution& run) override {
        run_ = &run;
        steps_.clear();
        counts_ = true;
        by_sources_ = run.has_ranks();
        reference_.execution_begin(run);
    }

    thread_id pick(execution& run) override {
        const thread_id t = reference_.pick(run);
        const operation& op = *run.pending(t);
        // A round whose old store is read might as well have not undone it before that.
        if (by_sources_ && op.verb == std::string_view{"retry"})
            return t;
        step s{t, op.object, class_of(op), {}, {}, -1, op.chooses, run.step_count()};
        if (const step* before = newest_of(t)) {
            s.clock = before->clock;
            s.order = before->order;
        }
        for (const step& before : steps_)
            if (conflict(before, s) && !(by_sources_ && s.chooses)) {
                s.order.join(before.order);
                if (tells(before, s))
                    s.clock.join(before.clock);
            }
        ++s.clock[t];
        ++s.order[t];
        steps_.push_back(s);
        return t;
    }

    int choose(const read_options& options, store_choices candidates) override {
        const int k = reference_.choose(options, candidates);
        step& load = steps_.back();
        const location& x = run_->shared_location(load.object, "", 0);
        const int read = options[static_cast<std::size_t>(k)].index;
        exact_ = exact_ && (!by_sources_ || read == x.newest() || load.is_load());
        if (by_sources_)
            join_sources(load, x, read);
        else if (read != x.newest())
            load.old_store = name_of(x.at(read).step);
        for (int i = read + 1; i <= x.newest(); ++i)
            counts_ = counts_ && has_to_come_after(load, x.at(i));
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
            if (s.thread == u && s.clock[u] == seq) {
                steps_.back().clock.join(s.clock);
                steps_.back().order.join(s.order);
            }
    }

    [[nodiscard]] std::vector<decision> decisions() const override {
        return reference_.decisions();
    }

    [[nodiscard]] std::uint64_t count() const { return seen_.size(); }

    /// Is the count what the explorer needs? It distinguishes more executions if a
    /// read-modify-write may read an old store: that changes nothing, but has the class of one that
    /// does.
    [[nodiscard]] bool exact() const noexcept { return exact_; }

private:
    struct step {
        thread_id thread;
        object_id object;
        access_class access;
        vector_clock clock; ///< causal past as far as it is told apart, the step itself included
        vector_clock order; ///< causal past
        int old_store;      ///< the old store that it read; -1: it read the newest
        bool chooses;
        step_index number;

        [[nodiscard]] bool is_load() const { return chooses && access == access_class::read; }
    };

    /// The load, or read-modify-write, comes after what it reads from, and after earlier stores. A
    /// read-modify-write that may read an older value does not change it.
    void join_sources(step& load, const location& x, int read) const {
        load.old_store = 0;
        for (int i = read; i >= 0; --i) { // additions in whichever order
            load.old_store += (name_of(x.at(i).step) + 1) * 40'503;
            if (x.at(i).access != access_class::add)
                break;
        }
        const bool old = read != x.newest();
        if (old)
            load.access = access_class::read;
        const step_index end = old ? x.at(read + 1).step : run_->step_count();
        const timestamp own = load.clock[load.thread];
        const timestamp also = load.order[load.thread];
        for (const step& before : steps_)
            if (conflict(before, load) && before.number < end) {
                if (!before.is_load())
                    load.clock.join(before.clock);
                if (!before.is_load() || load.access == access_class::write)
                    load.order.join(before.order);
            }
        load.clock[load.thread] = own;
        load.order[load.thread] = also;
    }

    /// The name of the step with that number, independent of the order of execution.
    [[nodiscard]] int name_of(step_index number) const {
        const step* s = find(number);
        return s == nullptr ? -1 : s->thread * 256 + s->clock[s->thread];
    }

    /// The reference treats additions as writes; here those without a result commute.
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

    /// Does the order of two conflicting steps say more than their sources do? The order of a load
    /// before an addition does: otherwise another load could have to look into a run.
    [[nodiscard]] bool tells(const step& before, const step& s) const {
        return !by_sources_ || !before.is_load() || s.access == access_class::add;
    }

    /// Must the load, which is the newest step, come after a store that it passes over?
    [[nodiscard]] bool has_to_come_after(const step& load, const store_record& store) const {
        if (by_sources_ && store.access != access_class::add)
            return true;
        const step* before = newest_of(load.thread, &load);
        const step* passed = find(store.step);
        return before != nullptr && passed != nullptr &&
               before->order.covers(passed->thread, passed->order[passed->thread]);
    }

    /// The newest step of a thread, or the one before `than`.
    [[nodiscard]] const step* newest_of(thread_id t, const step* than = nullptr) const {
        for (auto s = steps_.rbegin(); s != steps_.rend(); ++s)
            if (s->thread == t && &*s != than)
                return &*s;
        return nullptr;
    }
    [[nodiscard]] const step* find(step_index number) const {
        for (const step& s : steps_)
            if (s.number == number)
                return &s;
        return nullptr;
    }

    /// The steps by thread, each with its causal past, independent of the order of execution.
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
                for (int bits = 24; bits >= 0; bits -= 8)
                    text += static_cast<char>(s.old_store >> bits);
            }
        return text;
    }

    reference_scheduler reference_;
    execution* run_ = nullptr;
    std::vector<step> steps_;
    bool counts_ = true;
    bool by_sources_ = false;
    bool exact_ = true;
    std::unordered_set<std::string> seen_;
};

/// Runs until nothing is left, or there are too many executions.
class all_executions final : public job {
public:
    all_executions(execution& run_in, scheduler& scheduler_used, model_driver& of)
        : job(run_in, scheduler_used, of) {
        settings.all_findings = true;
    }
    bool after_execution() override {
        return run.concluded().ending() != outcome::cut_short && ++executions < max_executions;
    }

    static constexpr std::uint64_t max_executions = 1'000'000;
    std::uint64_t executions = 0;
};

struct counted {
    std::uint64_t traces = 0;
    std::uint64_t interleavings = 0;
    bool complete = false;
    bool exact = false; ///< see trace_counter::exact()
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
    return {by.count(), job.executions, job.executions < all_executions::max_executions,
            by.exact()};
}

} // namespace counting
