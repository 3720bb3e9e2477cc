// SPDX-License-Identifier: BSD-3-Clause
// Lesson 8: a thread that serves others, and never ends by itself.
//
// A server takes requests in a loop, for ever. When all others are done it waits for a request that
// cannot come any more; for an ordinary thread that is a deadlock. A daemon says where it waits for
// work: await_work(), at the head of its loop. That is false when all is done, and the daemon
// returns. Anywhere else it must not wait for ever either: a server that waits for a client to
// take the reply is found, if the client never does.
//
// New here: daemons and await_work(); handing data over twice, there and back.
#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

using namespace wbsync;

enum class broken { nothing, waits_as_a_thread, relaxed_reply, client_leaves };

template <broken What>
struct server_and_client {
    enum : std::int64_t { empty, asked, answered };
    atomic_t slot{"slot", empty};
    plain<int> question{"question"}, answer{"answer"};

    void serve() {
        answer.write(question.read() + 1);
        if constexpr (What == broken::relaxed_reply)
            WRITE_ONCE(slot, answered);
        else
            smp_store_release(slot, answered);
        if constexpr (What == broken::client_leaves)
            await(slot, [](auto v) { return v == empty; });
    }

    void server() {
        const auto is_asked = [](auto v) { return v == asked; };
        if constexpr (What == broken::waits_as_a_thread) {
            for (;;) {
                await_acquire(slot, is_asked);
                serve();
            }
        } else {
            while (await_work(slot, is_asked))
                serve();
        }
    }

    void client() {
        question.write(41);
        smp_store_release(slot, asked);
        if constexpr (What == broken::client_leaves)
            return;
        await_acquire(slot, [](auto v) { return v == answered; });
        BUG_ON(answer.read() != 42);
        smp_store_release(slot, empty);
    }

    void threads(scenario& s) {
        s.daemon("server", [this] { server(); });
        s.thread("client", [this] {
            client();
            if constexpr (What != broken::client_leaves)
                client(); // the server is there for the next request as well
        });
    }
};

TEST_CASE("a daemon serves as often as it is asked, and is idle in the end") {
    CHECK(verified(check<server_and_client<broken::nothing>>()));
}

TEST_CASE("a server that waits for requests as an ordinary thread does is a deadlock") {
    const result r = check<server_and_client<broken::waits_as_a_thread>>();
    CHECK(found(r, "deadlock"));
    CHECK(found(r, "await_work()")); // the finding names the way
}

TEST_CASE("a daemon that waits for ever for something else than work is one, too") {
    CHECK(found(check<server_and_client<broken::client_leaves>>(), "deadlock"));
}

TEST_CASE("what the daemon hands back needs its release, as between threads") {
    CHECK(found(check<server_and_client<broken::relaxed_reply>>(), "data-race"));
}
