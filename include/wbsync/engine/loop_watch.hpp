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
/// operation, from the same place in the code, with the same local state, and with nothing changed
/// since. It looks closely only after it has seen an operation for the second time, so that models
/// without loops pay next to nothing.
///
/// A thread may also keep state in memory that is not its own: in a member of the model, or in what
/// it has allocated. So that memory is compared around each piece of the thread's code in such a
/// loop. What a model keeps elsewhere, such as in a std::vector, is not seen.
///
/// has_been_at() and passes_by() are O(places of a round); looking closely costs O(bytes of the
/// stack and of the model's memory) for each operation of a round.
class loop_watch {
public:
    /// Starts over. Also called when the thread has changed something: what it did before is not
    /// part of a round that came to nothing.
    void begin() noexcept;

    [[nodiscard]] bool looks_closely() const noexcept { return close_; }

    /// The thread comes to an operation on `object` in a function with that frame. Has it been
    /// there before, as far as is known? O(operations since the thread changed something).
    bool has_been_at(object_id object, const void* frame) noexcept;

    /// The thread is there again, with a stack that begins at `base`. A round begins.
    void look_closely(object_id object, const void* frame, const void* base, const round& now);

    /// The thread is somewhere else. It may be in another loop by now, and not come back.
    void passes_by() noexcept;

    /// Is this where the round began?
    [[nodiscard]] bool is_back_at(object_id object, const void* frame) const noexcept;
    /// Is the thread as it was when the round began?
    [[nodiscard]] bool is_as_it_was(const void* frame, const void* base) const noexcept;
    [[nodiscard]] const round& round_under_way() const noexcept { return round_; }

    /// Called before and after the code that follows an operation.
    void before_code(const std::vector<memory_image::part>& memory) { image_.take(memory); }
    void accept(const void* at, std::size_t size);
    void after_code();

private:
    static constexpr std::size_t max_places = 16; ///< operations in a round

    /// The return address of the operation also tells apart operations in one line.
    struct place {
        const void* returns_to = nullptr;
        object_id object = 0;

        friend bool operator==(const place&, const place&) = default;
    };

    static place place_of(object_id object, const void* frame) noexcept;

    std::array<place, max_places> seen_{};
    std::size_t count_ = 0;
    bool close_ = false;
    std::size_t passed_ = 0; ///< operations of the round so far
    place first_;
    local_state state_;
    round round_;
    memory_image image_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/loop_watch_inl.hpp>
#endif
