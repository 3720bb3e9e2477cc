// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/fence_set.hpp>
#include <wbsync/engine/lifetime.hpp>
#include <wbsync/engine/operation.hpp>

#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// One store in the modification order of a location.
struct store_record {
    std::int64_t value = 0;
    std::int64_t delta = 0; ///< what an addition added
    access_class access = access_class::write;
    thread_id thread = 0;
    timestamp epoch = 0;     ///< happens-before time of the writer; 0: before all threads
    timestamp seq = 0;       ///< which step of the writer (the clock of the exploration)
    step_index step = -1;    ///< position in the execution; -1: before all threads
    bool follows = false;    ///< a read-modify-write: nothing can come between it and what it read
    int run = 0;             ///< number of the run of additions; see location
    view message;            ///< what a reader that acquires learns
    int event = -1;          ///< its number, under a memory model that keeps events
    fence_set fences;        ///< full fences that happen before this store
    fence_set reader_fences; ///< full fences that happen before some read of this store
    vector_clock first_seen; ///< when each thread first read or wrote it, or `never`

    /// Resets it to a store of nobody, seen by nobody.
    void begin() noexcept;

    /// Like was_read_in(), but does not count the store itself.
    [[nodiscard]] bool was_read_by_another_in(const vector_clock& past) const noexcept;

    /// Does `past` cover the store, or something that read it?
    [[nodiscard]] bool was_read_in(const vector_clock& past) const noexcept;

    /// Does `known` rule out that its owner reads anything older?
    [[nodiscard]] bool is_known_by(const view& known) const noexcept;
};

/// An atomic variable: its stores in modification order, which is the order of execution. Only
/// additions that follow each other, whose results nobody used and between which nobody read, are
/// not ordered among each other: they form a run.
///
/// append() is O(1), insert() O(stores), begin_of_run() O(length of the run). References to stores
/// are valid until the next append().
struct location {
    object_id id = 0;
    std::uint64_t stamp = 0; ///< of the execution that it belongs to
    label name;
    const lifetime* owner = nullptr; ///< the heap object that contains it
    lifetime scope;                  ///< from the constructor of the variable to its destructor
    const void* handle = nullptr;    ///< address of the variable; nullptr: none, it lasts for ever
    bool run_open = false;           ///< the next addition joins the run of the newest store
    bool inserted = false;           ///< modification order differs from that of execution
    bool is_spinlock = false;        ///< its changes are locks, its stores unlocks
    bool updated_late = false;       ///< what its read-modify-writes read may be late
    bool holds_pointers = false;     ///< its values are of this execution alone
    int runs = 0;

    [[nodiscard]] int newest() const noexcept { return count_ - 1; }
    [[nodiscard]] const store_record& at(int i) const noexcept;
    [[nodiscard]] store_record& at(int i) noexcept { return stores_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::int64_t value() const noexcept { return at(newest()).value; }

    /// Is there a place before the newest store where a store could be put: in front of a store
    /// that is no read-modify-write?
    [[nodiscard]] bool has_gap() const noexcept;
    /// The same question in the execution without the steps `gone`.
    [[nodiscard]] bool has_gap_without(const removed_steps& gone) const;

    /// Changes the newest value, when nobody can see the old one: there are no threads yet, or none
    /// any more.
    void overwrite(std::int64_t value) noexcept { at(newest()).value = value; }

    void forget_stores() noexcept { count_ = 0; }

    /// Appends a store, the newest one, still without content.
    store_record& append();

    /// Inserts a store at index `i`, still without content.
    store_record& insert(int i);

    /// The newest store in the execution without the steps `gone`. If `gone` holds for a step, it
    /// must hold for the causal future of that step. O(stores).
    [[nodiscard]] int newest_without(const removed_steps& gone) const;
    /// The value of that store: a run of additions is worth what is left of it.
    [[nodiscard]] std::int64_t value_without(const removed_steps& gone) const;

    /// A store that is neither in `ordered` nor known to `t` or to something in `ordered`, by
    /// reading it or a newer one; nullptr: none. O(stores * threads).
    [[nodiscard]] const store_record* unknown_store(thread_id t, const view& ordered) const;

    /// The newest store, a read-modify-write, passes on `known`, and with it what it has read, but
    /// not what else its thread knows.
    void pass_on(const view& known);

    /// Where the run of store `i` begins.
    [[nodiscard]] int begin_of_run(int i) const noexcept;

private:
    [[nodiscard]] bool is_gone(int i, const removed_steps& gone) const;

    std::vector<store_record> stores_; ///< the first `count_` ones; the rest is kept for its memory
    int count_ = 0;
};

/// The locations of an execution, in the order of their creation.
using location_list = std::vector<const location*>;

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/location_inl.hpp>
#endif
