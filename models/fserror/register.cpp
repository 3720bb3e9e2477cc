// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/fserror/fserror.hpp"

#include <vector>

namespace wbsync::models::fserror {

template <class Model>
void add(std::vector<model>& to, const variant& v) {
    const auto check = [](const options& o, const parameter_values& p) {
        return wbsync::check<Model>(o, p.at("reporters"));
    };
    to.push_back(
        entry(v, {{"reporters", "I/Os that fail, each of an inode of its own", 1, 1, 3}}, check));
}

void add_models(std::vector<model>& to) {
    add<at_21945e6cb516>(to, {"fserror/report", "21945e6cb516", "7.0",
                              "a count that starts with 1; taken unless it is 0", "", "P1/P5"});
    add<wake_mb>(to, {"fserror/report+mb", "21945e6cb516", "mutant",
                      "a full barrier before the wake-up", "", "P1"});
    add<wake_mb_cgwb>(to, {"fserror/report+mb+cgwb", "21945e6cb516", "mutant",
                           "and that of cgroup writeback before inodes are evicted"});
    add<wait_acquire>(to, {"fserror/report+acquire", "21945e6cb516", "mutant",
                           "umount reads the count with acquire", "", "P5"});
    add<wake_mb_wait_acquire>(to, {"fserror/report+mb+acquire", "21945e6cb516", "mutant",
                                   "a full barrier before the wake-up, and acquire"});
    add<dec_first>(to, {"fserror/report-order", "21945e6cb516", "mutant",
                        "both, and the event is given up before the inode", "P1/P2"});
    add<unbiased>(to, {"fserror/report-bias", "21945e6cb516", "mutant",
                       "both, and the count starts with 0", "", "P1/P2"});
    add<unbiased_mb>(to, {"fserror/report-bias+mb", "21945e6cb516", "mutant",
                          "that with barriers between count and SB_ACTIVE"});
}

} // namespace wbsync::models::fserror
