// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Functions of <urcu/urcu-memb.h>, which also defines rcu_dereference, rcu_read_lock and others as
// macros.
extern "C" {
void urcu_memb_register_thread();   // NOLINT: liburcu's name
void urcu_memb_unregister_thread(); // NOLINT: liburcu's name
void urcu_memb_read_lock();         // NOLINT: liburcu's name
void urcu_memb_read_unlock();       // NOLINT: liburcu's name
void urcu_memb_synchronize_rcu();   // NOLINT: liburcu's name
}

#ifdef __SANITIZE_THREAD__
extern "C" void __tsan_acquire(void* address); // NOLINT: ThreadSanitizer's name
extern "C" void __tsan_release(void* address); // NOLINT: ThreadSanitizer's name
#endif

namespace wbsync::native {

/// liburcu's flavour `urcu-memb`: readers have no barriers; a grace period makes the other threads
/// execute one by membarrier(2). That is closest to the kernel's RCU. Every thread of a run
/// registers itself.
///
/// ThreadSanitizer does not look into the library, so it is told that a grace period comes after
/// the sections that have ended, and that new sections come after the grace periods that have
/// ended.
struct rcu_flavour {
    static void register_thread() noexcept { urcu_memb_register_thread(); }
    static void unregister_thread() noexcept { urcu_memb_unregister_thread(); }

    static void read_lock() noexcept {
        urcu_memb_read_lock();
        happens_after(started());
    }
    static void read_unlock() noexcept {
        happens_before(ended());
        urcu_memb_read_unlock();
    }
    static void synchronize() noexcept {
        happens_before(started());
        urcu_memb_synchronize_rcu();
        happens_after(ended());
    }

private:
    static char& started() noexcept {
        static char address;
        return address;
    }
    static char& ended() noexcept {
        static char address;
        return address;
    }
#ifdef __SANITIZE_THREAD__
    static void happens_before(char& what) noexcept {
        __tsan_release(&what);
    }
    static void happens_after(char& what) noexcept {
        __tsan_acquire(&what);
    }
#else
    static void happens_before(char&) noexcept {}
    static void happens_after(char&) noexcept {}
#endif
};

} // namespace wbsync::native
