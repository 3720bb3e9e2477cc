// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/local_state.hpp>
#include <wbsync/engine/memory_image.hpp>
#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/rounds.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace wbsync::engine {

/// Sees when a thread comes back to where it was, in a loop that nobody declared: to the same
/// operation, from the same place of the code, with the same local state, having changed nothing
/// since. Looks closely only after it has seen an operation for the second time, so that models
/// without loops pay next to nothing.
///
/// A thread may also keep something in memory that is not its own: in a member of the model, or in
/// what it has allocated. So that is compared around each piece of the thread's code in such a
/// loop. What a model keeps elsewhere, such as in a std::vector, is not seen.
///
/// has_been_at() and passes_by() are O(places of a round); to look closely is O(bytes of the stack
/// and of the model's memory) for each operation of a round.
class loop_watch {
public:
    /// Also when the thread has changed something: what it did before is no part of a round in
    /// vain.
    void begin() noexcept;

    [[nodiscard]] bool looks_closely() const noexcept { return close_; }

    /// The thread comes to an operation on `object` in a function with that frame. Has it been
    /// there, as far as that is known? O(operations since the thread changed something).
    bool has_been_at(object_id object, const void* frame) noexcept;

    /// It is there once more, with a stack that begins at `base`. A round begins.
    void look_closely(object_id object, const void* frame, const void* base, const round& now);

    /// It is somewhere else. It may not come back there any more, but be in another loop.
    void passes_by() noexcept;

    /// Is that where the round began?
    [[nodiscard]] bool is_back_at(object_id object, const void* frame) const noexcept;
    /// And is the thread as it was there?
    [[nodiscard]] bool is_as_it_was(const void* frame, const void* base) const noexcept;
    [[nodiscard]] const round& round_under_way() const noexcept { return round_; }

    /// Before the code that follows an operation runs, and after it.
    void before_code(const std::vector<memory_image::part>& memory) { image_.take(memory); }
    void accept(const void* at, std::size_t size);
    void after_code();

private:
    static constexpr std::size_t max_places = 16; ///< operations of a round

    /// Where the operation returns to tells apart also those in one line.
    struct place {
        const void* returns_to = nullptr;
        object_id object = 0;

        friend bool operator==(const place&, const place&) = default;
    };

    static place place_of(object_id object, const void* frame) noexcept;

    std::array<place, max_places> seen_{};
    std::size_t count_ = 0;
    bool close_ = false;
    std::size_t passed_ = 0; ///< operations of the round
    place first_;
    local_state state_;
    round round_;
    memory_image image_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/loop_watch_inl.hpp>
#endif
