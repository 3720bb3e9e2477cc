// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <string>
#include <vector>

/// Pairs of a store before others in modification order and what keeps it behind a load, under the
/// kernel's memory model: a rule that orders too much or too little is seen in one of them.
namespace dependent {

/// P0: x = 2; smp_wmb(); y = 1. P1: r = y, and a store to x. May that come before x = 2, though r
/// is 1?
struct model {
    using reader = void (*)(model&, const wbsync::value<std::int64_t>& r);

    reader stores;
    wbsync::atomic_t x{"x"};
    wbsync::atomic_t y{"y"};
    wbsync::atomic_t z{"z"};
    std::int64_t r = 0;

    explicit model(reader by) : stores(by) {}

    void threads(wbsync::scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 2);
            wbsync::smp_wmb();
            WRITE_ONCE(y, 1);
        });
        s.thread("P1", [this] {
            const auto seen = READ_ONCE(y);
            stores(*this, seen);
            r = seen.peek();
        });
    }
    void finally() { BUG_ON(r == 1 && x.value.newest() == 2); }
};

struct program {
    std::string name;
    model::reader stores;
    bool comes_first; ///< it may
};

inline std::vector<program> programs() {
    using number = wbsync::value<std::int64_t>;
    return {
        {"a store that depends on nothing", [](model& m, const number&) { WRITE_ONCE(m.x, 1); },
         true},
        {"a store of what was read", [](model& m, const number& r) { WRITE_ONCE(m.x, r); }, false},
        {"a store behind a branch",
         [](model& m, const number& r) {
             if (wbsync::branch taken{r == 1})
                 WRITE_ONCE(m.z, 1);
             WRITE_ONCE(m.x, 1);
         },
         true},
        {"a store in a branch",
         [](model& m, const number& r) {
             if (wbsync::branch taken{r == 1})
                 WRITE_ONCE(m.x, 1);
         },
         false},
        {"a release", [](model& m, const number&) { smp_store_release(m.x, 1); }, false},
        {"a conditional addition between full barriers",
         [](model& m, const number&) { atomic_add_unless(m.x, 8, 7); }, false},
    };
}

} // namespace dependent
