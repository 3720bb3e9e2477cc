// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/cgwb/bandwidth.hpp"
#include "models/cgwb/mark_dirty.hpp"
#include "models/cgwb/offline_list.hpp"
#include "models/cgwb/split_work.hpp"
#include "models/families.hpp"

#include <string>
#include <vector>

/// A name ends with the commit that fixes the race: "-" is the state before it, "+" after it.
namespace wbsync::models::cgwb {

template <class Model>
void add_mark_dirty(std::vector<model>& to, const variant& v) {
    to.push_back(entry(v, {{"dirtiers", "of one inode", 1, 1, 4}},
                       [](const options& o, const parameter_values& p) {
                           return wbsync::check<Model>(o, mark_dirty_bounds{p.at("dirtiers")});
                       }));
}

template <class Model>
void add_release(std::vector<model>& to, const variant& v) {
    to.push_back(
        entry(v,
              {{"wbs", "of cgroups that are gone", 1, 1, 3},
               {"kill", "1: the first one's cgroup dies meanwhile; 0: it died before", 1, 0, 1}},
              [](const options& o, const parameter_values& p) {
                  return wbsync::check<Model>(o, release_bounds{p.at("wbs"), p.at("kill")});
              }));
}

template <class Model>
void add_bandwidth(std::vector<model>& to, const variant& v) {
    to.push_back(entry(v, {{"writebacks", "that end while the device goes", 1, 1, 4}},
                       [](const options& o, const parameter_values& p) {
                           return wbsync::check<Model>(o, bandwidth_bounds{p.at("writebacks")});
                       }));
}

void add_models(std::vector<model>& to) {
    add_mark_dirty<mark_dirty_before>(
        to, {"cgwb/mark_dirty-d02d2c98d257", "d02d2c98d257", "before 6.17",
             "the flusher is woken without a lock: its wb may be gone", "P3"});
    add_mark_dirty<mark_dirty>(to, {"cgwb/mark_dirty+d02d2c98d257", "d02d2c98d257", "6.17",
                                    "the flusher is woken under i_lock, which a switch needs"});
    add_mark_dirty<mark_dirty_with_reference>(
        to, {"cgwb/mark_dirty-d02d2c98d257+get", "d02d2c98d257", "repair",
             "the flusher is woken without a lock, but with a reference on its wb"});
    add_mark_dirty<mark_dirty_with_rcu>(
        to, {"cgwb/mark_dirty-d02d2c98d257+rcu", "d02d2c98d257", "repair",
             "the flusher is woken without a lock, but inside of an RCU section"});
    add_release<split_work_before>(
        to, {"cgwb/split_work-1ba1199ec574", "1ba1199ec574", "before 6.3",
             "sync takes a reference on a wb whose reference count is gone", "P3"});
    add_release<split_work_late_exit_only>(
        to, {"cgwb/split_work-1ba1199ec574+late_exit", "1ba1199ec574", "mutant",
             "half of the fix: the count is there, and is raised from 0", "P3"});
    add_release<split_work_tryget_only>(
        to, {"cgwb/split_work-1ba1199ec574+tryget", "1ba1199ec574", "mutant",
             "the other half: tries to raise a count that is gone", "P3"});
    add_release<split_work>(to, {"cgwb/split_work+1ba1199ec574", "1ba1199ec574", "6.3",
                                 "wb_tryget(), and percpu_ref_exit() after a grace period"});
    add_release<offline_list_before>(
        to, {"cgwb/offline_list-b43a9e76b4cc", "b43a9e76b4cc", "before 5.14",
             "the cleaner finds a wb whose reference count is gone", "P3"});
    add_release<offline_list_late_exit>(
        to, {"cgwb/offline_list-b43a9e76b4cc+late_exit", "b43a9e76b4cc", "repair",
             "the same with percpu_ref_exit() after a grace period, as in 6.3"});
    add_release<offline_list>(to, {"cgwb/offline_list+b43a9e76b4cc", "b43a9e76b4cc", "5.14",
                                   "a wb leaves the cleaner's list before its count goes"});
    add_bandwidth<bandwidth_before>(
        to, {"cgwb/bandwidth-f87904c07551", "f87904c07551", "before 6.0",
             "a timer is set after the wb's shutdown has flushed it", "P3"});
    add_bandwidth<bandwidth_no_lock>(to,
                                     {"cgwb/bandwidth+f87904c07551-lock", "f87904c07551", "mutant",
                                      "WB_registered is looked at without the lock", "P3"});
    add_bandwidth<bandwidth>(to, {"cgwb/bandwidth+f87904c07551", "f87904c07551", "6.0",
                                  "a timer is set while WB_registered is set, under work_lock"});
}

} // namespace wbsync::models::cgwb
