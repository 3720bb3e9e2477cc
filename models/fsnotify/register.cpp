// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/fsnotify/fsnotify.hpp"

#include <cstdint>
#include <vector>

namespace wbsync::models::fsnotify {

/// Which inodes are watched at the default size, and whether what fails does for both kinds.
enum class inodes : std::uint8_t { cached, cached_only, unlinked };

template <class Model>
void add(std::vector<model>& to, const variant& v, inodes which = inodes::cached) {
    const auto expected = [v, which](memory_kind m, const parameter_values& p) {
        const bool fine = which == inodes::cached_only && p.at("unlinked") != 0;
        return fine ? expectation{} : v.expected(m);
    };
    const auto check = [](const options& o, const parameter_values& p) {
        return wbsync::check<Model>(o, bounds{p.at("marks"), p.at("unlinked")});
    };
    to.push_back({v.name,
                  v.commit,
                  v.release,
                  v.summary,
                  {{"marks", "marks that are put, each on an inode of its own", 1, 1, 4},
                   {"unlinked", "1: these inodes are not kept once unused",
                    which == inodes::unlinked ? 1 : 0, 0, 1}},
                  expected,
                  check});
}

void add_models(std::vector<model>& to) {
    add<at_d2f277e26f52>(to, {"fsnotify/put", "d2f277e26f52", "6.10",
                              "the count of watched objects is dropped before the inode", "P1/P2"});
    add<count_first>(to, {"fsnotify/put-order", "21d1b618b6b9", "mutant",
                          "the same, and the superblock is not used after the count", "P1/P2"});
    add<info_twice>(to, {"fsnotify/put-info", "21d1b618b6b9", "mutant",
                         "the inode first; the superblock is used after the count", "P2", "P1/P2"});
    add<late_sb>(to,
                 {"fsnotify/put-sb", "21d1b618b6b9", "mutant",
                  "the inode first; it is used after its reference", "P2"},
                 inodes::unlinked);
    add<at_21d1b618b6b9>(to,
                         {"fsnotify/put+21d1b618b6b9", "21d1b618b6b9", "6.13",
                          "the inode first, and the count is the last use", "", "P1"},
                         inodes::cached_only);
    add<at_21d1b618b6b9_acquire>(to, {"fsnotify/put+21d1b618b6b9+acquire", "21d1b618b6b9", "mutant",
                                      "umount reads the count with acquire"});
    add<at_21d1b618b6b9_cgwb>(to, {"fsnotify/put+21d1b618b6b9+mb", "21d1b618b6b9", "6.13",
                                   "with cgroup writeback, which has a barrier"});
}

} // namespace wbsync::models::fsnotify
