// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/held.hpp"

namespace conformance {

/// Two semaphores for readers and writers.
struct rwsems : two_locks<wbsync::rw_semaphore> {
    static constexpr const char* name = "rw_semaphore";

    void leave(std::size_t thread) {
        give_back(thread, [](wbsync::rw_semaphore& l, held::how how) {
            how == held::yes ? wbsync::up_write(l) : wbsync::up_read(l);
        });
    }

    static std::vector<operations_on<rwsems>> all();
};

inline std::vector<operations_on<rwsems>> rwsems::all() {
    using namespace wbsync;
    using o = rwsems;
    return {{
        lock_op<o>("down_read", held::no, held::as_reader, [](auto& l) { down_read(l); }),
        lock_op<o>("down_read_trylock", held::no, held::as_reader,
                   [](auto& l) { return down_read_trylock(l); }),
        lock_op<o>("up_read", held::as_reader, held::no, [](auto& l) { up_read(l); }),
        takes<o>("down_write", [](auto& l) { down_write(l); }),
        takes<o>("down_write_trylock", [](auto& l) { return down_write_trylock(l); }),
        gives_back<o>("up_write", [](auto& l) { up_write(l); }),
        lock_op<o>("downgrade_write", held::yes, held::as_reader,
                   [](auto& l) { downgrade_write(l); }),
        // Reads the newest value, without a step: for checks about an execution.
        alone(
            op<o>("rwsem_is_locked", [](o& l, const call& c) { return rwsem_is_locked(l.at(c)); })),
        op<o>("lockdep_is_held(rw_semaphore)",
              [](o& l, const call& c) { return lockdep_is_held(l.at(c)); }),
    }};
}

} // namespace conformance
