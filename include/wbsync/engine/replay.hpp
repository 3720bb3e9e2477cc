// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/causality.hpp>
#include <wbsync/engine/execution.hpp>

#include <utility>
#include <vector>

namespace wbsync::engine {

/// Runs exactly one execution, given by its decisions. A schedule that does not fit the model is
/// a misuse finding; the caller compares the outcome with the one it knows.
class replay_scheduler final : public scheduler {
public:
    /// `causal`: the decisions are an explorer's, which offers loads only what the causal past
    /// makes necessary. The choices are numbers, so the replay has to offer the same.
    replay_scheduler(std::vector<decision> decisions, bool causal)
        : decisions_(std::move(decisions)), causal_(causal) {}

    void execution_begin(execution&) override { order_.begin(0); }

    void settle() override { order_.close(); }

    thread_id pick(execution& run) override {
        const auto next = static_cast<std::size_t>(order_.done());
        if (next == decisions_.size())
            return give_up;
        const thread_id t = decisions_[next].thread;
        if (t < 0 || t >= run.thread_count() || !run.can_run(t))
            run.fail("misuse",
                     fmt::format("the model is not deterministic: thread {} cannot take step {} of "
                                 "the replay, although it did before",
                                 t < run.thread_count() && t >= 0 ? run.thread_name(t) : "?",
                                 next + 1),
                     {});
        order_.open(t, *run.pending(t));
        return t;
    }

    int choose(const read_options&, store_choices candidates) override {
        const int wanted = decisions_[static_cast<std::size_t>(order_.done() - 1)].choice;
        return ((candidates >> wanted) & 1) != 0 ? wanted : std::countr_zero(candidates);
    }

    bool execution_end(execution&, outcome) override { return false; }

    [[nodiscard]] const vector_clock* causal_past(thread_id t) const override {
        return causal_ ? &order_.past(t) : nullptr;
    }
    void order_after(thread_id u, timestamp seq) override { order_.order_after(u, seq); }
    [[nodiscard]] bool depends_on(step_index later, step_index earlier) const override {
        return !causal_ || order_.depends_on(later, earlier);
    }

    [[nodiscard]] std::vector<decision> decisions() const override { return decisions_; }

private:
    std::vector<decision> decisions_;
    bool causal_;
    causal_order order_;
};

} // namespace wbsync::engine
