// SPDX-License-Identifier: BSD-3-Clause
// The shapes as models in C++, beside the same program as a litmus test: both languages agree.

#include "checks/memory/shapes/shape.hpp"
#include "tools/litmus/result.hpp"

#include <doctest/doctest.h>

using wbsync::memory_kind;

TEST_CASE("a shape in C++ has the outcome under lkmm that it has as a litmus test") {
    wbsync::litmus::settings quick;
    quick.for_states = quick.for_learning = quick.for_proposition = 1; // of the library beside it
    for (const shapes::shape& s : shapes::all()) {
        const std::string source = shapes::litmus(s);
        CAPTURE(source);
        const std::string expected = wbsync::litmus::run_test(source, quick).result;
        CHECK((shapes::happens(s, memory_kind::lkmm) ? "Sometimes" : "Never") == expected);
    }
}

TEST_CASE("a shape that has its outcome under sc has it under the other memory models") {
    for (const shapes::shape& s : shapes::all()) {
        CAPTURE(s.full_name());
        if (!shapes::happens(s, memory_kind::sc))
            continue;
        CHECK(shapes::happens(s, memory_kind::rc11));
        CHECK(shapes::happens(s, memory_kind::lkmm));
    }
}
