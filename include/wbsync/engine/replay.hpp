// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/causality.hpp>
#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/schedule.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace wbsync::engine {

/// Runs exactly one execution, given by its decisions. A schedule that does not fit the model is a
/// misuse finding; the caller compares the outcome with the expected one.
///
/// O(threads) for a step, plus what loads ask of causal_order. follow() only between executions.
class replay_scheduler final : public scheduler {
public:
    /// `complaint`: what it means if the model cannot follow the schedule. An explorer offers a
    /// load only what its causal past makes necessary. Choices are numbers, so the replay of such a
    /// schedule has to offer the same.
    replay_scheduler(schedule what, const char* complaint)
        : decisions_(std::move(what.decisions)), causal_(what.causal), complaint_(complaint) {
        order_.begin(0); // the set-up of the model asks for it already
    }

    /// Replays another schedule next.
    void follow(const schedule& what) {
        decisions_ = what.decisions;
        causal_ = what.causal;
        order_.begin(0);
    }

    /// Steps of the schedule that were not taken.
    [[nodiscard]] std::size_t steps_left() const {
        return decisions_.size() - static_cast<std::size_t>(order_.done());
    }

    void execution_begin(execution& run) override {
        order_.begin(0);
        ranked_ = causal_ && run.has_ranks();
    }

    void settle() override { order_.close(); }

    thread_id pick(execution& run) override {
        const auto next = static_cast<std::size_t>(order_.done());
        if (next == decisions_.size())
            return give_up;
        const thread_id t = decisions_[next].thread;
        if (t < 0 || t >= run.thread_count() || !run.can_run(t))
            run.fail_for_all("misuse",
                             fmt::format("{}: thread {} cannot take step {}", complaint_,
                                         t < run.thread_count() && t >= 0
                                             ? run.thread_name(t)
                                             : fmt::format("{}", t + 1),
                                         next + 1),
                             {});
        order_.open(t, *run.pending(t));
        return t;
    }

    int choose(const read_options&, store_choices candidates) override {
        const int wanted = decisions_[static_cast<std::size_t>(order_.done() - 1)].choice;
        return ((candidates >> wanted) & 1) != 0 ? wanted : std::countr_zero(candidates);
    }

    bool next() override { return false; }

    [[nodiscard]] bool expects(thread_id t) const override {
        return std::any_of(decisions_.begin() + order_.done(), decisions_.end(),
                           [t](const decision& d) { return d.thread == t; });
    }

    [[nodiscard]] const vector_clock* causal_past(thread_id t) const override {
        return causal_ ? &order_.past(t) : nullptr;
    }
    [[nodiscard]] bool is_forced(thread_id t, step_index store) override {
        return !ranked_ || order_.is_forced(t, store);
    }
    void reads_old_store(step_index of) override { order_.reads_old_store(of); }
    void order_after(thread_id u, timestamp seq) override { order_.order_after(u, seq); }
    [[nodiscard]] bool depends_on(step_index later, step_index earlier) const override {
        return !causal_ || order_.depends_on(later, earlier);
    }

    [[nodiscard]] std::vector<decision> decisions() const override { return decisions_; }

private:
    std::vector<decision> decisions_;
    bool causal_;
    bool ranked_ = false;
    const char* complaint_;
    causal_order order_;
};

} // namespace wbsync::engine
