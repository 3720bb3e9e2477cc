// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/memory/slab.hpp>
#include <wbsync/native/delay.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>

namespace wbsync {

namespace native {

/// The header of each object that kmalloc() returns.
struct alignas(std::max_align_t) block {
    static constexpr std::uint64_t alive = 0x6b6d616c6c6f6321;
    static constexpr std::uint64_t freed = 0x6b66726565642121;

    std::uint64_t state = alive;
    block* next = nullptr;
    block* previous = nullptr;
    void (*destroy)(void*) = nullptr;
    const char* property = "";
    called name;
    site where;

    [[nodiscard]] void* object() noexcept { return this + 1; }
    static block& of(void* object) noexcept { return static_cast<block*>(object)[-1]; }
};

/// The live blocks, and those that were freed and are kept.
class heap {
public:
    heap() = default;
    heap(const heap&) = delete;
    heap& operator=(const heap&) = delete;

    static heap& get() {
        static heap all;
        return all;
    }

    void add(block& b) {
        const std::lock_guard lock(mutex_);
        link(live_, b);
        known_.insert(&b);
        ++count_;
    }

    enum class removal : std::uint8_t { done, was_freed, unknown };

    /// `b` need not be a block.
    removal remove(block& b, bool keep) {
        {
            const std::lock_guard lock(mutex_);
            if (!known_.contains(&b))
                return removal::unknown;
            if (b.state != block::alive)
                return removal::was_freed;
            b.state = block::freed;
            unlink(live_, b);
            --count_;
            if (keep) {
                link(kept_, b);
                return removal::done;
            }
            known_.erase(&b);
        }
        release(b);
        return removal::done;
    }

    /// The number of live blocks.
    [[nodiscard]] std::size_t count() {
        const std::lock_guard lock(mutex_);
        return count_;
    }
    /// Some live block; only where no threads run.
    [[nodiscard]] const block* any() const noexcept { return live_; }

    /// Frees all blocks; only where no threads run.
    void release_all() {
        while (kept_ != nullptr)
            release_first(kept_);
        while (live_ != nullptr)
            release_first(live_);
        count_ = 0;
        known_.clear();
    }

private:
    static void link(block*& list, block& b) noexcept {
        b.previous = nullptr;
        b.next = list;
        if (list != nullptr)
            list->previous = &b;
        list = &b;
    }
    static void unlink(block*& list, block& b) noexcept {
        (b.previous != nullptr ? b.previous->next : list) = b.next;
        if (b.next != nullptr)
            b.next->previous = b.previous;
    }
    static void release(block& b) {
        b.destroy(b.object());
        b.~block();
        ::operator delete(&b);
    }
    static void release_first(block*& list) {
        block& b = *list;
        unlink(list, b);
        release(b);
    }

    std::mutex mutex_;
    std::unordered_set<const block*> known_; ///< alive, or freed and kept
    block* live_ = nullptr;
    block* kept_ = nullptr;
    std::size_t count_ = 0;
};

} // namespace native

/// Allocates and constructs a `T`. A block that is never freed is a violation, "leak".
template <class T, class... Args>
T* kmalloc(const allocation& what, Args&&... args) {
    static_assert(alignof(T) <= alignof(native::block));
    if (native::run_state::current() == nullptr)
        throw std::logic_error("wbsync: kmalloc() can only be used while a model runs");
    native::scheduling_point();
    auto* const memory = ::operator new(sizeof(native::block) + sizeof(T));
    auto* const b = ::new (memory) native::block;
    try {
        ::new (b->object()) T(std::forward<Args>(args)...);
    } catch (...) {
        ::operator delete(memory);
        throw;
    }
    b->destroy = [](void* p) { static_cast<T*>(p)->~T(); };
    b->property = what.property;
    b->name = what.name;
    b->where = what.where;
    native::heap::get().add(*b);
    return static_cast<T*>(b->object());
}

/// Frees what kmalloc() returned; nullptr is ignored. Freeing it twice with options::keep_freed:
/// violation of the block's property.
template <class T>
void kfree(T* object, const site& at = site::here()) {
    if (object == nullptr)
        return;
    native::scheduling_point();
    using removal = native::heap::removal;
    native::block& b = native::block::of(object);
    const native::run_state* const run = native::run_state::current();
    switch (native::heap::get().remove(b, run != nullptr && run->with().keep_freed)) {
    case removal::done: return;
    case removal::was_freed:
        violated(b.property, fmt::format("kfree() of {} for the second time", b.name.str()), at);
    case removal::unknown:
        violated("misuse",
                 "kfree() of something that kmalloc() did not return, or that was freed before",
                 at);
    }
}

} // namespace wbsync
