// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/dependencies.hpp>
#include <wbsync/engine/lkmm/event_graph.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace wbsync::engine::lkmm {

/// Numbers of events, ascending.
using event_numbers = std::vector<int>;

/// The names that the values of one thread depend on, and what its next accesses depend on.
///
/// A name of one read stands for the newest one at its place of its variable that read the same
/// store. O(names of the thread) each, in the worst case.
class thread_dependencies {
public:
    void begin();

    /// The thread has read.
    struct last_read {
        int number = -1;
        int location = -1;
        int source = -1;       ///< the store that it read
        std::uint64_t key = 0; ///< of the event, before it decided about anything
    };
    last_read newest;

    /// Its name.
    [[nodiscard]] dependency name_newest(const site& at);
    [[nodiscard]] dependency join(dependency a, dependency b);
    /// The reads that it stands for.
    [[nodiscard]] event_numbers reads_of(dependency of) const;
    /// The one, if it is only one; otherwise -1.
    [[nodiscard]] int only_read_of(dependency of) const {
        return entries_[static_cast<std::size_t>(of - 1)].read;
    }

    struct next_store {
        event_numbers data;
        bool replaces = false; ///< it does not depend on what its own read-modify-write reads
        access_order order = access_order::once; ///< `mb`: of a read-modify-write
        bool returns = true;                     ///< somebody may use what that reads

        void begin() noexcept {
            data.clear();
            replaces = false;
            order = access_order::once;
            returns = true;
        }
    };
    next_store next;

    void points_to(const event_numbers& by, const void* begin, std::size_t size);
    /// What the address of a variable depends on; nullptr: nothing.
    [[nodiscard]] const event_numbers* address_of(const void* variable) const;

private:
    using names = std::vector<dependency>; ///< of single reads, ascending

    struct place {
        int location = -1;
        int source = -1;
        const char* file = nullptr;
        unsigned line = 0;
        bool operator==(const place&) const = default;
    };
    struct entry {
        names members = {}; ///< empty: a single read
        place where = {};   ///< of which
        int read = -1;
    };
    struct range {
        const std::byte* begin;
        const std::byte* end;
        event_numbers by;
    };

    [[nodiscard]] names members_of(dependency of) const;

    std::vector<entry> entries_; ///< by name, from 1
    std::map<names, dependency> sets_;
    std::vector<range> ranges_; ///< the newest one comes last, and counts
};

} // namespace wbsync::engine::lkmm

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/lkmm/thread_dependencies_inl.hpp>
#endif
