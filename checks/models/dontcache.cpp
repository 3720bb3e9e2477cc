// SPDX-License-Identifier: BSD-3-Clause
// models/dontcache: what holds at larger sizes than the default, and the story of each failure.

#include "checks/models/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace model_checks;

namespace {

void check_holds(const std::string& name, const parameter_values& given = {}) {
    CAPTURE(name);
    CHECK(verified(sc(name, given)));
    CHECK(verified(weak(name, given)));
}

} // namespace

TEST_CASE("dontcache/kick: no kick is lost") {
    check_holds("dontcache/kick");
    check_holds("dontcache/kick", {{"writers", 3}});
}

TEST_CASE("dontcache/kick: to clear the bit last loses who set it meanwhile") {
    CHECK(tells(sc("dontcache/kick-clear_first"),
                {"dwork.kworker: test_bit(wb.state) 3",
                 "dwork.kworker: percpu_counter_sum(wb.WB_DONTCACHE_DIRTY.cpu[1]) 0",
                 "writer[0]: percpu_counter_add(wb.WB_DONTCACHE_DIRTY.cpu[1]) 0 -> 1",
                 "writer[0]: test_bit(wb.state) 3", "dwork.kworker: clear_bit(wb.state) 3 -> 1"}));
}

TEST_CASE("dontcache/kick: the shared part of the count does not show a few pages") {
    CHECK(tells(sc("dontcache/kick-sum"),
                {"writer[1]: percpu_counter_add(wb.WB_DONTCACHE_DIRTY.cpu[0]) 0 -> 1",
                 "dwork.kworker: percpu_counter_read(wb.WB_DONTCACHE_DIRTY.count) 0"}));
}

TEST_CASE("dontcache/kick: it is the barrier of __mark_inode_dirty() that orders count and bit") {
    CHECK(verified(sc("dontcache/kick-mb")));
    CHECK(tells(weak("dontcache/kick-mb"),
                {"dwork.kworker: test_and_clear_bit(wb.state) 3 -> 1",
                 "dwork.kworker: percpu_counter_sum(wb.WB_DONTCACHE_DIRTY.cpu[1]) 0",
                 "writer[0]: percpu_counter_add(wb.WB_DONTCACHE_DIRTY.cpu[1]) 0 -> 1",
                 "writer[0]: test_bit(wb.state) 3 (stale"}));
    // Without a test before it, test_and_set_bit() would suffice.
    check_holds("dontcache/kick-mb-test_bit", {{"writers", 3}});
}

TEST_CASE("dontcache/kick_switch: the pages move to the new wb, the kick stays with the old one") {
    CHECK(tells(sc("dontcache/kick_switch"),
                {"writer[0]: test_and_set_bit(old_wb.state) 1 -> 3",
                 "old_wb.dwork.kworker: test_and_clear_bit(old_wb.state) 3 -> 1",
                 "switcher: WRITE_ONCE(i_wb) &new_wb",
                 "old_wb.dwork.kworker: READ_ONCE(i_wb) &new_wb",
                 "new_wb.dwork.kworker: test_and_clear_bit(new_wb.state) 1 -> 1"}));
    check_holds("dontcache/kick_switch+bit");
}

TEST_CASE("dontcache/kick_switch/P3: the transaction keeps the wb, the reference keeps it after") {
    check_holds("dontcache/kick_switch/P3");
    CHECK(tells(sc("dontcache/kick_switch-get/P3"),
                {"writer[0]: test_and_set_bit(old_wb.state) 1 -> 3",
                 "switcher: percpu_ref_put(old_wb.refcnt.count) 1 -> 0",
                 "writer[0]: test_bit(old_wb.state)", "rcu_callbacks: kfree(old_wb)",
                 "rcu_callbacks: P3"}));
    CHECK(tells(sc("dontcache/kick_switch-transaction/P3"),
                {"switcher: percpu_ref_put(old_wb.refcnt.count) 1 -> 0",
                 "writer[0]: percpu_ref_get(old_wb.refcnt.count) 0 -> 1", "writer[0]: P3"}));
}

TEST_CASE("dontcache/account: the count follows the pages as long as nobody looks them up") {
    check_holds("dontcache/account");
    CHECK(tells(sc("dontcache/account-move"), {"switcher: WRITE_ONCE(i_wb) &new_wb"}));
    CHECK(found(sc("dontcache/account-move"), "P7"));
}

TEST_CASE("dontcache/hit: a lookup clears the flag and counts in a second step") {
    // Against the switch: the flag is clear when the counts move, and was set when the page was
    // counted.
    CHECK(tells(sc("dontcache/hit"),
                {"reader[0]: test_and_clear_bit(folio.flags) 3 -> 1",
                 "switcher: test_bit(folio.flags) 1", "switcher: WRITE_ONCE(i_wb) &new_wb",
                 "reader[0]: percpu_counter_add(new_wb.WB_DONTCACHE_DIRTY.cpu[0]) 0 -> -2"}));
    // Against the flusher: each believes that the other one subtracts the page.
    CHECK(tells(sc("dontcache/hit", {{"cleaners", 1}, {"switches", 0}}),
                {"reader[0]: test_and_clear_bit(folio.flags) 3 -> 1",
                 "flusher: test_and_clear_bit(folio.flags) 1 -> 0",
                 "flusher: test_bit(folio.flags) 0", "reader[0]: test_bit(folio.flags) 0"}));
    // Against the writer: the page is dirty, and not counted yet.
    CHECK(tells(sc("dontcache/hit", {{"writers", 1}, {"switches", 0}}),
                {"reader[0]: test_and_clear_bit(folio.flags) 2 -> 0",
                 "writer: test_and_set_bit(folio.flags) 0 -> 1", "writer: test_bit(folio.flags) 1",
                 "reader[0]: test_bit(folio.flags) 1",
                 "reader[0]: percpu_counter_add(old_wb.WB_DONTCACHE_DIRTY.cpu[1]) 0 -> -2"}));
    // Alone, or with others of its kind, it does no harm.
    check_holds("dontcache/hit", {{"hits", 3}, {"switches", 0}});
}

TEST_CASE("dontcache/hit: two lookups count a page down twice if the flag is not tested and "
          "cleared at once") {
    CHECK(tells(sc("dontcache/hit-test_and_clear"),
                {"reader[1]: test_bit(folio.flags) 3", "reader[0]: test_bit(folio.flags) 3",
                 "reader[0]: percpu_counter_add(old_wb.WB_DONTCACHE_DIRTY.cpu[0])",
                 "reader[0]: clear_bit(folio.flags) 3 -> 1"}));
}

TEST_CASE("dontcache/hit+lock: one lock for flag and count, and one value for both flags") {
    check_holds("dontcache/hit+lock");
    check_holds("dontcache/hit+lock", {{"hits", 3}});
    check_holds("dontcache/hit+lock", {{"hits", 2}, {"writers", 0}});
}

TEST_CASE("dontcache/split: the second half of a folio is counted as long as it keeps the flag") {
    CHECK(tells(sc("dontcache/split-0ad186cf167f"),
                {"split: WRITE_ONCE(tail.flags) 1",
                 "flusher: percpu_counter_add(new_wb.WB_DONTCACHE_DIRTY.cpu[1]) 0 -> -1",
                 "flusher: test_and_clear_bit(tail.flags) 1 -> 0"}));
    CHECK(found(sc("dontcache/split-0ad186cf167f", {{"cleaners", 0}, {"switches", 0}}), "P7"));
    check_holds("dontcache/split+0ad186cf167f");
}
