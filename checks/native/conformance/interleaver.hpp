// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/script.hpp"

#include <wbsync/wbsync.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace conformance {

/// Runs a model's threads in a chosen order, one at a time: either all orders, one after the other,
/// or random ones.
///
/// A thread that has looked in vain is not asked again before another thread has done something.
/// Looking in vain once more leads nowhere new: such a run is completed without further choices.
class interleaver final : public wbsync::native::turns {
public:
    /// `served`: threads outside of the turns may end a wait.
    interleaver(int threads, bool served)
        : served_(served), states_(static_cast<std::size_t>(threads)) {}

    /// To be called before each run.
    void prepare() {
        std::fill(states_.begin(), states_.end(), state{});
        absent_ = static_cast<int>(states_.size());
        turn_ = nobody;
        progress_ = 1;
        position_ = 0;
        dull_ = false;
    }
    /// Advances to the next order. False: there is none.
    bool advance() {
        path_.resize(std::min(path_.size(), position_));
        while (!path_.empty() && path_.back().taken + 1 == path_.back().of)
            path_.pop_back();
        if (path_.empty())
            return false;
        ++path_.back().taken;
        return true;
    }
    /// From now on the order is random.
    void shuffle(std::uint64_t seed) {
        random_ = random(seed);
        at_random_ = true;
    }

    void begin(int thread) override {
        std::unique_lock lock(mutex_);
        of(thread).what = is::ready;
        if (--absent_ == 0)
            give_turn(0);
        await_turn(lock, thread);
    }
    void point(int thread) override {
        std::unique_lock lock(mutex_);
        ++progress_;
        of(thread).what = is::ready;
        give_turn(thread);
        await_turn(lock, thread);
    }
    void in_vain(int thread) override {
        std::unique_lock lock(mutex_);
        state& mine = of(thread);
        dull_ = dull_ || (mine.what == is::stuck && mine.by_choice);
        mine = {is::stuck, progress_, false};
        give_turn(thread);
        if (turn_ == nobody) {
            turn_ = thread;
            nothing_goes_on(lock);
        }
        await_turn(lock, thread);
    }
    void aside(int thread) override {
        const std::lock_guard lock(mutex_);
        ++progress_;
        of(thread).what = is::aside;
        give_turn(thread);
    }
    void back(int thread) override {
        std::unique_lock lock(mutex_);
        of(thread).what = is::ready;
        if (turn_ == nobody)
            turn_ = thread;
        await_turn(lock, thread);
    }
    void end(int thread) override {
        const std::lock_guard lock(mutex_);
        ++progress_;
        of(thread).what = is::ended;
        give_turn(thread);
    }

private:
    enum class is : std::uint8_t { absent, ready, stuck, aside, ended };
    struct state {
        is what = is::absent;
        std::uint64_t seen = 0; ///< progress of the others when it looked in vain
        bool by_choice = false; ///< it looks again although another thread could have gone on
    };
    struct choice {
        std::size_t taken;
        std::size_t of;
    };
    static constexpr int nobody = -1;

    [[nodiscard]] state& of(int thread) { return states_[static_cast<std::size_t>(thread)]; }

    void await_turn(std::unique_lock<std::mutex>& lock, int thread) {
        changed_.wait(lock, [&] { return turn_ == thread; });
    }

    /// The threads that can go on: the current one, then the ready ones, then those that may look
    /// again.
    [[nodiscard]] std::vector<int> candidates(int current) {
        std::vector<int> all;
        const auto is_ready = [&](int t) { return of(t).what == is::ready; };
        const int n = static_cast<int>(states_.size());
        if (is_ready(current))
            all.push_back(current);
        for (int t = 0; t != n; ++t)
            if (t != current && is_ready(t))
                all.push_back(t);
        for (int t = 0; t != n; ++t)
            if (of(t).what == is::stuck && of(t).seen < progress_)
                all.push_back(t);
        return all;
    }

    void give_turn(int current) {
        const auto all = candidates(current);
        turn_ = all.empty() ? nobody : all[choose(all.size())];
        if (turn_ != nobody)
            of(turn_).by_choice = all.size() > 1 && of(turn_).what == is::stuck;
        changed_.notify_all();
    }

    std::size_t choose(std::size_t among) {
        if (among == 1 || dull_)
            return 0;
        if (at_random_)
            return static_cast<std::size_t>(random_.below(static_cast<int>(among)));
        if (position_ == path_.size())
            path_.push_back({0, among});
        return std::min(path_[position_++].taken, among - 1);
    }

    /// All threads wait: for something outside of the turns, or for ever.
    void nothing_goes_on(std::unique_lock<std::mutex>& lock) {
        wbsync::native::run_state& run = *wbsync::native::run_state::current();
        const bool others = served_ || std::any_of(states_.begin(), states_.end(),
                                                   [](auto& s) { return s.what == is::aside; });
        if (run.stopping() || !others) {
            run.report({"deadlock", "no thread can go on", "", {}});
            run.stop();
            ++progress_; // all threads have to look again, and to end
            return;
        }
        lock.unlock();
        std::this_thread::sleep_for(std::chrono::microseconds(20));
        lock.lock();
    }

    const bool served_;
    std::mutex mutex_; ///< of all members below
    std::condition_variable changed_;
    std::vector<state> states_;
    int absent_ = 0;
    int turn_ = nobody;
    std::uint64_t progress_ = 1; ///< steps so far
    std::vector<choice> path_;
    std::size_t position_ = 0;
    bool dull_ = false;
    bool at_random_ = false;
    random random_{0};
};

} // namespace conformance
