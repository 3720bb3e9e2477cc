// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <utility>
#include <vector>

namespace wbsync::engine {

/// Runs exactly one execution, given by its decisions. A schedule that does not fit the model is
/// a misuse finding; the caller compares the outcome with the one it knows.
class replay_scheduler final : public scheduler {
public:
    explicit replay_scheduler(std::vector<decision> decisions) : decisions_(std::move(decisions)) {}

    void execution_begin(execution&) override { next_ = 0; }

    thread_id pick(execution& run) override {
        if (next_ == decisions_.size()) return give_up;
        const thread_id t = decisions_[next_].thread;
        if (t < 0 || t >= run.thread_count() || !run.can_run(t))
            run.fail("misuse",
                     fmt::format("the model is not deterministic: thread {} cannot take step {} of "
                                 "the replay, although it did before",
                                 t < run.thread_count() && t >= 0 ? run.thread_name(t) : "?",
                                 next_ + 1),
                     {});
        ++next_;
        return t;
    }

    int choose(store_choices candidates) override {
        const int wanted = decisions_[next_ - 1].choice;
        return ((candidates >> wanted) & 1) != 0 ? wanted : 0;
    }

    bool execution_end(execution&, outcome) override { return false; }

    [[nodiscard]] std::vector<decision> decisions() const override { return decisions_; }

private:
    std::vector<decision> decisions_;
    std::size_t next_ = 0;
};

} // namespace wbsync::engine
