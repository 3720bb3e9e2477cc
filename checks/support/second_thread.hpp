// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>

/// Calls a function that ends or ruins the process in the second thread, after one step of each.
template <void (*Function)()>
struct in_second_thread {
    wbsync::atomic_t x{"x"};
    void threads(wbsync::scenario& s) {
        s.thread("P0", [this] { WRITE_ONCE(x, 1); });
        s.thread("P1", [this] {
            await(x, [](auto v) { return v == 1; });
            Function();
        });
    }
};

/// The finding in such a model is the crash, after the steps before it.
inline void check_is_in_second_thread(const wbsync::finding& what, const wbsync::trace& t) {
    CHECK(std::string_view{what.where.file}.ends_with("second_thread.hpp"));
    CHECK(what.where.line != 0); // of the operation before it
    REQUIRE(t.steps.size() == 3);
    CHECK(t.steps[0].verb == "WRITE_ONCE");
    CHECK(t.steps[1].verb == "await");
    CHECK(t.steps[2].property == "crash");
    CHECK(t.threads.at(static_cast<std::size_t>(what.thread)) == "P1");
}
