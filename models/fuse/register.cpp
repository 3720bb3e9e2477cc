// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/fuse/connection.hpp"

#include <vector>

namespace wbsync::models::fuse {

template <form Form>
void add(std::vector<model>& to, const variant& v) {
    to.push_back(entry(v, {{"requests", "under way when umount comes", 1, 1, 6}},
                       [](const options& o, const parameter_values& p) {
                           return wbsync::check<umount_of_fuse<Form>>(o, p.at("requests"));
                       }));
}

void add_models(std::vector<model>& to) {
    add<form::no_wait>(to, {"fuse/umount", "b8f95e5d13f5", "4.18",
                            "umount aborts requests, and does not wait for their end", "P1/P2"});
    add<form::decides_early>(
        to, {"fuse/umount+b8f9", "b8f95e5d13f5", "4.19-rc1",
             "umount waits; whether to wake it is decided before the decrement", "P5", "P1/P2/P5"});
    add<form::decides_late>(
        to, {"fuse/umount+2d84", "2d84a2d19b61", "4.20-rc3", "the decrement comes first"});
    add<form::late_without_mb>(to, {"fuse/umount+2d84-mb", "2d84a2d19b61", "mutant",
                                    "no barrier in the waiter: wait_event() has one"});
    add<form::late_release>(to, {"fuse/umount+2d84-dec", "2d84a2d19b61", "mutant",
                                 "a decrement that is a release only", "", "P5"});
    add<form::late_without_d_lock>(to, {"fuse/umount+2d84-d_lock", "2d84a2d19b61", "mutant",
                                        "no lock between the wait and the look at the inodes", "",
                                        "P1/P2"});
    add<form::late_acquire>(to, {"fuse/umount+2d84-d_lock+acquire", "2d84a2d19b61", "mutant",
                                 "that, and the waiter's condition is an acquire load"});
}

} // namespace wbsync::models::fuse
