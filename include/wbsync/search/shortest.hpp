// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/replay.hpp>
#include <wbsync/search/counterexample.hpp>
#include <wbsync/search/second_runs.hpp>
#include <wbsync/search/task_job.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace wbsync::search {

/// How hard an execution is to follow, the most important first.
struct difficulty {
    bool hidden = false;      ///< an object is used before its end, and only the order is missing
    std::size_t switches = 0; ///< how often another thread goes on
    std::size_t steps = 0;

    friend auto operator<=>(const difficulty&, const difficulty&) = default;
};

inline difficulty difficulty_of(const std::vector<engine::decision>& steps, const finding& what) {
    difficulty d{what.with.what == collision::pair::unordered_end, 0, steps.size()};
    for (std::size_t i = 1; i < steps.size(); ++i)
        d.switches += steps[i].thread != steps[i - 1].thread ? 1 : 0;
    return d;
}

/// Makes the execution that led to a finding easier to follow: steps of a thread are put together,
/// or left out if the property fails without them, as long as that is violated in the same way. An
/// object that was freed after its use, with nothing between the two, is freed first if it can be.
/// What is found is run, not derived: a schedule that does not fit the model, or that ends in
/// anything else, is dropped.
///
///     found first:  a b a c b a      a: kfree(x)     b: x->y
///     b later:      a a c a b        not ordered -> use after free, 3 switches instead of 5
///     c left out:   a b              1
///
/// An ascent, not a search: it ends where no single move helps. O(blocks^2) executions, at most
/// `most_runs`, each of which costs what its steps cost.
class shortener {
public:
    static constexpr int most_runs = 600;

    /// `model` and `with` must outlive this object. To be used when no execution is under way.
    shortener(engine::model_driver& model, const options& with, engine::schedule first,
              finding what)
        : model_(model), with_(with), best_(std::move(first)), what_(std::move(what)),
          least_(difficulty_of(best_.decisions, what_)) {
        with_.all_findings = with_.trace = false;
        with_.on_execution = nullptr;
        with_.on_progress = nullptr;
    }

    void run() {
        if (is_worth_it())
            while (improve()) {
            }
    }

    [[nodiscard]] const engine::schedule& schedule() const noexcept { return best_; }
    [[nodiscard]] const finding& what() const noexcept { return what_; }

private:
    using steps = std::vector<engine::decision>;

    /// A lockup takes seconds, each time. What is not deterministic does not get any better.
    [[nodiscard]] bool is_worth_it() const {
        return what_.property != "lockup" && !what_.message.starts_with(not_deterministic);
    }

    /// Returns whether some move helps.
    bool improve() {
        const steps now = best_.decisions;
        for (std::size_t from = 0; from != now.size(); ++from) {
            const bool begins = from == 0 || now[from].thread != now[from - 1].thread;
            if (!begins && !least_.hidden)
                continue;
            for (const auto move : {&without_rest, &rest_at_end, &joined_later, &joined_earlier})
                if (attempt(move(now, from)))
                    return true;
        }
        return false;
    }

    // --- moves: of the thread that takes step `from`
    // ----------------------------------------------

    /// It does nothing any more.
    static steps without_rest(const steps& all, std::size_t from) {
        steps out = all;
        const auto is_its = [&](const engine::decision& d) { return d.thread == all[from].thread; };
        out.erase(std::remove_if(out.begin() + offset(from), out.end(), is_its), out.end());
        return out;
    }
    /// It goes on when all others have done what they do.
    static steps rest_at_end(const steps& all, std::size_t from) {
        steps out = all;
        const auto is_other = [&](const engine::decision& d) {
            return d.thread != all[from].thread;
        };
        std::stable_partition(out.begin() + offset(from), out.end(), is_other);
        return out;
    }
    /// What it does now comes right before what it does next.
    static steps joined_later(const steps& all, std::size_t from) {
        const std::size_t end = end_of_block(all, from);
        const std::size_t next = next_of(all, end, all[from].thread);
        steps out = all;
        if (next != all.size())
            std::rotate(out.begin() + offset(from), out.begin() + offset(end),
                        out.begin() + offset(next));
        return out;
    }
    /// What it does next comes right behind what it does now.
    static steps joined_earlier(const steps& all, std::size_t from) {
        const std::size_t end = end_of_block(all, from);
        const std::size_t next = next_of(all, end, all[from].thread);
        steps out = all;
        if (next != all.size())
            std::rotate(out.begin() + offset(end), out.begin() + offset(next),
                        out.begin() + offset(end_of_block(all, next)));
        return out;
    }

    static std::ptrdiff_t offset(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }
    static std::size_t end_of_block(const steps& all, std::size_t from) {
        std::size_t end = from;
        while (end != all.size() && all[end].thread == all[from].thread)
            ++end;
        return end;
    }
    static std::size_t next_of(const steps& all, std::size_t from, engine::thread_id t) {
        while (from != all.size() && all[from].thread != t)
            ++from;
        return from;
    }

    // --- trying them
    // ------------------------------------------------------------------------------

    bool attempt(steps next) {
        if (next == best_.decisions || runs_ == most_runs ||
            (!least_.hidden && difficulty_of(next, what_) > least_))
            return false;
        ++runs_;
        engine::schedule s = best_;
        s.decisions = std::move(next);
        const std::optional<finding> seen = run_again(s);
        if (!seen || !is_same(*seen) || difficulty_of(s.decisions, *seen) >= least_)
            return false;
        least_ = difficulty_of(s.decisions, *seen);
        best_ = std::move(s);
        what_ = *seen;
        return true;
    }

    /// Leaves those steps of the schedule that were taken.
    std::optional<finding> run_again(engine::schedule& s) {
        engine::replay_scheduler by(s, not_deterministic.data());
        run_->assumed().allow(s.allowed);
        task_job job(*run_, by, model_, with_, {});
        engine::run_executions(job);
        if (!job.seen.failed)
            return std::nullopt;
        s.decisions.resize(s.decisions.size() - by.steps_left());
        return std::move(job.seen.what);
    }

    /// The same property, violated in the same way, or in the order in which it hurts.
    [[nodiscard]] bool is_same(const finding& f) const {
        if (f.property != what_.property)
            return false;
        return what_.with.what == collision::pair::none
                   ? f.message == what_.message
                   : f.with.what != collision::pair::none && f.with.object == what_.with.object;
    }

    engine::model_driver& model_;
    options with_;
    engine::schedule best_;
    finding what_;
    difficulty least_;
    int runs_ = 0;
    std::unique_ptr<engine::execution> run_ = std::make_unique<engine::execution>();
};

} // namespace wbsync::search
