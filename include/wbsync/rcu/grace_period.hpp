// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace wbsync::detail {

/// Read-side critical sections and grace periods, as the guarantee of the Linux memory model states
/// it on executions: a section that starts before a grace period ends before it does; otherwise the
/// grace period starts before the section (Alglave, Maranget, McKenney, Parri, Stern, "Frightening
/// small children and disconcerting grown-ups", ASPLOS 2018).
///
/// The start of an outermost section and the start of a grace period are steps, and the only ones
/// that depend on each other: their order decides whether the section is waited for. The end of a
/// section only enables; it is no step.
///
/// reset() comes first in each execution; every other function is called by the current thread. Who
/// waits and who is waited for is O(sections of the execution) for each grace period; a section is
/// O(1), but for joining clocks. synchronize() blocks until the sections have ended, and is misuse
/// inside of one of them.
class grace_periods {
public:
    /// `name`: of the domain, unless there is only one. It has to live as long as this.
    void reset(engine::object_id id, const label* name = nullptr) {
        id_ = id;
        name_ = name;
        started_ = {};
        for (engine::thread_id t = 0; t != engine::max_threads; ++t) {
            readers_[t].nesting = 0;
            readers_[t].open = 0;
            readers_[t].sections.clear();
        }
    }

    [[nodiscard]] bool inside(engine::thread_id t) const noexcept { return readers_[t].open != 0; }

    // Sections that nest: all between the outermost calls is one section.

    void enter(engine::execution& run, const char* verb, const site& at) {
        if (!run.running())
            return;
        const engine::thread_id t = run.self();
        if (readers_[t].nesting++ == 0)
            start_section(run, verb, at);
        if (run.recording())
            run.note({.kind = event_kind::section_begin, .verb = verb, .where = at});
    }

    void leave(engine::execution& run, const char* verb, const site& at) {
        if (!run.running())
            return;
        reader& r = readers_[run.self()];
        if (r.nesting == 0)
            run.fail("misuse", fmt::format("{} without a section to end", verb), at);
        if (run.recording())
            run.note({.kind = event_kind::section_end, .verb = verb, .where = at});
        if (--r.nesting == 0)
            end_section(run, r.sections.size() - 1, at);
    }

    // Sections that may overlap: each is one of its own, with a number that counts those of its
    // thread.

    std::size_t start_section(engine::execution& run, const char* verb, const site& at) {
        const engine::execution::call here(run);
        const engine::thread_id t = run.self();
        run.announce(step(engine::access_class::read, verb, at));
        ++readers_[t].open;
        run.note_nesting(1);
        readers_[t].sections.emplace_back();
        if (!engine::mutated(engine::mutant::section_learns_nothing))
            run.memory().receive_strongly(t, started_);
        return readers_[t].sections.size() - 1;
    }

    void end_section(engine::execution& run, std::size_t number, const site& at) {
        const engine::execution::call here(run);
        reader& r = readers_[run.self()];
        run.local_step(at);
        section& s = r.sections[number];
        s.known = run.memory().propagated(run.self());
        s.seq = run.seq(run.self());
        s.ended = true;
        --r.open;
        run.note_nesting(-1);
        run.memory().tick(run.self());
    }

    // A section that other threads keep open as well, because they finish what its thread began in
    // it.

    [[nodiscard]] std::size_t newest_section(engine::thread_id t) const {
        return readers_[t].sections.size() - 1;
    }
    void keep_open(engine::thread_id t, std::size_t number) {
        ++readers_[t].sections[number].kept_open;
    }
    /// From now on the section of `t` is that of whoever will let it go, alone.
    void hand_over(engine::thread_id t, std::size_t number) {
        keep_open(t, number);
        readers_[t].sections[number].ended = true;
        --readers_[t].open;
    }
    /// Thread `who`, which has done its part, keeps that section of `t` open no longer.
    void let_go(engine::execution& run, engine::thread_id t, std::size_t number,
                engine::thread_id who) {
        section& s = readers_[t].sections[number];
        s.others.push_back({run.memory().propagated(who), run.seq(who), who});
        --s.kept_open;
    }

    /// Waits until every section that is open now has ended. Full fences on both sides.
    /// `fences`: false for a broken one, to see whether a check notices.
    void synchronize(engine::execution& run, const char* verb, const site& at, bool fences = true) {
        if (!run.running())
            return;
        if (inside(run.self()))
            run.fail(
                "misuse",
                fmt::format("{} inside of a read-side critical section waits for itself", verb),
                at);
        if (fences)
            run.full_fence(at, verb, "before");
        run.announce(step(engine::mutated(engine::mutant::grace_period_commutes)
                              ? engine::access_class::none
                              : engine::access_class::add,
                          verb, at));
        started_.join(run.memory().now(run.self()));
        run.memory().tick(run.self());
        const waiting wait(*this, run.thread_count(), verb);
        if (run.recording())
            run.note({.kind = event_kind::grace_period_begin,
                      .verb = verb,
                      .object = domain(),
                      .order = event_order::full,
                      .where = at,
                      .waits_for = wait.readers()});
        if (wait.for_anybody() && !engine::mutated(engine::mutant::grace_period_waits_for_nobody)) {
            engine::operation op = step(engine::access_class::none, verb, at);
            op.when = &wait;
            run.announce(op);
            wait.finish(run);
            if (run.recording())
                run.note({.kind = event_kind::grace_period_end,
                          .verb = verb,
                          .object = domain(),
                          .order = event_order::full,
                          .where = at});
        }
        if (fences)
            run.full_fence(at, verb, "after");
    }

private:
    struct part {
        engine::view known;
        engine::timestamp seq;
        engine::thread_id thread;
    };
    struct section {
        engine::view known; ///< what had been propagated to the reader when it left
        engine::timestamp seq = 0;
        bool ended = false;
        int kept_open = 0;        ///< by this many other threads
        std::vector<part> others; ///< that kept it open
    };
    struct reader {
        int nesting = 0;
        int open = 0;
        std::vector<section> sections; ///< in the order in which they started
    };

    /// The sections that a grace period waits for: those that started before it, also when they
    /// have ended by then. Whether they have is no part of the causal order, so neither may the
    /// steps of the grace period depend on it.
    class waiting final : public engine::guard {
    public:
        waiting(const grace_periods& of, int threads, const char* verb) : of_(of), verb_(verb) {
            for (engine::thread_id t = 0; t != threads; ++t) {
                if (of.readers_[t].sections.empty())
                    continue;
                readers_ |= engine::only(t);
                sections_[t] = of.readers_[t].sections.size();
            }
        }

        [[nodiscard]] bool for_anybody() const noexcept { return readers_ != 0; }

        [[nodiscard]] bool enabled() const override {
            bool all = true;
            for_each([&](engine::thread_id t) { all = all && has_ended(t); });
            return all;
        }
        [[nodiscard]] bool enabled_without(const engine::removed_steps&) const override {
            return false;
        }
        [[nodiscard]] std::string waits_for() const override {
            std::string text = of_.domain().name;
            text = fmt::format("{} (grace period{}{}, waits for", verb_, text.empty() ? "" : " of ",
                               text);
            for (const int t : readers())
                text += " " + engine::execution::current()->thread_name(t);
            return text + ")";
        }

        /// Those that are still inside of a section.
        [[nodiscard]] std::vector<int> readers() const {
            std::vector<int> inside;
            for_each([&](engine::thread_id t) {
                if (!has_ended(t))
                    inside.push_back(t);
            });
            return inside;
        }

        void finish(engine::execution& run) const {
            for_each([&](engine::thread_id t) {
                for (std::size_t i = 0; i != sections_[t]; ++i) {
                    const section& s = of_.readers_[t].sections[i];
                    if (!engine::mutated(engine::mutant::grace_period_learns_nothing))
                        run.memory().learn(run.self(), s.known);
                    if (!engine::mutated(engine::mutant::grace_period_end_has_no_past))
                        run.policy().order_after(t, s.seq);
                    for (const part& p : s.others) {
                        run.memory().learn(run.self(), p.known);
                        run.policy().order_after(p.thread, p.seq);
                    }
                }
            });
        }

    private:
        template <class F>
        void for_each(F visit) const {
            for (engine::thread_set left = readers_; left != 0; left &= left - 1)
                visit(std::countr_zero(left));
        }
        [[nodiscard]] bool has_ended(engine::thread_id t) const {
            const auto& all = of_.readers_[t].sections;
            return std::all_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(sections_[t]),
                               [](const section& s) { return s.ended && s.kept_open == 0; });
        }

        const grace_periods& of_;
        const char* verb_;
        engine::thread_set readers_ = 0;
        engine::per_thread<std::size_t> sections_;
    };

    [[nodiscard]] event_object domain() const {
        return {id_, name_ == nullptr ? std::string{} : name_->str()};
    }

    [[nodiscard]] engine::operation step(engine::access_class access, const char* verb,
                                         const site& at) const {
        engine::operation op;
        op.object = id_;
        op.access = access;
        op.verb = verb;
        op.where = at;
        return op;
    }

    engine::object_id id_ = 0;
    const label* name_ = nullptr;
    engine::view started_; ///< what happens before the start of any grace period so far
    engine::per_thread<reader> readers_;
};

} // namespace wbsync::detail
