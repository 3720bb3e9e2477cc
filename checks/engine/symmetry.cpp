// SPDX-License-Identifier: BSD-3-Clause
// Threads that a model declares symmetric: as many executions as traces up to renaming, or not many
// more, and the same outcomes up to renaming as the reference scheduler.

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

using namespace wbsync;

namespace {

using registers = std::vector<std::int64_t>;

enum class body { stores, increments, locked, reader, counted };

/// `n` threads that run the same code; each adds what it read to `read`, in any order.
struct copies {
    copies(body b, int threads, bool symmetric, registers* into)
        : what(b), n(threads), declared_symmetric(symmetric), read(into) {
        read->clear();
    }

    body what;
    int n;
    bool declared_symmetric;
    registers* read;
    atomic_t x{"x"}, y{"y"}, z{"z"};
    spinlock_t lock{"lock"};

    void run() {
        switch (what) {
        case body::stores: WRITE_ONCE(x, 1); break;
        case body::increments: increment(); break;
        case body::locked:
            spin_lock(lock);
            increment();
            spin_unlock(lock);
            break;
        case body::reader:
            rcu_read_lock();
            read->push_back(READ_ONCE(x));
            if (read->back() == 0)
                atomic_inc(y);
            rcu_read_unlock();
            break;
        case body::counted:
            atomic_inc(y);
            smp_mb();
            read->push_back(READ_ONCE(x));
            if (read->back() == 0)
                atomic_inc(z);
            atomic_dec(y);
            break;
        }
    }
    void increment() {
        const std::int64_t seen = READ_ONCE(x);
        read->push_back(seen);
        WRITE_ONCE(x, seen + 1);
    }

    void threads(scenario& s) {
        if (declared_symmetric)
            s.threads("copy", n, [this] { run(); });
        else
            s.threads("copy", n, [this](int) { run(); });
        if (what == body::reader)
            s.thread("updater", [this] {
                WRITE_ONCE(x, 1);
                synchronize_rcu();
                BUG_ON(READ_ONCE(y) > 2);
            });
        if (what == body::counted)
            s.thread("umounter", [this] {
                WRITE_ONCE(x, 1);
                smp_mb();
                await_acquire(y, [](auto v) { return v == 0; });
                BUG_ON(READ_ONCE(z) > 2);
            });
    }

    void finally() {
        std::sort(read->begin(), read->end());
        read->push_back(READ_ONCE(x));
        read->push_back(READ_ONCE(z));
        read->push_back(finished);
    }

    static constexpr std::int64_t finished = -1;
};

struct seen {
    result r;
    std::set<registers> outcomes;
};

seen explore(body b, int n, bool symmetric, options with) {
    seen s;
    registers last;
    with.all_findings = true;
    with.trace = false;
    with.on_execution = [&](const std::vector<finding>&) {
        if (!last.empty() && last.back() == copies::finished) // otherwise it was given up
            s.outcomes.insert(last);
    };
    s.r = check<copies>(with, b, n, symmetric, &last);
    return s;
}

struct row {
    body b;
    int n;
    std::uint64_t symmetric; ///< executions under sc
    std::uint64_t plain;
};

} // namespace

TEST_CASE("symmetric threads are explored up to renaming") {
    // Writers and owners of a lock in any order: n!, one up to renaming. Three threads that each
    // see one of three values: 3^3, and 10 multisets.
    const row rows[] = {{body::stores, 3, 1, 6},   {body::stores, 4, 1, 24},
                        {body::locked, 4, 1, 24},  {body::increments, 2, 2, 4},
                        {body::reader, 3, 10, 27}, {body::counted, 3, 10, 27}};
    for (const row& w : rows) {
        CAPTURE(static_cast<int>(w.b));
        CAPTURE(w.n);
        options with;
        with.memory = memory_kind::sc;
        const seen symmetric = explore(w.b, w.n, true, with);
        const seen plain = explore(w.b, w.n, false, with);
        CHECK(symmetric.r.executions == w.symmetric);
        CHECK(plain.r.executions == w.plain);
        with.symmetry = false;
        CHECK(explore(w.b, w.n, true, with).r.executions == w.plain);
    }
}

TEST_CASE("no outcome is lost by that, and nothing is run in vain") {
    for (const body b : {body::stores, body::increments, body::locked, body::reader, body::counted})
        for (const int n : {2, 3})
            for (const memory_kind memory : {memory_kind::sc, memory_kind::weak}) {
                if (b == body::counted && n == 3)
                    continue; // too much for the reference
                CAPTURE(static_cast<int>(b));
                CAPTURE(n);
                options with;
                with.memory = memory;
                const seen symmetric = explore(b, n, true, with);
                with.divide = {1, 1, 64, 3, true};
                const seen divided = explore(b, n, true, with);
                with.scheduler = scheduler_kind::reference;
                const seen reference = explore(b, n, true, with);
                CHECK(symmetric.r.sleep_set_blocked == 0);
                CHECK(symmetric.r.outcome == reference.r.outcome);
                CHECK(symmetric.outcomes == reference.outcomes);
                CHECK(divided.outcomes == reference.outcomes);
            }
}
