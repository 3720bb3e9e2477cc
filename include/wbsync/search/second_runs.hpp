// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/footprint.hpp>
#include <wbsync/engine/host.hpp>
#include <wbsync/engine/replay.hpp>
#include <wbsync/search/static_objects.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace wbsync::search {

inline constexpr std::string_view not_deterministic = "the model is not deterministic";

/// Runs the first executions of a search again, and the very first one once more when all are
/// explored. A model that then does something else depends on something that it must not depend on:
/// the C library's random numbers, addresses, memory that it never initialised, a clock, or static
/// objects. Whatever can be changed is made different from the first time. These runs are not
/// counted.
///
/// Their number depends only on what was run, never on a clock.
///
/// begin(), then before_execution() and after_execution() around each execution of the search.
/// While scheduler() is not nullptr, the execution under way is a second run, and
/// after_second_run() comes after it. At most 4 executions are run again, the first one three
/// times, and once more at the end. Not re-entrant.
class second_runs {
public:
    ~second_runs() { give_back_random_numbers(); }
    second_runs() = default;
    second_runs(const second_runs&) = delete;
    second_runs& operator=(const second_runs&) = delete;

    /// A new search begins.
    void begin() {
        executions_ = runs_ = steps_ = 0;
        now_ = doing::nothing;
        is_over_ = false;
        first_ = {};
        difference_ = {};
    }

    /// An execution of the search is about to begin.
    void before_execution(engine::execution& run, engine::execution::settings& with) {
        const bool one_of_the_first = executions_ < compared_executions && steps_ < most_steps;
        now_ = one_of_the_first ? doing::first_run : doing::nothing;
        with.variation = one_of_the_first ? 1 : 0;
        print_ = &prints_[executions_ == 0 ? 0 : 1]; // the print of the very first execution is
                                                     // kept until the end
        if (one_of_the_first)
            print_->record();
        run.leave_footprint(one_of_the_first ? print_ : nullptr);
    }

    /// It has ended, normally or with a finding. True: it is to be run again now.
    bool after_execution(engine::execution& run, const engine::scheduler& by,
                         engine::execution::settings& with) {
        // If additions turned out not to commute, a second run would treat them differently.
        if (now_ != doing::first_run || run.concluded().ending() != engine::outcome::complete ||
            run.assumed().has_to_start_over() || is_lockup(run.concluded().findings()))
            return false;
        last_ = ending_of(run, by);
        if (executions_++ == 0)
            first_ = last_;
        repeats_left_ = executions_ == 1 ? repeats_of_the_first : 1;
        return run_again(run, with);
    }

    /// Everything is explored. True: the very first execution is to be run again now.
    bool after_search(engine::execution& run, engine::execution::settings& with) {
        if (std::exchange(is_over_, true) || executions_ < compared_executions ||
            first_.how.allowed != run.assumed().allowed())
            return false;
        last_ = first_;
        print_ = &prints_[0];
        repeats_left_ = 1;
        return run_again(run, with);
    }

    /// Another check found that the execution is not deterministic: it is run again, to see which
    /// static objects change.
    bool look_for_statics(engine::execution& run, const engine::scheduler& by, finding what,
                          engine::execution::settings& with) {
        last_ = ending_of(run, by);
        difference_ = std::move(what);
        return look_for_statics(run, with);
    }

    /// The scheduler of a second run; nullptr: this is not a second run.
    [[nodiscard]] engine::scheduler* scheduler() noexcept {
        return now_ == doing::second_run || now_ == doing::looking_for_statics ? &again_ : nullptr;
    }

    /// A second run has ended. True: here is another one.
    bool after_second_run(engine::execution& run, engine::execution::settings& with) {
        give_back_random_numbers();
        steps_ += run.step_count();
        if (now_ == doing::looking_for_statics) {
            name_statics();
            stop(run);
            return false;
        }
        if (compare(run))
            return look_for_statics(run, with);
        if (repeats_left_ > 0 && steps_ < most_steps)
            return run_again(run, with);
        stop(run);
        return false;
    }

    /// Was there a difference? To be asked once after_second_run() has returned false.
    [[nodiscard]] bool differs() const noexcept { return !difference_.message.empty(); }
    [[nodiscard]] finding take_difference() { return std::exchange(difference_, {}); }

    void stop(engine::execution& run) {
        now_ = doing::nothing;
        run.leave_footprint(nullptr);
    }

private:
    static constexpr int compared_executions = 4;
    static constexpr int repeats_of_the_first = 3;
    static constexpr int most_steps = 5'000;
    static constexpr std::size_t most_names = 3;

    enum class doing : std::uint8_t { nothing, first_run, second_run, looking_for_statics };

    /// How an execution came about, and its outcome.
    struct ending {
        engine::schedule how;
        std::vector<finding> findings;
        int steps = 0;
    };

    static ending ending_of(const engine::execution& run, const engine::scheduler& by) {
        return {{engine::default_memory, by.causal_past(0) != nullptr, by.decisions(),
                 run.assumed().allowed()},
                run.concluded().findings(),
                run.step_count()};
    }

    /// Running it again would take as long.
    static bool is_lockup(const std::vector<finding>& all) {
        return !all.empty() && all.front().property == "lockup";
    }

    bool run_again(engine::execution& run, engine::execution::settings& with) {
        --repeats_left_;
        now_ = doing::second_run;
        repeat(with);
        print_->compare();
        run.leave_footprint(print_);
        return true;
    }

    bool look_for_statics(engine::execution& run, engine::execution::settings& with) {
        now_ = doing::looking_for_statics;
        repeat(with);
        run.leave_footprint(nullptr);
        statics_.remember();
        return true;
    }

    void repeat(engine::execution::settings& with) {
        ++runs_;
        again_.follow(last_.how);
        with.variation = 1 + static_cast<unsigned>(runs_);
        take_random_numbers(static_cast<unsigned>(runs_));
    }

    // --- random numbers -------------------------------------------------------------------------

    /// Restarts the C library's rand() and drand48() elsewhere, the former with its smallest
    /// generator: its last bit always alternates, so that two runs with successive seeds differ in
    /// each value.
    void take_random_numbers(unsigned seed) {
        give_back_random_numbers();
        outer_random_ = ::initstate(seed, random_.data(), random_.size());
        std::array<unsigned short, 3> none{};
        std::copy_n(::seed48(none.data()), outer_random48_.size(), outer_random48_.begin());
        ::srand48(static_cast<long>(seed));
    }
    void give_back_random_numbers() {
        if (outer_random_ == nullptr)
            return;
        ::setstate(std::exchange(outer_random_, nullptr));
        ::seed48(outer_random48_.data());
    }

    // --- differences ----------------------------------------------------------------------------

    /// Notes a difference, if there is one.
    bool compare(const engine::execution& run) {
        using engine::outcome;
        if (run.concluded().difference())
            return note(*run.concluded().difference());
        if (run.concluded().ending() == outcome::cut_short)
            return false; // a limit of this moment says nothing
        if (!same(run.concluded().findings(), last_.findings))
            return compare_findings(run.concluded().findings());
        if (const engine::mark* next = print_->expected(); next != nullptr)
            return note({"",
                         fmt::format("the execution was over after step {}, where it went on at {}",
                                     run.step_count(), next->where.str()),
                         next->where, next->thread});
        if (run.concluded().ending() == outcome::given_up && last_.steps == run.step_count())
            return note(
                {"",
                 fmt::format("the execution goes on after step {}, where it was over", last_.steps),
                 {},
                 -1});
        return false;
    }

    /// Messages are not compared: a model may print what it likes, even an address.
    static bool same(const std::vector<finding>& a, const std::vector<finding>& b) {
        return std::equal(
            a.begin(), a.end(), b.begin(), b.end(), [](const finding& x, const finding& y) {
                return x.property == y.property && x.thread == y.thread && x.where == y.where;
            });
    }

    bool compare_findings(const std::vector<finding>& now) {
        const auto text = [](const std::vector<finding>& all) {
            return all.empty()
                       ? std::string{"without a finding"}
                       : fmt::format("in '{}: {}'", all.front().property, all.front().message);
        };
        if (!now.empty() && now.front().message.starts_with(not_deterministic)) {
            difference_ = now.front();
            return true;
        }
        const finding& at = now.empty() ? last_.findings.front() : now.front();
        return note({"",
                     fmt::format("the execution that ended {} ended {} when it was run again",
                                 text(last_.findings), text(now)),
                     at.where, at.thread});
    }

    bool note(const finding& what) {
        difference_ = {"misuse",
                       fmt::format("{}: {}; a model may depend only on what it reads through "
                                   "wbsync, not on random numbers, addresses, clocks, static "
                                   "objects or what it never initialised",
                                   not_deterministic, what.message),
                       what.where, what.thread};
        return true;
    }

    void name_statics() {
        std::vector<std::string> names = statics_.changed();
        if (names.empty())
            return;
        const std::size_t more = names.size() - std::min(names.size(), most_names);
        names.resize(names.size() - more);
        difference_.message += "; static objects that changed meanwhile: " + names.front();
        for (std::size_t i = 1; i != names.size(); ++i)
            difference_.message += ", " + names[i];
        if (more != 0)
            difference_.message += fmt::format(", and {} more", more);
    }

    doing now_ = doing::nothing;
    int executions_ = 0;   ///< compared so far
    int runs_ = 0;         ///< second runs
    int steps_ = 0;        ///< in second runs
    int repeats_left_ = 0; ///< for the last execution
    ending first_;
    ending last_;
    bool is_over_ = false; ///< the search is over
    std::array<engine::footprint, 2> prints_;
    engine::footprint* print_ = nullptr;
    engine::replay_scheduler again_{{}, not_deterministic.data()};
    finding difference_;
    static_objects statics_;
    std::array<char, 8> random_{};
    char* outer_random_ = nullptr;
    std::array<unsigned short, 3> outer_random48_{}; ///< the same of drand48()
};

} // namespace wbsync::search
