// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/held.hpp"

namespace conformance {

/// Two semaphores for readers and writers.
struct rwsems {
    static constexpr const char* name = "rw_semaphore";

    wbsync::rw_semaphore a{"a"};
    wbsync::rw_semaphore b{"b"};
    wbsync::atomic_t value{"value"};
    held by;

    [[nodiscard]] wbsync::rw_semaphore& at(const call& c) { return one_of(a, b, c.i); }

    void leave(std::size_t thread) {
        for (const std::size_t i : {std::size_t{1}, std::size_t{0}})
            if (by.of(thread, i) == held::yes)
                wbsync::up_write(i == 0 ? a : b);
            else if (by.of(thread, i) == held::as_reader)
                wbsync::up_read(i == 0 ? a : b);
    }
    void end(values& v) const { v.push_back(wbsync::atomic_read(value)); }

    static std::vector<operations_on<rwsems>> all();
};

inline std::vector<operations_on<rwsems>> rwsems::all() {
    using namespace wbsync;
    using o = rwsems;
    return {{
        lock_op<o>("down_read", held::no, held::as_reader,
                   [](o& l, const call& c) { down_read(l.at(c)); }),
        lock_op<o>("down_read_trylock", held::no, held::as_reader,
                   [](o& l, const call& c) { return down_read_trylock(l.at(c)); }),
        lock_op<o>("up_read", held::as_reader, held::no,
                   [](o& l, const call& c) { up_read(l.at(c)); }),
        lock_op<o>("down_write", held::no, held::yes,
                   [](o& l, const call& c) { down_write(l.at(c)); }),
        lock_op<o>("down_write_trylock", held::no, held::yes,
                   [](o& l, const call& c) { return down_write_trylock(l.at(c)); }),
        lock_op<o>("up_write", held::yes, held::no, [](o& l, const call& c) { up_write(l.at(c)); }),
        lock_op<o>("downgrade_write", held::yes, held::as_reader,
                   [](o& l, const call& c) { downgrade_write(l.at(c)); }),
        // The newest value, and no step: it is for checks about an execution.
        alone(
            op<o>("rwsem_is_locked", [](o& l, const call& c) { return rwsem_is_locked(l.at(c)); })),
        op<o>("lockdep_is_held(rw_semaphore)",
              [](o& l, const call& c) { return lockdep_is_held(l.at(c)); }),
    }};
}

} // namespace conformance
