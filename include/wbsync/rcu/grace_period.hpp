// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace wbsync::detail {

/// Read-side critical sections and grace periods, with the guarantee that the Linux memory model
/// states for executions: a section that starts before a grace period also ends before the grace
/// period ends; otherwise the grace period starts before the section (Alglave, Maranget, McKenney,
/// Parri, Stern, "Frightening small children and disconcerting grown-ups", ASPLOS 2018).
///
/// The start of an outermost section and the start of a grace period are steps, and depend only on
/// each other: their order decides whether the grace period waits for the section. The end of a
/// section only enables other steps; it is not a step itself.
///
/// reset() comes first in each execution; the current thread calls every other function. A grace
/// period costs O(sections of the execution) to find out who waits for whom; a section costs O(1),
/// plus joining clocks. synchronize() blocks until the sections have ended, and is misuse inside of
/// one of them.
class grace_periods {
public:
    /// `name`: of the domain, unless there is only one. It must outlive this object.
    void reset(engine::object_id id, const label* name = nullptr);

    [[nodiscard]] bool inside(engine::thread_id t) const noexcept { return readers_[t].open != 0; }

    // Sections that nest: everything between the outermost calls is one section.

    void enter(engine::execution& run, const char* verb, const site& at);

    void leave(engine::execution& run, const char* verb, const site& at);

    // Sections that may overlap: each call starts its own, numbered among those of its thread.

    std::size_t start_section(engine::execution& run, const char* verb, const site& at);

    void end_section(engine::execution& run, std::size_t number, const site& at);

    // Sections that other threads keep open as well, because they finish what its thread began
    // there.

    [[nodiscard]] std::size_t newest_section(engine::thread_id t) const {
        return readers_[t].sections.size() - 1;
    }
    void keep_open(engine::thread_id t, std::size_t number) {
        ++readers_[t].sections[number].kept_open;
    }
    /// Thread `t` leaves that section to the thread that will let it go.
    void hand_over(engine::thread_id t, std::size_t number);
    /// Thread `who` has done its part, and no longer keeps that section of `t` open.
    void let_go(engine::execution& run, engine::thread_id t, std::size_t number,
                engine::thread_id who);

    /// Waits until every section that is open now has ended. Full fences on both sides. `fences`:
    /// false for a broken version, to see whether a check notices.
    void synchronize(engine::execution& run, const char* verb, const site& at, bool fences = true);

private:
    struct part {
        engine::view known;
        engine::timestamp seq;
        engine::thread_id thread;
    };
    struct section {
        engine::view known; ///< what had been propagated to the reader when it left the section
        engine::timestamp seq = 0;
        bool ended = false;
        int kept_open = 0;        ///< by how many other threads
        std::vector<part> others; ///< the other threads that kept it open
    };
    struct reader {
        int nesting = 0;
        int open = 0;
        std::vector<section> sections; ///< in the order in which they started
    };

    /// The sections that a grace period waits for: those that started before it, even if they have
    /// ended by then. The end of a section is not in the causal order, so the steps of the grace
    /// period must not depend on it either.
    class waiting final : public engine::guard {
    public:
        waiting(const grace_periods& of, int threads, const char* verb);

        [[nodiscard]] bool for_anybody() const noexcept { return readers_ != 0; }

        [[nodiscard]] bool enabled() const override;
        [[nodiscard]] bool enabled_without(const engine::removed_steps&) const override {
            return false;
        }
        [[nodiscard]] std::string waits_for() const override;

        /// The threads that are still inside of a section.
        [[nodiscard]] std::vector<int> readers() const;

        void finish(engine::execution& run) const;

    private:
        template <class F>
        void for_each(F visit) const {
            for (engine::thread_set left = readers_; left != 0; left &= left - 1)
                visit(std::countr_zero(left));
        }
        [[nodiscard]] bool has_ended(engine::thread_id t) const;

        const grace_periods& of_;
        const char* verb_;
        engine::thread_set readers_ = 0;
        engine::per_thread<std::size_t> sections_;
    };

    [[nodiscard]] event_object domain() const {
        return {id_, name_ == nullptr ? std::string{} : name_->str()};
    }

    [[nodiscard]] engine::operation step(engine::access_class access, const char* verb,
                                         const site& at) const;

    engine::object_id id_ = 0;
    const label* name_ = nullptr;
    engine::view started_; ///< what happens before the starts of the grace periods so far
    engine::per_thread<reader> readers_;
};

} // namespace wbsync::detail

#ifndef WBSYNC_COMPILED
#include <wbsync/rcu/grace_period_inl.hpp>
#endif
