// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/doctest.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <string>

/// Shared by the tests of replays.
namespace replay {

using namespace wbsync;

inline options replaying(const std::string& schedule) {
    options o;
    o.replay = schedule;
    return o;
}

/// Checks that the schedule of a finding leads to the same finding.
template <class Check>
void expect_same(const result& first, Check again) {
    REQUIRE(first.outcome == verdict::finding);
    INFO(first.schedule);
    const result second = again(replaying(first.schedule));
    CHECK(second.executions == 1);
    CHECK(second.what == first.what);
    CHECK(report::counterexample(second.counterexample, second.what) ==
          report::counterexample(first.counterexample, first.what));
}

} // namespace replay
