// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/vector_clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// A round of a loop that tries again: the state at its beginning.
struct round {
    step_index begin = 0;
    std::uint64_t effects = 0; ///< effects of its thread so far that cannot be undone
    int nesting = 0;           ///< sections that its thread was in
};

/// What a thread learns of the value that its read-modify-write has stored.
enum class told : std::uint8_t {
    value,
    whether_zero,     ///< atomic_dec_and_test()
    whether_negative, ///< atomic_add_negative()
};

/// Does a thread that learns `what` see a difference between `a` and `b`?
constexpr bool tells_apart(told what, std::int64_t a, std::int64_t b) noexcept {
    switch (what) {
    case told::whether_zero: return (a == 0) != (b == 0);
    case told::whether_negative: return (a < 0) != (b < 0);
    case told::value: break;
    }
    return a != b;
}

/// What the steps of an execution did, as far as it matters to loops that try again.
///
/// A round that ends by trying again, and changed nothing that another thread could see, need not
/// have happened: another execution begins it later. There the thread sees what was changed since,
/// or what it would see in its next round. So from then on the thread waits, as for an assumption
/// that does not hold (Kokologiannakis, Ren, Vafeiadis, "Dynamic Partial Order Reductions for
/// Spinloops", FMCAD 2021).
///
/// begin() comes first. add() adds each step before the other functions say more about it. Each of
/// these is O(1).
class step_log {
public:
    enum class effect : std::uint8_t {
        none,
        store, ///< undone if a later one restores the value that was there before
        other,
    };

    void begin() noexcept;

    /// Thread `t` takes the next step, on `object`. `blind`: an addition whose result nobody looks
    /// at.
    void add(thread_id t, object_id object, effect what, bool blind);

    /// The newest step stored `after` to its object, which held `before`.
    void stores(std::int64_t before, std::int64_t after) noexcept;

    /// Of what it stored, the thread of the newest step learns only `what`.
    void learns_only(told what) noexcept;

    /// The newest step read the store of step `of`, which is not the newest one.
    void reads_old_store(step_index of) noexcept;

    /// Thread `t` did something that others could see, and that is no step or cannot be undone.
    void note_effect(thread_id t) noexcept { ++effects_[t]; }

    /// Thread `t` has entered or left a read-side section.
    void note_nesting(thread_id t, int change) noexcept { nesting_[t] += change; }

    [[nodiscard]] round begin_round(thread_id t) const noexcept;

    /// Has thread `t`, since the round began, changed nothing that another thread has seen or will
    /// see? The answer is the same in all executions of a trace. O(n * stores) for n steps since
    /// then.
    [[nodiscard]] bool in_vain(thread_id t, const round& r) const;

    /// The objects that thread `t` changed since the round began, each once. A store of the same
    /// value as before does not count: a thread that reads it could read the one before.
    [[nodiscard]] std::vector<object_id> changed_by(thread_id t, const round& r) const;

    /// Has another thread later read what `t` stored from step `begin` to step `end`, in steps that
    /// are not `gone`?
    template <class Gone>
    [[nodiscard]] bool seen_later(thread_id t, step_index begin, step_index end,
                                  const Gone& gone) const {
        for (step_index i = end; i != size(); ++i) {
            if (!at(i).stale)
                continue;
            const step_index of = at(i).source;
            if (of >= begin && of < end && at(of).thread == t && !gone(i))
                return true;
        }
        return false;
    }

    /// Has anything that thread `t` saw from step `begin` to step `end` been changed since?
    [[nodiscard]] bool changed_since(thread_id t, step_index begin, step_index end) const;

    /// The objects that thread `t` looked at from step `begin` to step `end`, each once.
    [[nodiscard]] std::vector<object_id> looked_at(thread_id t, step_index begin,
                                                   step_index end) const;

private:
    struct step {
        object_id object = 0;
        std::int8_t thread = 0;
        effect what = effect::none;
        bool blind = false;        ///< an addition whose result nobody looks at
        told learns = told::value; ///< of what it stored
        bool stale = false;        ///< it read a store that was not the newest, that of `source`
        step_index source = -1;    ///< valid if stale
        std::int64_t before = 0;   ///< of a store only
        std::int64_t after = 0;
    };

    [[nodiscard]] step_index size() const noexcept { return count_; }
    [[nodiscard]] step& newest() noexcept { return steps_[static_cast<std::size_t>(count_ - 1)]; }
    [[nodiscard]] const step& at(step_index i) const noexcept;

    template <class Wanted>
    [[nodiscard]] std::vector<object_id> objects(thread_id t, step_index begin, step_index end,
                                                 Wanted wanted) const {
        std::vector<object_id> all;
        for (step_index i = begin; i != end; ++i)
            if (at(i).thread == t && wanted(at(i)) &&
                std::find(all.begin(), all.end(), at(i).object) == all.end())
                all.push_back(at(i).object);
        return all;
    }

    /// Has the thread of store `s`, since its first store to the object in the round, restored the
    /// old value? It may do so several times, but in the meantime no other thread may have looked
    /// at the object and learnt something that it would not have learnt otherwise.
    [[nodiscard]] bool is_undone(const step& s, const round& r) const;

    /// Does the step notice if somebody else has changed the value by `sum`?
    static bool sees(const step& s, std::int64_t sum) noexcept;

    [[nodiscard]] bool changed_after(step_index i) const;

    std::vector<step> steps_; ///< the first `count_` ones; the rest is kept for its memory
    step_index count_ = 0;
    per_thread<std::uint64_t> effects_;
    per_thread<int> nesting_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/rounds_inl.hpp>
#endif
