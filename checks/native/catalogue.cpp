// SPDX-License-Identifier: BSD-3-Clause
// Every model of the catalogue that is not weakened, on real threads, a thousand times. A refuted
// model may fail in another way than in the model checker, for example with a wrong count instead
// of a use after free, or not at all.
#include "models/all.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <stdexcept>

using namespace wbsync;

TEST_CASE("native: what is verified holds on real threads, a thousand times each") {
    int verified = 0;
    for (const catalogue::model& m : models::all()) {
        const catalogue::parameter_values size = catalogue::default_size(m);
        if (!m.weaken.empty() || m.expected(memory_kind::weak, size).outcome() != verdict::verified)
            continue;
        options with;
        with.max_executions = 1000;
        const result r = m.run(with, size);
        INFO(m.name() << ": " << r.what.message);
        CHECK(r.outcome != verdict::finding);
        CHECK(r.executions == 1000);
        ++verified;
    }
    CHECK(verified > 90);
}

TEST_CASE("native: a model that is weakened says that threads order all") {
    int weakened = 0;
    for (const catalogue::model& m : models::all()) {
        if (m.weaken.empty())
            continue;
        CAPTURE(m.name());
        CHECK_THROWS_WITH_AS(static_cast<void>(m.run({}, catalogue::default_size(m))),
                             doctest::Contains("options::weaken cannot be had on real threads"),
                             std::invalid_argument);
        ++weakened;
    }
    CHECK(weakened > 0);
}

TEST_CASE("native: every model that is not weakened runs, and nothing is verified by it") {
    const native::options before = native::check_options;
    native::check_options.time_limit = 0.2; // some refuted models never end
    for (const catalogue::model& m : models::all()) {
        if (!m.weaken.empty())
            continue;
        options with;
        with.max_executions = 1;
        const result r = m.run(with, catalogue::default_size(m));
        CAPTURE(m.name());
        CHECK(r.outcome != verdict::verified);
        CHECK(r.executions == 1);
    }
    native::check_options = before;
}
