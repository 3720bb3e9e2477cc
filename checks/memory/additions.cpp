// SPDX-License-Identifier: BSD-3-Clause
// Full barriers between additions of one thread: an addition is no read of those that come later.

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

namespace {

/// The writer counts itself in and out. A reader whose section starts after the grace period may
/// see the newest flag and an old `wb`, so both take `d` into account.
struct counted_writer {
    atomic_t flag{"flag"}, wb{"wb"}, d{"d", 1}, st{"st", 1}, own{"own"};
    spinlock_t pg{"pg"};

    void threads(scenario& s) {
        s.thread("writer", [this] {
            atomic_inc(own);
            WRITE_ONCE(flag, 4);
            synchronize_rcu();
            spin_lock(pg);
            if (READ_ONCE(d) != 0)
                atomic_dec(st);
            WRITE_ONCE(wb, 1);
            WRITE_ONCE(flag, 0);
            spin_unlock(pg);
            smp_mb();
            atomic_dec(own); // nobody else uses it
        });
        s.thread("reader", [this] {
            rcu_read_lock();
            const bool locked = READ_ONCE(flag) != 0;
            if (locked)
                spin_lock(pg);
            const auto seen = READ_ONCE(wb);
            if (atomic_xchg(d, 0) != 0 && seen == 0)
                atomic_dec(st);
            if (locked)
                spin_unlock(pg);
            rcu_read_unlock();
        });
    }
    void finally() { BUG_ON(READ_ONCE(st) < 0); }
};

} // namespace

TEST_CASE("an addition after a barrier does not order the barrier before an earlier addition") {
    options with;
    for (const scheduler_kind by : {scheduler_kind::reference, scheduler_kind::dpor}) {
        with.scheduler = by;
        with.memory = memory_kind::weak;
        CHECK(found(check<counted_writer>(with), "BUG_ON"));
        with.memory = memory_kind::sc;
        CHECK(verified(check<counted_writer>(with)));
    }
}
