// SPDX-License-Identifier: BSD-3-Clause
// Models on which a divided search, and one in pieces, could go wrong.
#pragma once

#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

namespace divided_models {

/// However a search is divided, it must have this result.
inline void expect_same_search(const wbsync::result& seen, const wbsync::result& whole) {
    CHECK(seen.outcome == whole.outcome);
    CHECK(seen.executions == whole.executions);
    CHECK(seen.sleep_set_blocked == whole.sleep_set_blocked);
    CHECK(seen.threads == whole.threads);
    CHECK(seen.schedule == whole.schedule);
}

/// Additions some of which a load may pass over: the search starts over.
struct ordered_additions {
    wbsync::atomic_t x{"x"}, y{"y"};
    void threads(wbsync::scenario& s) {
        s.threads("adds", 2, [this](int i) {
            atomic_add(1 << i, x);
            smp_store_release(y, i + 1);
        });
        s.thread("looks", [this] {
            smp_load_acquire(y);
            READ_ONCE(x);
        });
    }
};

/// Fails only in the executions that come last.
struct fails_late {
    wbsync::atomic_t x{"x"};
    int first = -1;
    void threads(wbsync::scenario& s) {
        s.threads("P", 4, [this](int i) {
            if (atomic_xchg(x, i + 1) == 0)
                first = i;
            atomic_xchg(x, 10 + i);
        });
    }
    void finally() { BUG_ON(READ_ONCE(x) == 12 && first == 2); }
};

/// Under lkmm, loads that are late on two cycles, and additions that one of them sees some of: the
/// search starts over several times. With `fails`, only what is late on both cycles does.
struct late_on_two_cycles {
    bool fails;
    wbsync::atomic_t x{"x"}, y{"y"}, z{"z"}, n{"n"};
    std::int64_t from_x = 0, from_z = 0;

    explicit late_on_two_cycles(bool has_finding = false) : fails(has_finding) {}

    void threads(wbsync::scenario& s) {
        s.thread("P0", [this] {
            const auto r = READ_ONCE(x);
            const auto q = READ_ONCE(z);
            WRITE_ONCE(y, 1);
            from_x = r.peek();
            from_z = q.peek();
        });
        s.thread("P1", [this] {
            const auto r = READ_ONCE(y);
            WRITE_ONCE(x, r + 1);
            atomic_inc(n);
        });
        s.thread("P2", [this] {
            const auto r = READ_ONCE(y);
            WRITE_ONCE(z, r + 1);
            atomic_inc(n);
        });
        s.thread("P3", [this] { READ_ONCE(n); });
    }
    void finally() { BUG_ON(fails && from_x == 2 && from_z == 2); }
};

/// n threads that exchange one variable k times: a multinomial number of executions.
struct many_executions {
    wbsync::atomic_t x{"x"};
    int n, k;

    many_executions(int threads_in, int times) : n(threads_in), k(times) {}

    void threads(wbsync::scenario& s) {
        s.threads("P", n, [this](int i) {
            for (int j = 0; j != k; ++j)
                atomic_xchg(x, i);
        });
    }
    void finally() { BUG_ON(READ_ONCE(x) >= n); }
};

} // namespace divided_models
