// SPDX-License-Identifier: BSD-3-Clause
// Test cases for the tests of SKIP_TEST and of main.cpp, see CMakeLists.txt.

#include "checks/support/skip.hpp"

#include <doctest/doctest.h>

TEST_CASE("skipped") {
    SKIP_TEST("it is an example");
    FAIL("is not reached");
}

TEST_CASE("passes") {}

TEST_CASE("fails") {
    FAIL("as it should");
}
