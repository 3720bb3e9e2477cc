// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <algorithm>
#include <bit>
#include <vector>

namespace wbsync::engine {

/// Branches on everything: every thread that can run in every state, every coherent store of every
/// load, with no reduction at all. Slow, and simple enough to be trusted as the oracle of the
/// tests.
///
/// Exponential in the steps: n! executions of n steps of different threads, times the choices of
/// their loads. A step costs O(1), memory is O(steps).
class reference_scheduler final : public scheduler {
public:
    void execution_begin(execution&) override {
        depth_ = 0;
        decisions_.clear();
    }

    thread_id pick(execution& run) override {
        const std::size_t here = depth_;
        decisions_.push_back({next(run.ready() | run.ready_by_old_store()), 0});
        path_[here].is_thread = true;
        return decisions_.back().thread;
    }

    int choose(const read_options&, store_choices candidates) override {
        return decisions_.back().choice = next(candidates);
    }

    [[nodiscard]] bool expects(thread_id t) const override {
        return std::any_of(path_.begin() + static_cast<std::ptrdiff_t>(depth_), path_.end(),
                           [t](const branch& b) { return b.is_thread && b.taken == t; });
    }

    bool next() override {
        path_.resize(depth_);
        while (!path_.empty() && path_.back().left == 0)
            path_.pop_back();
        if (path_.empty())
            return false;
        branch& b = path_.back();
        b.taken = std::countr_zero(b.left);
        b.left &= b.left - 1;
        return true;
    }

    [[nodiscard]] std::vector<decision> decisions() const override { return decisions_; }

private:
    struct branch {
        int taken;
        std::uint64_t left;     ///< alternatives not tried yet
        bool is_thread = false; ///< a choice of thread, not of a store
    };

    int next(std::uint64_t alternatives) {
        if (depth_ == path_.size())
            path_.push_back({std::countr_zero(alternatives), alternatives & (alternatives - 1)});
        return path_[depth_++].taken;
    }

    std::vector<branch> path_;
    std::vector<decision> decisions_;
    std::size_t depth_ = 0;
};

} // namespace wbsync::engine
