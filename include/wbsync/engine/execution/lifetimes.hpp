// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/exercise.hpp>
#include <wbsync/engine/execution/location_table.hpp>
#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/scopes.hpp>
#include <wbsync/engine/trace.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// How an operation uses an object that may be freed. That a store comes before the end is also
/// known to whoever has read it, or a newer one of the same variable (LKMM: reads-from orders);
/// anything else has to happen before the end.
enum class usage : std::uint8_t { access, store };

/// The lives of the objects that may be freed or destroyed while others still use them. What is
/// wrong is left in violation(); a function that says false has found something.
class lifetimes {
public:
    lifetimes(const execution_state& state, const location_table& locations, exercise& exercised)
        : state_(state), locations_(locations), exercised_(exercised) {}

    void begin();

    /// What the function that has just said false has found.
    [[nodiscard]] finding violation() { return std::move(violation_); }

    [[nodiscard]] bool is_alive(const lifetime& object, const char* verb, const site& at);

    /// The current thread uses `object`. O(1).
    [[nodiscard]] bool uses(const lifetime& object, const char* verb, const site& at, usage how);

    /// The current thread frees or destroys `object`, which is alive. Ordering before the end may
    /// also come from a relaxed load, on whose value the end is taken to depend (LKMM: control
    /// dependencies order stores, and every free is one). O(threads + stores to the object).
    [[nodiscard]] bool ends(lifetime& object, const char* verb, const site& at);

    // --- objects that end with their scope ------------------------------------------------------

    /// `life` has begun with the constructor of what is at `handle`.
    void begin_scope(lifetime& life, const void* handle);

    /// The life of what is at `handle`, and is no variable.
    lifetime& new_scope(const label& name, const void* handle);

    /// It ends with the destructor; as ends().
    [[nodiscard]] bool end_scope(lifetime& life, const void* handle, location* variable);

    /// What was at `handle`, if that has ended.
    [[nodiscard]] const scopes::ended* ended_at(const void* handle) const noexcept;

    [[nodiscard]] finding use_after_end(const lifetime& object, const char* verb,
                                        const site& at) const;

    /// Found while an exception was under way in thread `t`, which ends it only now.
    [[nodiscard]] const finding* left_by_exception(thread_id t) const noexcept;

private:
    /// Always false.
    bool is_violated(finding by);

    [[nodiscard]] timestamp epoch() const;

    /// The step under way stores to a part of an object that may be freed.
    void note_store(const lifetime::use& how);

    /// The end of `object` has to be ordered after the uses of all others. `store`: one that is
    /// not known, or nullptr.
    bool are_ordered_before(const lifetime& object, const view& ordered, const store_record* store);

    /// A store to some part of `object` that does not come before its end; nullptr: none.
    [[nodiscard]] const store_record* unknown_store_to(const lifetime& object,
                                                       const view& ordered) const;

    /// Does what `u` did at `when` come before who knows `ordered`, and depends on that? Loads do
    /// if they come before an unlock, and a store that is known after the thread's next lock: they
    /// are performed first, though they are not known.
    static bool comes_before(thread_id u, timestamp when, const view& ordered);

    /// A thread that an exception ends is a finding of its own, which comes first.
    bool is_no_violation(finding what);

    [[nodiscard]] finding unordered(const lifetime& object, const lifetime::use& use,
                                    thread_id user) const;

    /// "kfree at isw.hpp:42 by umount".
    [[nodiscard]] std::string end_of(const lifetime& object) const;

    /// Can the current thread have come to `object` by somebody who had it after its beginning?
    [[nodiscard]] bool knows_beginning_of(const lifetime& object) const;

    /// Of the newest operation of the current thread.
    [[nodiscard]] site last_place() const;

    const execution_state& state_;
    const location_table& locations_;
    exercise& exercised_;
    scopes scopes_;
    std::vector<lifetime::use> stores_; ///< by their step, those to objects that may be freed
    finding violation_;
    std::optional<finding> left_by_exception_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/lifetimes_inl.hpp>
#endif
