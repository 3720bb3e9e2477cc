// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/location_table.hpp>
#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/heap.hpp>
#include <wbsync/engine/loop_watch.hpp>
#include <wbsync/engine/memory_image.hpp>
#include <wbsync/engine/rounds.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace wbsync::engine {

/// The loops that try again, in all threads of an execution: which of their rounds have come to
/// nothing, and so need not have happened; see step_log.
class retries {
public:
    retries(const execution_state& state, const location_table& locations, const heap& blocks)
        : state_(state), locations_(locations), blocks_(blocks) {}

    /// Forgets whatever was learnt so far.
    void forget() { loops_.clear(); }

    void begin();
    void starts_threads();

    /// The model object lies there.
    void model_is_at(const void* at, std::size_t size) noexcept { model_memory_ = {at, size}; }

    // --- what the steps do ----------------------------------------------------------------------

    /// The current thread takes the next step.
    void takes_step(const operation& op);
    /// The operation under way stores `after` where `before` was.
    void stores(std::int64_t before, std::int64_t after);
    /// Of what its newest step has stored, the current thread learns only `what`.
    void learns_only(told what) noexcept { steps_.learns_only(what); }
    /// The current thread reads the store of step `of`, which is not the newest one.
    void reads_old_store(step_index of) { steps_.reads_old_store(of); }
    /// The current thread does something that is no step but can be seen by others.
    void has_effect();
    /// The current thread enters or leaves a read-side section.
    void note_nesting(int change) { steps_.note_nesting(state_.self, change); }
    /// An object of the library that the current thread has only looked at keeps notes in its own
    /// memory.
    void keeps_in_memory(const void* object, std::size_t size) { own().accept(object, size); }

    // --- rounds that a primitive, or the model, declares ----------------------------------------

    [[nodiscard]] round begin_round() const { return steps_.begin_round(state_.self); }

    /// Has the round of the current thread come to nothing? O(steps since then * its stores).
    [[nodiscard]] bool is_in_vain(const round& r) const { return steps_.in_vain(state_.self, r); }

    /// The objects to which the round has made a store that others can still read, as an old store.
    [[nodiscard]] std::vector<object_id> readable_stores(const round& r) const;

    /// What a thread waits for after its round came to nothing. It goes on if somebody reads an old
    /// store of the round: then the round has happened after all.
    class given_up_round final : public guard {
    public:
        /// `readable`: the round made a store that is not the newest one any more.
        given_up_round(const retries& of, const round& r, bool readable)
            : of_(of), thread_(of.state_.self), begin_(r.begin), end_(of.state_.steps),
              readable_(readable) {}

        [[nodiscard]] bool enabled() const override;
        [[nodiscard]] bool enabled_without(const removed_steps& gone) const override;

        [[nodiscard]] bool gave_up() const override { return true; }
        [[nodiscard]] bool is_outdated() const override;

        [[nodiscard]] std::string waits_for() const override;

    private:
        const retries& of_;
        thread_id thread_;
        step_index begin_;
        step_index end_;
        bool readable_;
    };

    // --- rounds of loops that nobody declared ---------------------------------------------------

    /// The next operation is called from the function above this frame.
    void is_called_from(const void* frame) noexcept { frame_ = frame; }

    /// Does the current thread seem to be in such a loop?
    [[nodiscard]] bool looks_closely() const noexcept;
    [[nodiscard]] bool watches() const noexcept { return frame_ != nullptr || looks_closely(); }

    /// The current thread comes to an operation. Is it back where one of its rounds began, with
    /// nothing changed? Then the caller tries again, and calls begins_round().
    enum class place : std::uint8_t {
        elsewhere,
        beginning, ///< of a round, from now on
        end,       ///< of a round that came to nothing
    };
    [[nodiscard]] place comes_to(const operation& op, std::uint64_t& history);
    [[nodiscard]] const round& round_under_way() const { return own().round_under_way(); }
    void begins_round(const operation& op);

    /// Adds `value` to `history`, a hash of all that a thread has seen.
    static void add_to(std::uint64_t& history, std::uint64_t value) noexcept;

private:
    [[nodiscard]] loop_watch& own() { return watches_[state_.self]; }
    [[nodiscard]] const loop_watch& own() const { return watches_[state_.self]; }

    /// Is the current thread as it was at the beginning of the round? What it has seen and done
    /// since its start decides that. Parts of its stack that it has not written to do not, but may
    /// make it look different. So the answer is remembered: it is the same whenever the thread
    /// comes here in the same way.
    bool is_as_it_was(std::uint64_t history);

    /// All that the model's threads share, except what the library keeps elsewhere.
    [[nodiscard]] const std::vector<memory_image::part>& memory_of_model();

    /// The effect of an operation, as far as it is known before the operation is done.
    static step_log::effect effect_of(const operation& op) noexcept;

    const execution_state& state_;
    const location_table& locations_;
    const heap& blocks_;
    step_log steps_;
    per_thread<loop_watch> watches_;
    const void* frame_ = nullptr;     ///< see is_called_from()
    const void* came_from_ = nullptr; ///< the frame of the operation at hand, if known
    std::unordered_map<std::uint64_t, bool> loops_; ///< see is_as_it_was(), by history
    memory_image::part model_memory_{nullptr, 0};
    std::vector<memory_image::part> memory_parts_; ///< scratch
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/retries_inl.hpp>
#endif
