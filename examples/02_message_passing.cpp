// SPDX-License-Identifier: BSD-3-Clause
// Lesson 2: message passing with ordinary data.
//
// A producer fills in a message and raises a flag; a consumer that sees the flag reads the message.
// The message is plain<int>, an ordinary C variable: two accesses that nothing orders are a finding
// "data-race", whether or not the value that was read happened to be right. What orders them here
// is release and acquire on the flag.
//
// New here: plain variables; a model as a template, so that the broken one differs in one line.
#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

enum class flag { acquire_release, relaxed_store, relaxed_load };

template <flag Kind>
struct message_passing {
    plain<int> message{"message"};
    atomic_t ready{"ready"};

    void producer() {
        message.write(42);
        if constexpr (Kind == flag::relaxed_store)
            WRITE_ONCE(ready, 1);
        else
            smp_store_release(ready, 1); // (1) pairs with (2)
    }

    void consumer() {
        bool seen = false;
        if constexpr (Kind == flag::relaxed_load)
            seen = READ_ONCE(ready) == 1;
        else
            seen = smp_load_acquire(ready) == 1; // (2) pairs with (1)
        if (seen)
            BUG_ON(message.read() != 42);
    }

    void threads(scenario& s) {
        s.thread("producer", [this] { producer(); });
        s.thread("consumer", [this] { consumer(); });
    }
};

TEST_CASE("release and acquire hand the message over") {
    CHECK(verified(check<message_passing<flag::acquire_release>>()));
}

TEST_CASE("a relaxed store of the flag leaves the message racing") {
    CHECK(found(check<message_passing<flag::relaxed_store>>(), "data-race"));
}

TEST_CASE("a relaxed load of the flag leaves it racing as well") {
    CHECK(found(check<message_passing<flag::relaxed_load>>(), "data-race"));
}
