// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

/// Small programs that rely on one promise of a primitive. Each comes in two versions: correct, and
/// with that promise broken.
namespace primitives {

using namespace wbsync;

/// A program: its threads, as functions of a `State` that is built anew for every execution, and
/// perhaps a check at the end. The state may declare daemons of its own.
template <class State>
struct program {
    using body = void (*)(State&);

    std::vector<body> threads;
    body finally = nullptr;
};

template <class State>
class program_model {
public:
    explicit program_model(const program<State>* what) : program_(*what) {}

    void threads(scenario& s) {
        if constexpr (requires { state_.daemons(s); })
            state_.daemons(s);
        int n = 0;
        for (const auto body : program_.threads)
            s.thread({"P", n++}, [this, body] { body(state_); });
    }
    void finally() {
        if (program_.finally != nullptr)
            program_.finally(state_);
    }

protected:
    [[nodiscard]] const State& state() const noexcept { return state_; }

private:
    const program<State>& program_;
    State state_;
};

template <class State>
result run(memory_kind memory, const program<State>& what) {
    options with;
    with.memory = memory;
    result r = check<program_model<State>>(with, &what);
    CHECK(r.sleep_set_blocked == 0);
    return r;
}

template <class State>
result weak(const program<State>& what) {
    return run(memory_kind::weak, what);
}
template <class State>
result sc(const program<State>& what) {
    return run(memory_kind::sc, what);
}

/// Holds under both memory models.
template <class State>
void check_holds(const program<State>& what) {
    CHECK(verified(sc(what)));
    CHECK(verified(weak(what)));
}

/// check_holds() for threads that intentionally share nothing: each uses its CPU's part.
template <class State>
void check_holds_apart(const program<State>& what) {
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        options with;
        with.memory = memory;
        CHECK(vacuous(check<program_model<State>>(with, &what)));
        with.accept_vacuous = true;
        CHECK(verified(check<program_model<State>>(with, &what)));
    }
}

/// Fails under both memory models, for the given reason.
template <class State>
void check_fails(const program<State>& what, const char* why) {
    CHECK(found(sc(what), why));
    CHECK(found(weak(what), why));
}

/// Fails only under weak memory, for the given reason.
template <class State>
void check_fails_weakly(const program<State>& what, const char* why) {
    CHECK(verified(sc(what)));
    CHECK(found(weak(what), why));
}

/// Message passing: data is written before the flag, and read after the flag was seen. Without an
/// order the accesses to the data race.
struct message {
    plain<int> data{"data"};
    atomic_t flag{"flag"};
    atomic_t other{"other"};
    int seen = -1;

    /// What the receiver does once it has seen the flag.
    void receive() { BUG_ON(data.read() != 1); }
};

/// Store buffering: each thread makes itself known, then looks for the other. At most one of them
/// may miss the other.
struct handshake {
    atomic_t x{"x"}, y{"y"}, other{"other", 1};
    std::int64_t r0 = 0, r1 = 0;

    static void at_end(handshake& h) { BUG_ON(h.r0 == 0 && h.r1 == 0); }
};

} // namespace primitives
