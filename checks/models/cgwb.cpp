// SPDX-License-Identifier: BSD-3-Clause
// models/cgwb: what holds at larger sizes than the default, and the story of each failure.

#include "checks/models/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace model_checks;

namespace {

const parameter_values killed_before{{"kill", 0}};

void check_holds(const std::string& name, const parameter_values& larger) {
    CAPTURE(name);
    CHECK(verified(sc(name)));
    CHECK(verified(weak(name)));
    CHECK(verified(sc(name, larger)));
    CHECK(verified(weak(name, larger)));
}

} // namespace

TEST_CASE("cgwb/mark_dirty: the flusher of a wb is woken after its last reference was dropped") {
    CHECK(tells(sc("cgwb/mark_dirty-d02d2c98d257"),
                {"dirtier[0]: list_add(old_wb.b_dirty.next) &i_io_list",
                 "dirtier[0]: spin_unlock(old_wb.list_lock)", "dirtier[0]: spin_unlock(i_lock)",
                 "switcher: WRITE_ONCE(i_wb) &new_wb",
                 "switcher: percpu_ref_put(old_wb.refcnt.count) 1 -> 0",
                 "old_wb.release_work.kworker: call_rcu", "dirtier[0]: test_bit(old_wb.state) 0",
                 "rcu_callbacks: kfree(old_wb)", "rcu_callbacks: P3"}));
    check_holds("cgwb/mark_dirty+d02d2c98d257", {{"dirtiers", 2}});
}

TEST_CASE("cgwb/mark_dirty: a reference or an RCU section would do as well as i_lock") {
    check_holds("cgwb/mark_dirty-d02d2c98d257+get", {{"dirtiers", 2}});
    check_holds("cgwb/mark_dirty-d02d2c98d257+rcu", {{"dirtiers", 2}});
}

TEST_CASE("cgwb/split_work: sync raises a count that is 0, and may soon be gone") {
    CHECK(tells(sc("cgwb/split_work-1ba1199ec574", killed_before),
                {"iput[0]: percpu_ref_put(wb[0].refcnt.count) 1 -> 0",
                 "sync: list_for_each_entry_rcu(wb_list.next) &wb[0].bdi_node",
                 "sync: percpu_ref_get(wb[0].refcnt.count) 0 -> 1", "sync: P3"}));
    check_holds("cgwb/split_work+1ba1199ec574", {{"kill", 0}, {"wbs", 2}});
}

TEST_CASE("cgwb/split_work needs both halves of the fix") {
    // The count exists, but is raised from 0.
    CHECK(tells(sc("cgwb/split_work-1ba1199ec574+late_exit", killed_before),
                {"sync: percpu_ref_get(wb[0].refcnt.count) 0 -> 1", "sync: P3"}));
    // It is not raised, but may be freed when it is read.
    CHECK(tells(sc("cgwb/split_work-1ba1199ec574+tryget", killed_before),
                {"sync: percpu_ref_tryget(wb[0].refcnt.count) 0",
                 "wb[0].release_work.kworker: percpu_ref_exit(wb[0].refcnt)",
                 "wb[0].release_work.kworker: P3"}));
}

TEST_CASE("cgwb/offline_list: the cleaner finds a wb whose count is gone") {
    CHECK(tells(sc("cgwb/offline_list-b43a9e76b4cc", killed_before),
                {"iput[0]: percpu_ref_put(wb[0].refcnt.count) 1 -> 0",
                 "wb[0].release_work.kworker: percpu_ref_exit(wb[0].refcnt)",
                 "cleaner: list_first_entry_or_null(processed.next) &wb[0].offline_node",
                 "cleaner: P3"}));
    check_holds("cgwb/offline_list+b43a9e76b4cc", {{"kill", 0}, {"wbs", 2}});
    // A count that lives as long as the wb is a repair, too.
    check_holds("cgwb/offline_list-b43a9e76b4cc+late_exit", {{"kill", 0}, {"wbs", 2}});
}

TEST_CASE("cgwb/bandwidth: a timer is set after it was flushed for the last time") {
    CHECK(tells(sc("cgwb/bandwidth-f87904c07551"),
                {"bdi_unregister: clear_bit(wb.state) 1 -> 0",
                 "bdi_unregister: flush_work(wb.bw_dwork.queued) 0",
                 "end_io[0]: queue_delayed_work(wb.bw_dwork.PENDING) 0 -> 1",
                 "wb.bw_dwork.kworker: READ_ONCE(wb.state) 0", "bdi_unregister: kfree(wb)",
                 "bdi_unregister: P3"}));
    check_holds("cgwb/bandwidth+f87904c07551", {{"writebacks", 2}});
}

TEST_CASE("cgwb/bandwidth: to look at WB_registered without the lock leaves a window") {
    CHECK(tells(sc("cgwb/bandwidth+f87904c07551-lock"),
                {"end_io[0]: test_bit(wb.state) 1", "bdi_unregister: clear_bit(wb.state) 1 -> 0",
                 "bdi_unregister: flush_work(wb.bw_dwork.queued) 0",
                 "end_io[0]: add_timer(wb.bw_dwork.PENDING)", "bdi_unregister: P3"}));
}
