// SPDX-License-Identifier: BSD-3-Clause
// Versions of inode_switch_wbs() on real threads: the same source that is model checked.
#include "models/writeback/isw_v6.hpp"
#include "models/writeback/isw_v8.hpp"
#include "models/writeback/isw_v9.hpp"

#include <doctest/doctest.h>

using namespace wbsync;
using namespace wbsync::models::writeback;

namespace {

/// Runs a thousand times without delays, and some more times with delays.
template <class Version>
void fine(const bounds& size) {
    native::options with;
    native::result r = native::stress<isw_model<Version>>(with, 1000, 0, size);
    INFO((r.found ? r.found->str() : ""));
    CHECK(r.clean());
    CHECK(r.runs == 1000);
    with.delay_probability = 0.2;
    r = native::stress<isw_model<Version>>(with, 200, 0, size);
    INFO((r.found ? r.found->str() : ""));
    CHECK(r.clean());
}

} // namespace

TEST_CASE("native: isw/v9 and isw/v8 hold on real threads") {
    fine<isw_v9<>>(bounds{});
    fine<isw_v9<>>(bounds{2, 2, 2});
    fine<isw_v9<>>(bounds{1, 2, 1, 1});
    fine<isw_v8<>>(bounds{});
}

TEST_CASE("native: v8 waits for grace periods that v9 does not wait for") {
    const native::options with;
    CHECK(native::stress<isw_model<isw_v9<>>>(with, 50, 0, bounds{}).grace_periods <
          native::stress<isw_model<isw_v8<>>>(with, 50, 0, bounds{}).grace_periods);
}
