// SPDX-License-Identifier: BSD-3-Clause
// What the cheat sheet measures of a word: words of which it is known, beside their contrary.

#include "checks/report/cheat_sheet/measure.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace cheat_sheet;

namespace {

void nothing(objects&) {}
void lock(objects& o) {
    spin_lock(o.lock);
}
void unlock(objects& o) {
    spin_unlock(o.lock);
}
void lock_and_unlock(objects& o) {
    lock(o);
    unlock(o);
}

} // namespace

TEST_CASE("cheat sheet: a full barrier orders in each shape, and nothing at all in none") {
    const measured full =
        measure({.name = "smp_mb", .use = [](objects&) { smp_mb(); }, .is_barrier = true});
    CHECK(full.writer == "yes");
    CHECK(full.reader == "yes");
    CHECK(full.full == "yes");
    const measured none = measure({.name = "nothing", .use = &nothing, .is_barrier = true});
    CHECK(none.writer == "no");
    CHECK(none.reader == "no");
    CHECK(none.full == "no");
    CHECK(none.steps == "0");
}

TEST_CASE("cheat sheet: a side of message passing is measured on its own") {
    const measured release = measure({.name = "release", .use = &nothing, .tell = [](objects& o) {
                                          smp_store_release(o.flag, 1);
                                      }});
    CHECK(release.writer == "yes");
    CHECK(release.reader.empty());
    const measured acquire =
        measure({.name = "acquire", .use = &nothing, .hear = [](objects& o) -> bool {
                     return smp_load_acquire(o.flag) == 1;
                 }});
    CHECK(acquire.writer.empty());
    CHECK(acquire.reader == "yes");
    const measured plain = measure({.name = "plain",
                                    .use = &nothing,
                                    .tell = [](objects& o) { o.ordinary.write(1); },
                                    .hear = [](objects& o) { return o.ordinary.read() == 1; }});
    CHECK(plain.writer == "race");
}

TEST_CASE("cheat sheet: what sleeps, what spins, and what does neither") {
    CHECK(measure({.name = "sleeps", .use = [](objects&) { might_sleep(); }}).blocks == "sleeps");
    CHECK(measure({.name = "spins", .use = &lock_and_unlock, .hold = &lock, .let_go = &unlock})
              .blocks == "spins");
    CHECK(measure({.name = "no", .use = &nothing, .hold = &lock, .let_go = &unlock}).blocks ==
          "no");
}

TEST_CASE("cheat sheet: executions are those of two threads") {
    CHECK(measure({.name = "adds", .use = [](objects& o) { atomic_inc(o.counter); }}).executions ==
          "1");
    CHECK(measure({.name = "locks", .use = &lock_and_unlock}).executions == "2");
}

TEST_CASE("cheat sheet: a finding that is no answer is an error") {
    const word fails{.name = "fails", .use = [](objects&) { violated("P1", "of its own"); }};
    CHECK_THROWS_WITH_AS(static_cast<void>(measure(fails)), "fails: finding: P1 of its own",
                         std::runtime_error);
}
