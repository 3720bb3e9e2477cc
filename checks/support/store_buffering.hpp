// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <cstdint>

/// Store buffering without a barrier: fails under `weak`, holds under `sc`.
struct store_buffering {
    wbsync::atomic_t x{"x"}, y{"y"};
    std::int64_t r0 = 0, r1 = 0;

    void threads(wbsync::scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 1);
            r0 = READ_ONCE(y);
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y, 1);
            r1 = READ_ONCE(x);
        });
    }
    void finally() { BUG_ON(r0 == 0 && r1 == 0); }
};
