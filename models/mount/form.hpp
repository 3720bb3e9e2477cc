// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// What each commit changed in the count of a mount, and what a mutant lacks. A mutant that lacks a
/// barrier is a commit whose barrier the catalogue leaves out.
namespace wbsync::models::mounts {

struct form {
    // what commits changed
    bool counts_under_lock = false; ///< the put of a mount that is in no namespace counts under
                                    ///< mount_lock, so not between the parts of another
                                    ///< thread's sum
    bool mb_in_legitimize = false;
    bool mb_in_mntput = false;
    bool mb_in_do_umount = false;
    bool looks_again = false;            ///< a late walker sees MNT_DOOMED, under the lock
    bool sync_umount_under_lock = false; ///< and MNT_SYNC_UMOUNT as well
    bool gets_and_puts = false;          ///< are counted apart
    // what a mutant changes
    bool looks_for_doomed = true; ///< a thread that finds no reference left; otherwise two clean up
    bool grace_period = true;     ///< before umount drops the tree's reference
    bool gets_first = false;      ///< in the sum
};

constexpr form but(form of, void (*change)(form&)) {
    change(of);
    return of;
}

// --- commits -------------------------------------------------------------------------------------

/// 3.13: walkers take references under RCU, and the put of a mount that is in a namespace takes no
/// lock.
inline constexpr form at_48a066e72d97{};

/// 4.18: the put of a mount that is in no namespace any more counts under mount_lock.
inline constexpr form at_9ea0a46ca2c3 =
    but(at_48a066e72d97, [](form& f) { f.counts_under_lock = true; });

/// 4.18: a walker and the last put see each other's change because of full barriers, and a late
/// walker sees MNT_DOOMED under mount_lock.
inline constexpr form at_119e1ef80ecf = but(at_9ea0a46ca2c3, [](form& f) {
    f.mb_in_legitimize = true;
    f.mb_in_mntput = true;
    f.looks_again = true;
});

/// 6.15: a barrier before umount adds up the count, like the one of the last put.
inline constexpr form at_65781e19dcfc =
    but(at_119e1ef80ecf, [](form& f) { f.mb_in_do_umount = true; });

/// 6.15: a walker tests MNT_SYNC_UMOUNT under mount_lock, so not between umount's sum and the
/// setting of the flag.
inline constexpr form at_250cf3693060 =
    but(at_65781e19dcfc, [](form& f) { f.sync_umount_under_lock = true; });

/// 7.3: gets and puts are counted separately, and puts are added up first.
inline constexpr form at_7eb84d54fac5 =
    but(at_250cf3693060, [](form& f) { f.gets_and_puts = true; });

/// 7.3: the barrier inside of the sum also serves walkers, (4) pairs with (1).
inline constexpr form at_e0d99540489b = but(at_7eb84d54fac5, [](form& f) {
    f.mb_in_mntput = false;
    f.mb_in_do_umount = false;
});

// --- mutants: a commit with one promise missing, or half of it -----------------------------------

inline constexpr form doomed_twice =
    but(at_48a066e72d97, [](form& f) { f.looks_for_doomed = false; });

/// 119e1ef80ecf without the second test.
inline constexpr form legitimize_mb = but(at_119e1ef80ecf, [](form& f) { f.looks_again = false; });

inline constexpr form no_grace_period =
    but(at_250cf3693060, [](form& f) { f.grace_period = false; });

/// Separate gets and puts, added up in the wrong order.
inline constexpr form gets_first = but(at_7eb84d54fac5, [](form& f) { f.gets_first = true; });

} // namespace wbsync::models::mounts
