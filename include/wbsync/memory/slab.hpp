// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>

namespace wbsync {

/// The name of a block of memory, the property that a use after free violates, and where it was
/// allocated.
struct allocation {
    label name;
    const char* property;
    site where;
    allocation(const char* text, const char* violates = "use-after-free", // NOLINT: implicit
               const site& at = site::here())
        : name(text), property(violates), where(at) {}
    allocation(const label& text, const char* violates = "use-after-free", // NOLINT: implicit
               const site& at = site::here())
        : name(text), property(violates), where(at) {}
};

} // namespace wbsync

#ifdef WBSYNC_NATIVE
#include <wbsync/native/memory/slab.hpp>
#else

#include <wbsync/engine/execution.hpp>
#include <wbsync/memory/value.hpp>

#include <cstddef>
#include <new>
#include <stdexcept>
#include <utility>

namespace wbsync {

/// Allocates and constructs a `T`. Its members of wbsync types are watched. A use that comes after
/// kfree(), or is not ordered before it, is a finding "use-after-free"; a block that is never freed
/// is a finding "leak". Never fails, never blocks, not a step. mm/slab_common.c.
template <class T, class... Args>
T* kmalloc(const allocation& what, Args&&... args) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        throw std::logic_error("wbsync: kmalloc() can only be used inside a model");
    run->has_effect();
    engine::heap::block& block =
        run->blocks().allocate(sizeof(T), what.name, what.property, what.where);
    const engine::lifetime* const outer = run->exchange_owner(&block.life);
    T* object = ::new (block.at) T(std::forward<Args>(args)...);
    run->exchange_owner(outer);
    block.destroy = [](void* p) { static_cast<T*>(p)->~T(); };
    if (run->recording())
        run->note({.kind = event_kind::alloc,
                   .verb = "kmalloc",
                   .object = {.name = block.life.name().str()},
                   .where = what.where});
    return object;
}

/// Frees what kmalloc() returned; nullptr is ignored. Freeing a block twice, or anything else:
/// finding. Counts as a store, so a load on whose value it depends is ordered before it (see
/// docs/memory-model.md). mm/slub.c.
template <class T>
void kfree(T* object, const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (object == nullptr || run == nullptr)
        return;
    engine::heap::block* block = run->blocks().find(object);
    if (block == nullptr)
        run->fail("misuse", "kfree() of something that kmalloc() did not return", at);
    if (run->recording())
        run->note({.kind = event_kind::free,
                   .verb = "kfree",
                   .object = {.name = block->life.name().str()},
                   .where = at});
    run->frees(*block);
    run->end(block->life, "kfree", at);
}
template <class T>
void kfree(const value<T*>& object, const site& at = site::here()) {
    kfree(static_cast<T*>(object), at);
}

} // namespace wbsync

#endif
