// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/mount/mutants.hpp"
#include "models/mount/scenarios.hpp"

#include <utility>
#include <vector>

namespace wbsync::models::mounts {

namespace {

bounds bounds_of(const parameter_values& p) {
    const auto of = [&](const char* name) {
        const auto at = p.find(name);
        return at == p.end() ? 0 : at->second;
    };
    return {of("closers"), of("movers"), of("walkers"), of("others")};
}

// The threads that a scenario may have more of.

parameter closers(int n, int least) {
    return {"closers", "threads that close their open file", n, least, 4};
}
parameter movers(int n) {
    return {"movers", "the same, and migrate while they take and drop another reference", n, 0, 3};
}
parameter walkers(int n) {
    return {"walkers", "RCU walkers that want a reference", n, 0, 4};
}
parameter others(int n) {
    return {"others", "threads that change the mount tree elsewhere", n, 0, 4};
}

/// A model that fails, if it does, at those bounds for which `concerns` is true.
template <class Scenario>
void add(std::vector<model>& to, const variant& v, std::vector<parameter> parameters,
         parameter_values larger, bool (*concerns)(memory_kind, const bounds&)) {
    const auto expected = [v, concerns](memory_kind m, const parameter_values& p) {
        return concerns(m, bounds_of(p)) ? v.expected(m) : expectation{};
    };
    const auto check = [](const options& o, const parameter_values& p) {
        return wbsync::check<Scenario>(o, bounds_of(p));
    };
    to.push_back({v.name,
                  v.commit,
                  v.release,
                  v.summary,
                  std::move(parameters),
                  expected,
                  check,
                  {},
                  std::move(larger)});
}

// --- mntput() against mntput(), 9ea0a46ca2c3 ----------------------------------------------------

bool several(memory_kind, const bounds& b) {
    return b.movers + b.closers > 1;
}
/// Without a mover no sum is torn. Under weak nothing orders what closers do before their puts.
bool several_and_torn(memory_kind m, const bounds& b) {
    return several(m, b) && (b.movers > 0 || m == memory_kind::weak);
}

void add_puts(std::vector<model>& to) {
    add<last_put<at_48a066e72d97>>(
        to,
        {"mount/mntput", "48a066e72d97", "3.13", "the last put counts outside of mount_lock", "P2"},
        {closers(1, 1), movers(1)}, {{"movers", 2}}, several_and_torn);
    add<last_put<doomed_twice>>(
        to,
        {"mount/mntput-doomed", "48a066e72d97", "mutant", "and MNT_DOOMED is not looked at", "P2"},
        {closers(2, 1), movers(0)}, {}, several);
    add<last_put<at_9ea0a46ca2c3>>(
        to, {"mount/mntput+9ea0a46ca2c3", "9ea0a46ca2c3", "4.18", "the last put counts under it"},
        {closers(1, 1), movers(1)}, {{"movers", 2}}, several);
}

// --- __legitimize_mnt() against mntput(), 119e1ef80ecf ------------------------------------------

bool walked(memory_kind, const bounds& b) {
    return b.walkers > 0;
}

template <class Kernel>
void add_walk(std::vector<model>& to, const variant& v) {
    add<walk_from_file<Kernel>>(to, v, {closers(1, 1), walkers(1)},
                                {{"closers", 2}, {"walkers", 2}}, walked);
}

void add_walks(std::vector<model>& to) {
    add_walk<at_9ea0a46ca2c3>(to, {"mount/legitimize", "9ea0a46ca2c3", "4.18",
                                   "walkers and the last put look at each other without barriers, "
                                   "and late walkers not at all",
                                   "P2"});
    add_walk<legitimize_mb>(to, {"mount/legitimize+mb", "119e1ef80ecf", "mutant",
                                 "with barriers; late walkers put what is gone", "P2"});
    add_walk<legitimize_locked>(to, {"mount/legitimize+doomed", "119e1ef80ecf", "mutant",
                                     "late walkers look for MNT_DOOMED; no barriers", "", "P2"});
    add_walk<no_mb_in_legitimize>(to, {"mount/legitimize+119e1ef80ecf-mb_walker", "119e1ef80ecf",
                                       "mutant", "no barrier in __legitimize_mnt()", "", "P2"});
    add_walk<no_mb_in_mntput>(to, {"mount/legitimize+119e1ef80ecf-mb_mntput", "119e1ef80ecf",
                                   "mutant", "no barrier in mntput()", "", "P2"});
    add_walk<at_119e1ef80ecf>(to,
                              {"mount/legitimize+119e1ef80ecf", "119e1ef80ecf", "4.18", "both"});
    add_walk<at_e0d99540489b>(to, {"mount/legitimize+e0d99540489b", "e0d99540489b", "7.3",
                                   "the barrier of mntput() is the one in the sum"});
}

// --- do_umount() against __legitimize_mnt(), 65781e19dcfc and 250cf3693060 ----------------------

/// Without the grace period closers' puts without the lock are ordered before nothing, too.
bool walked_or_closed_under_weak(memory_kind m, const bounds& b) {
    return walked(m, b) || (m == memory_kind::weak && b.closers > 0);
}

template <class Kernel>
void add_umount(std::vector<model>& to, const variant& v,
                bool (*concerns)(memory_kind, const bounds&) = walked) {
    add<sync_umount<Kernel>>(to, v, {walkers(1), others(0), closers(0, 0)},
                             {{"walkers", 2}, {"others", 1}, {"closers", 1}}, concerns);
}

void add_umounts(std::vector<model>& to) {
    add_umount<at_119e1ef80ecf>(
        to, {"mount/umount", "119e1ef80ecf", "4.18",
             "no barrier before the sum, MNT_SYNC_UMOUNT tested without lock", "P4"});
    add_umount<at_65781e19dcfc>(to, {"mount/umount+65781e19dcfc", "65781e19dcfc", "6.15",
                                     "a barrier before the sum", "P4"});
    add_umount<no_mb_in_do_umount>(to,
                                   {"mount/umount+250cf3693060", "250cf3693060", "mutant",
                                    "MNT_SYNC_UMOUNT tested under the lock; no barrier", "", "P4"});
    add_umount<at_250cf3693060>(
        to, {"mount/umount+65781e19dcfc+250cf3693060", "250cf3693060", "6.15", "both"});
    add_umount<at_e0d99540489b>(to, {"mount/umount+e0d99540489b", "e0d99540489b", "7.3",
                                     "the barrier before the sum is the one inside of it"});
    add_umount<no_grace_period>(to,
                                {"mount/umount-gp", "250cf3693060", "mutant",
                                 "walkers that were refused have not given up their count yet",
                                 "P4", "P2/P4"},
                                walked_or_closed_under_weak);
}

// --- do_umount() against who takes a reference on one CPU and drops it on another, 7eb84d54fac5 --

template <class Kernel>
void add_sum(std::vector<model>& to, const variant& v) {
    add<sync_umount<Kernel>>(to, v, {movers(1)}, {},
                             [](memory_kind, const bounds& b) { return b.movers > 0; });
}

void add_sums(std::vector<model>& to) {
    add_sum<at_250cf3693060>(
        to, {"mount/sum", "250cf3693060", "6.15", "one signed counter for each CPU", "P4"});
    add_sum<gets_first>(to, {"mount/sum+gets_first", "7eb84d54fac5", "mutant",
                             "gets and puts apart, gets summed first", "P4"});
    add_sum<no_mb_in_sum>(to, {"mount/sum+7eb84d54fac5-mb", "7eb84d54fac5", "mutant",
                               "no barrier between the sum of puts and that of gets", "", "P4"});
    add_sum<no_wmb_in_mntput>(to, {"mount/sum+7eb84d54fac5-wmb", "7eb84d54fac5", "mutant",
                                   "no barrier before a put without the lock", "", "P4"});
    add_sum<at_7eb84d54fac5>(to, {"mount/sum+7eb84d54fac5", "7eb84d54fac5", "7.3",
                                  "gets and puts apart, puts summed first"});
}

// --- the grace period that makes puts without the lock safe -------------------------------------

template <class Kernel>
void add_lazy_umount(std::vector<model>& to, const variant& v) {
    add<lazy_umount<Kernel>>(
        to, v, {closers(1, 0), walkers(0)}, {{"walkers", 2}},
        [](memory_kind, const bounds& b) { return b.closers + b.walkers > 0; });
}

void add_lazy_umounts(std::vector<model>& to) {
    add_lazy_umount<at_250cf3693060>(
        to, {"mount/lazy", "250cf3693060", "6.15", "umount -l, and open files are closed"});
    add_lazy_umount<no_grace_period>(to, {"mount/lazy-gp", "250cf3693060", "mutant",
                                          "no grace period: nobody drops the last one", "leak",
                                          "P2/leak"});
}

} // namespace

void add_models(std::vector<model>& to) {
    add_puts(to);
    add_walks(to);
    add_umounts(to);
    add_sums(to);
    add_lazy_umounts(to);
}

} // namespace wbsync::models::mounts
