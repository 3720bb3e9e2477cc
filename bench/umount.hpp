// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <array>

namespace bench {

using namespace wbsync;

/// The fix for the race between the umounter and the switchers.
enum class fix { rcu, per_sb };

/// The barrier in a function of the umount protocol; "count" is a switcher's function. For
/// options::weaken, which leaves the barrier out.
inline weakening mb_in(const char* function) {
    return {.file = "umount.hpp", .function = function, .verb = "smp_mb"};
}

/// One other broken promise; together with the two barriers, these are the negative controls.
enum class mutant {
    none,
    decrement_before_iput,
    increment_after_check,
    flush_before_grace_period,
    section_ends_before_queueing,
};

/// The umount protocol reduced to operations that published checkers can express as well, so that
/// counts and times are comparable: an umounter, `n` switchers, one worker that takes the items in
/// order. Not a model of a kernel version; those are in models/.
///
/// `Symmetric`: the switchers run the same code, so each first takes the next free item. The order
/// in which they do so multiplies the executions by n!, which symmetry removes.
template <fix Fix, int N, mutant Broken = mutant::none, bool Symmetric = false>
struct umount_protocol {
    atomic_t active{"active", 1};
    atomic_t counter{"counter", 0};
    atomic_t alive{"alive", 1};
    atomic_t next{"next", 0};

    enum item_state { idle, queued, done, skipped };

    struct item {
        atomic_t ref{"ref", 0};
        atomic_t state{"state", idle};
    };
    std::array<item, N> items;

    void threads(scenario& s) {
        const auto of = [this](std::int64_t i) -> auto& {
            return items[static_cast<std::size_t>(i)];
        };
        if constexpr (Symmetric)
            s.threads("switcher", N,
                      [this, of] { switcher(of(atomic_fetch_add_relaxed(1, next))); });
        else
            s.threads("switcher", N, [this, of](int i) { switcher(of(i)); });
        s.thread("worker", [this] { worker(); });
        s.thread("umounter", [this] { umounter(); });
    }

    void lock() {
        if constexpr (Fix == fix::rcu)
            rcu_read_lock();
    }
    void unlock() {
        if constexpr (Fix == fix::rcu)
            rcu_read_unlock();
    }

    void count() {
        atomic_inc(counter);
        smp_mb();
    }

    /// A fully ordered decrement whose result is not used.
    void uncount() {
        smp_mb__before_atomic();
        atomic_dec(counter);
        smp_mb__after_atomic();
    }

    void switcher(item& i) {
        if constexpr (Broken != mutant::increment_after_check)
            count();
        lock();
        if (READ_ONCE(active) == 0) {
            unlock();
            if constexpr (Broken != mutant::increment_after_check)
                uncount();
            smp_store_release(i.state, skipped);
            return;
        }
        if constexpr (Broken == mutant::increment_after_check)
            count();
        atomic_inc(i.ref);
        if constexpr (Broken == mutant::section_ends_before_queueing)
            unlock();
        smp_store_release(i.state, queued);
        if constexpr (Broken != mutant::section_ends_before_queueing)
            unlock();
    }

    void worker() {
        for (item& i : items) {
            if (await_acquire(i.state, [](auto s) { return s != idle; }) == skipped)
                continue;
            if constexpr (Broken == mutant::decrement_before_iput)
                uncount();
            smp_mb__before_atomic();
            atomic_dec(i.ref);
            smp_mb__after_atomic();
            BUG_ON(READ_ONCE(alive) == 0);
            if constexpr (Broken != mutant::decrement_before_iput)
                uncount();
            smp_store_release(i.state, done);
        }
    }

    void flush() {
        for (item& i : items)
            if (smp_load_acquire(i.state) == queued)
                await_acquire(i.state, [](auto s) { return s == done; });
    }

    void umounter() {
        WRITE_ONCE(active, 0);
        smp_mb();
        if constexpr (Fix == fix::per_sb) {
            await_acquire(counter, [](auto c) { return c == 0; });
        } else if (smp_load_acquire(counter) != 0) {
            if constexpr (Broken == mutant::flush_before_grace_period)
                flush();
            synchronize_rcu();
            if constexpr (Broken != mutant::flush_before_grace_period)
                flush();
        }
        for (item& i : items)
            BUG_ON(READ_ONCE(i.ref) != 0);
        WRITE_ONCE(alive, 0);
    }
};

} // namespace bench
