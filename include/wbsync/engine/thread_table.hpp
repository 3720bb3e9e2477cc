// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/thread_body.hpp>
#include <wbsync/engine/vector_clock.hpp>

#include <bit>
#include <csetjmp>
#include <cstdint>

namespace wbsync::engine {

/// The role of a thread.
enum class thread_kind : std::uint8_t {
    ordinary,
    daemon, ///< of the model: serves the others
    server, ///< a daemon of a primitive: a kworker, RCU's callbacks
};

/// The threads of one execution: what each is about to do, and which of them can run.
///
/// clear() comes first. Functions are O(1) or O(threads), plus the cost of the guards that they
/// ask.
class thread_table {
public:
    struct entry {
        label name;
        thread_body body;
        const char* property = "deadlock"; ///< violated if it waits for ever
        site last;                         ///< of the newest operation
        step_index newest = -1;            ///< its newest step
        timestamp seq = 0;                 ///< steps that it has done
        thread_set symmetric = 0;          ///< threads that run the same code, itself included
        thread_kind kind = thread_kind::ordinary;
        const void* stack = nullptr; ///< where it begins
        std::uint64_t history = 0;   ///< a hash of all that it has seen
        std::jmp_buf start;          ///< of its fiber; see scheduling::left_behind()
        int rounds_in_vain = 0;      ///< of its loops that try again
    };

    void clear() noexcept;

    entry& add(const label& name, thread_kind kind, const char* property);

    /// Drops the code of the threads, with what it holds. `destroy`: that is still intact.
    void drop_bodies(bool destroy);

    [[nodiscard]] int count() const noexcept { return count_; }
    [[nodiscard]] thread_set all() const noexcept;
    [[nodiscard]] entry& operator[](thread_id t) noexcept { return entries_[t]; }
    [[nodiscard]] const entry& operator[](thread_id t) const noexcept { return entries_[t]; }

    // --- from start to end ----------------------------------------------------------------------

    void start(thread_id t) noexcept { started_ |= only(t); }
    void finish(thread_id t) noexcept { finished_ |= only(t); }

    [[nodiscard]] bool all_started() const noexcept { return started_ == all(); }
    [[nodiscard]] bool all_finished() const noexcept { return finished_ == all(); }
    [[nodiscard]] thread_id first_not_started() const noexcept { return std::countr_one(started_); }

    // --- what they are about to do --------------------------------------------------------------

    [[nodiscard]] const operation* pending(thread_id t) const noexcept { return pending_[t]; }

    void pend(thread_id t, const operation& op) noexcept;
    void no_longer_pending(thread_id t) noexcept;

    /// The first thread with something pending; -1: none.
    [[nodiscard]] thread_id first_pending() const noexcept;

    // --- which of them can ----------------------------------------------------------------------

    /// Finds out who can run on the newest state.
    thread_set look_who_is_ready();
    [[nodiscard]] thread_set ready() const noexcept { return ready_; }

    /// The threads that can run only by reading an old store.
    [[nodiscard]] thread_set ready_by_old_store() const;

    [[nodiscard]] bool can_run(thread_id t) const;

    /// The number of threads that the model declares, not a primitive.
    [[nodiscard]] int without_servers() const noexcept;

    /// Is every waiting thread a daemon without work?
    [[nodiscard]] bool idle() const;

    /// Does any thread wait for ever because a round of its loop came to nothing?
    [[nodiscard]] bool any_gave_up() const;
    /// Would such a round be a different one now? Then it is in another execution, where it began
    /// later.
    [[nodiscard]] bool any_round_is_outdated() const;

    /// Do only daemons of the model, besides daemons without work, wait for something?
    [[nodiscard]] bool only_daemons_wait() const;

private:
    template <class Predicate>
    [[nodiscard]] bool any_waits(Predicate p) const {
        for (thread_set left = guarded_; left != 0; left &= left - 1)
            if (p(*pending_[std::countr_zero(left)]->when))
                return true;
        return false;
    }

    [[nodiscard]] bool needs_old_store(thread_id t) const;

    int count_ = 0;
    thread_set started_ = 0;
    thread_set finished_ = 0;
    thread_set unguarded_ = 0; ///< threads with a pending operation that never blocks
    thread_set guarded_ = 0;   ///< threads with a pending operation that may block
    thread_set ready_ = 0;     ///< threads whose pending operation can run on the newest state
    per_thread<const operation*> pending_;
    per_thread<entry> entries_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/thread_table_inl.hpp>
#endif
