// SPDX-License-Identifier: BSD-3-Clause
// The divided search of every model. checks/search/parallel.cpp divides small ones in other ways,
// too.

#include "models/all.hpp"

#include <wbsync/doctest.hpp>

#include <doctest/doctest.h>

using namespace wbsync;

TEST_CASE("a divided search of the models has the same totals and the same first finding") {
    REQUIRE_FALSE(models::all().empty());
    options alone;
    alone.jobs = 1;
    options divided;
    divided.jobs = 2;
    divided.divide = {20, 30, 16, 4};
    for (const catalogue::model& m : models::all())
        for (const memory_kind memory : {memory_kind::sc, memory_kind::weak}) {
            CAPTURE(m.name());
            catalogue::parameter_values values;
            for (const catalogue::parameter& p : m.parameters)
                values[p.name] = p.value;
            alone.memory = divided.memory = memory;
            const result whole = m.run(alone, values);
            const result seen = m.run(divided, values);
            INFO(seen);
            CHECK(seen.outcome == whole.outcome);
            CHECK(seen.what == whole.what);
            CHECK(seen.schedule == whole.schedule);
            CHECK(seen.executions == whole.executions);
        }
}
