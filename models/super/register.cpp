// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/super/super.hpp"

#include <vector>

namespace wbsync::models::super {

struct variant {
    const char* name;
    const char* commit;
    const char* release;
    const char* summary;
    const char* fails = ""; ///< empty: nothing
};

template <form Form, kind Kind>
void add(std::vector<model>& to, const variant& v) {
    to.push_back(
        {v.name,
         v.commit,
         v.release,
         v.summary,
         {{"mounts", "that come while the file system is unmounted", 1, 1, 3}},
         [v](memory_kind, const parameter_values&) {
             return *v.fails == '\0' ? expectation{} : expectation{verdict::finding, v.fails};
         },
         [](const options& o, const parameter_values& p) {
             return wbsync::check<mount_meets_umount<Form, Kind>>(o, p.at("mounts"));
         }});
}

void add_models(std::vector<model>& to) {
    add<form::early, kind::on_a_device>(
        to, {"super/device", "2c18a63b760a", "6.5",
             "the old superblock is not found any more, and its device is still open", "EBUSY"});
    add<form::past_kill, kind::on_a_device>(
        to, {"super/device+2c18", "2c18a63b760a", "6.6",
             "it is found until it is dead, and the mount waits for that"});
    add<form::looks_back, kind::on_a_device>(
        to, {"super/device+2c18/assert", "2c18a63b760a", "6.6-rc1",
             "and asserts something of it after put_super()", "use-after-free"});
    add<form::in_kill, kind::on_a_device>(to, {"super/device+in_kill", "dc3216b14160", "mutant",
                                               "dead before its device is closed", "EBUSY"});
    add<form::early, kind::keyed>(
        to, {"super/keyed", "2c18a63b760a", "6.5", "not found any more before s_fs_info goes"});
    add<form::past_kill, kind::keyed>(
        to,
        {"super/keyed+2c18", "2c18a63b760a", "6.6-rc1",
         "found, and compared by its s_fs_info, which ->kill_sb() has freed", "use-after-free"});
    add<form::in_kill, kind::keyed>(
        to, {"super/keyed+dc32", "dc3216b14160", "6.6-rc1", "dead before s_fs_info goes"});
}

} // namespace wbsync::models::super
