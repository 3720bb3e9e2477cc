// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/fsnotify/fsnotify.hpp"

#include <vector>

namespace wbsync::models::fsnotify {

template <class Model>
void add(std::vector<model>& to, const variant& v, int unlinked = 0) {
    const auto check = [](const options& o, const parameter_values& p) {
        return wbsync::check<Model>(o, bounds{p.at("marks"), p.at("unlinked")});
    };
    to.push_back(entry(
        v,
        {{"marks", "marks that are put, each on an inode of its own", 1, 1, 4},
         {"unlinked", "1: these inodes are not kept once unused, also by an active superblock",
          unlinked, 0, 1}},
        check));
}

/// One that fails only if the inodes may be kept: who drops the last reference on an unlinked one
/// evicts it, whatever SB_ACTIVE is.
template <class Model>
void add_about_cached(std::vector<model>& to, const variant& v) {
    add<Model>(to, v);
    to.back().expected = [v](memory_kind m, const parameter_values& p) {
        return p.at("unlinked") != 0 ? expectation{} : v.expected(m);
    };
}

/// The order of umount up to 6.19: the wait comes last.
void add_put(std::vector<model>& to) {
    add<at_d2f277e26f52>(to, {"fsnotify/put", "d2f277e26f52", "6.10",
                              "the count of watched objects is dropped before the inode", "P1/P2"});
    add<count_first>(to, {"fsnotify/put-order", "21d1b618b6b9", "mutant",
                          "the same, and the superblock is not used after the count", "P1/P2"});
    add<info_twice>(to, {"fsnotify/put-info", "21d1b618b6b9", "mutant",
                         "the inode first; the superblock is used after the count", "P2", "P1/P2"});
    add<late_sb>(to,
                 {"fsnotify/put-sb", "21d1b618b6b9", "mutant",
                  "the inode first; it is used after its reference", "P2", "P1/P2"},
                 1);
    add_about_cached<at_21d1b618b6b9>(to,
                                      {"fsnotify/put+21d1b618b6b9", "21d1b618b6b9", "6.13",
                                       "the inode first, and the count is the last use", "", "P1"});
    add_about_cached<with_acquire<at_21d1b618b6b9>>(
        to,
        {"fsnotify/put+21d1b618b6b9+acquire", "21d1b618b6b9", "mutant",
         "umount reads the count with acquire: too late, it has looked at the inodes", "", "P1"});
    add<with_cgroup_writeback<at_21d1b618b6b9>>(to, {"fsnotify/put+21d1b618b6b9+mb", "21d1b618b6b9",
                                                     "6.13",
                                                     "with cgroup writeback, which has a barrier"});
}

/// The order of umount since 7.0: the wait comes first.
void add_early_wait(std::vector<model>& to) {
    add<at_74bd284537b3>(to, {"fsnotify/put+74bd284537b3", "74bd284537b3", "7.0",
                              "umount waits first, and shrinks dentries under their locks"});
    add_about_cached<no_dentries>(to, {"fsnotify/put+74bd284537b3-d_lock", "74bd284537b3", "mutant",
                                       "no lock between the wait and the look at the inodes", "",
                                       "P1"});
    add<with_acquire<no_dentries>>(to, {"fsnotify/put+74bd284537b3-d_lock+acquire", "74bd284537b3",
                                        "mutant", "that, and umount reads the count with acquire"});
    add<with_cgroup_writeback<no_dentries>>(to, {"fsnotify/put+74bd284537b3-d_lock+mb",
                                                 "74bd284537b3", "mutant",
                                                 "that, with the barrier of cgroup writeback"});
}

void add_models(std::vector<model>& to) {
    add_put(to);
    add_early_wait(to);
}

} // namespace wbsync::models::fsnotify
