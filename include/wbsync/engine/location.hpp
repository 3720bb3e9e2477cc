// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/fence_set.hpp>
#include <wbsync/engine/operation.hpp>

#include <cstdint>
#include <vector>

namespace wbsync::engine {

class lifetime;

/// One store in the modification order of a location.
struct store_record {
    std::int64_t value = 0;
    std::int64_t delta = 0; ///< what an addition added
    access_class access = access_class::write;
    thread_id thread = 0;
    timestamp epoch = 0;    ///< happens-before time of the writer; 0: before all threads
    timestamp seq = 0;      ///< which step of the writer (the clock of the exploration)
    step_index step = -1;   ///< position in the execution; -1: before all threads
    view message;           ///< what a reader that acquires learns
    fence_set fences;       ///< full fences that happen before this store
    fence_set reader_fences; ///< full fences that happen before some read of this store
    vector_clock first_seen; ///< when each thread first read it, or `never`
};

/// An atomic variable: its stores in modification order, which is the order of execution.
struct location {
    object_id id = 0;
    std::uint64_t stamp = 0; ///< of the execution that it belongs to
    label name;
    const lifetime* owner = nullptr; ///< the heap object that it is part of
    std::vector<store_record> stores;

    [[nodiscard]] int newest() const noexcept { return static_cast<int>(stores.size()) - 1; }
    [[nodiscard]] const store_record& at(int i) const noexcept {
        return stores[static_cast<std::size_t>(i)];
    }
    [[nodiscard]] store_record& at(int i) noexcept { return stores[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::int64_t value() const noexcept { return stores.back().value; }
};

} // namespace wbsync::engine
