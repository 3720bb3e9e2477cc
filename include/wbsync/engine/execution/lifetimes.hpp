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

/// How an operation uses an object that may be freed. A store is also ordered before the end if it,
/// or a newer store of the same variable, was read before the end (LKMM: reads-from orders); any
/// other use has to happen before the end.
enum class usage : std::uint8_t { access, store };

/// The lifetimes of objects that may be freed or destroyed while others still use them. A function
/// that returns false has found an error, and leaves it in violation().
class lifetimes {
public:
    lifetimes(const execution_state& state, const location_table& locations, exercise& exercised)
        : state_(state), locations_(locations), exercised_(exercised) {}

    void begin();

    /// The finding of the function that has just returned false.
    [[nodiscard]] finding violation() { return std::move(violation_); }

    [[nodiscard]] bool is_alive(const lifetime& object, const char* verb, const site& at);

    /// The current thread uses `object`. O(1).
    [[nodiscard]] bool uses(const lifetime& object, const char* verb, const site& at, usage how);

    /// The current thread frees or destroys `object`, which is alive. A relaxed load may also order
    /// uses before the end, which is taken to depend on its value (LKMM: control dependencies order
    /// stores, and every free is one). O(threads + stores to the object).
    [[nodiscard]] bool ends(lifetime& object, const char* verb, const site& at);

    // --- objects that end with their scope ------------------------------------------------------

    /// `life` begins with the constructor of what is at `handle`.
    void begin_scope(lifetime& life, const void* handle);

    /// A lifetime for what is at `handle` and is not a variable.
    lifetime& new_scope(const label& name, const void* handle);

    /// The destructor ends `life`; like ends().
    [[nodiscard]] bool end_scope(lifetime& life, const void* handle, location* variable);

    /// What was at `handle`, if its scope has ended.
    [[nodiscard]] const scopes::ended* ended_at(const void* handle) const noexcept;

    [[nodiscard]] finding use_after_end(const lifetime& object, const char* verb,
                                        const site& at) const;

    /// A finding made while an exception was under way in thread `t`; the exception ends the thread
    /// only later.
    [[nodiscard]] const finding* left_by_exception(thread_id t) const noexcept;

private:
    /// Records the finding. Always returns false.
    bool is_violated(finding by);

    [[nodiscard]] timestamp epoch() const;

    /// The step under way stores to a part of an object that may be freed.
    void note_store(const lifetime::use& how);

    /// The end of `object` has to be ordered after the uses of all others. `store`: one that the
    /// current thread does not know, or nullptr.
    bool are_ordered_before(const lifetime& object, const view& ordered, const store_record* store);

    /// A store to some part of `object` that is not ordered before its end; nullptr: none.
    [[nodiscard]] const store_record* unknown_store_to(const lifetime& object,
                                                       const view& ordered) const;

    /// Does what `u` did at `when` come before a step that knows `ordered`, and depends on it? A
    /// load of `u` also does if it precedes an unlock and `u` made a known store after its next
    /// lock: the load is performed before that store, though it is not known.
    static bool comes_before(thread_id u, timestamp when, const view& ordered);

    /// An exception that ends a thread is a finding of its own, and is reported first.
    bool is_no_violation(finding what);

    [[nodiscard]] finding unordered(const lifetime& object, const lifetime::use& use,
                                    thread_id user) const;

    /// "kfree at isw.hpp:42 by umount".
    [[nodiscard]] std::string end_of(const lifetime& object) const;

    /// Can the current thread have got `object` from a thread that had it after its beginning?
    [[nodiscard]] bool knows_beginning_of(const lifetime& object) const;

    /// The place of the newest operation of the current thread.
    [[nodiscard]] site last_place() const;

    const execution_state& state_;
    const location_table& locations_;
    exercise& exercised_;
    scopes scopes_;
    std::vector<lifetime::use> stores_; ///< by step: the stores to objects that may be freed
    finding violation_;
    std::optional<finding> left_by_exception_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/lifetimes_inl.hpp>
#endif
