// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/counted.hpp"
#include "bench/peers/operations.hpp"

namespace bench::peers {

/// A stack of nodes that are identified by their numbers; a thread has the node with its own
/// number.
class treiber_stack {
public:
    explicit treiber_stack(int n) : next_("next", n + 1), value_("value", n + 1) {}

    /// Node 0 means no node.
    void push(int node, std::int64_t value) {
        WRITE_ONCE(value_[node], value);
        retry_until([&] {
            const std::int64_t old = smp_load_acquire(top_);
            const std::int64_t changed = counted{old}.followed_by(node);
            WRITE_ONCE(next_[node], old);
            return atomic_cmpxchg_release(top_, old, changed) == old;
        });
    }

    /// 0: the stack was empty.
    std::int64_t pop() {
        return *retry_until([&]() -> std::optional<std::int64_t> {
            const std::int64_t old = smp_load_acquire(top_);
            const counted first{old};
            if (first.number == 0)
                return 0;
            const counted next{READ_ONCE(next_[first.number])};
            const std::int64_t changed = first.followed_by(next.number);
            if (atomic_cmpxchg_release(top_, old, changed) != old)
                return std::nullopt;
            return READ_ONCE(value_[first.number]);
        });
    }

private:
    atomic_t top_{"top"};
    atomics next_;
    atomics value_;
};

/// Threads that push their number on the stack, or pop one; each has written a variable before,
/// which the thread that pops its number reads. Number 0 is ignored.
class treiber_threads {
public:
    explicit treiber_threads(int n) : stack_(n), written_("written", n) {}

    void push(int i) {
        WRITE_ONCE(written_[i], i + 42);
        stack_.push(i + 1, i);
    }
    void pop() {
        if (const std::int64_t i = stack_.pop(); i != 0)
            READ_ONCE(written_[i]);
    }

private:
    treiber_stack stack_;
    atomics written_;
};

/// n threads push, one pops. GenMC: data-structures/treiber-stack, there with n = 2.
struct treiber {
    int n;
    treiber_threads all;

    explicit treiber(int size) : n(size), all(size) {}
    void threads(scenario& s) {
        s.threads("writer", n, [this](int i) { all.push(i); });
        s.thread("reader", [this] { all.pop(); });
    }
};

/// n threads push and then pop. GenMC: data-structures/treiber-stack with CONFIG_STACK_RDWR.
struct treiber_rw {
    int n;
    treiber_threads all;

    explicit treiber_rw(int size) : n(size), all(size) {}
    void threads(scenario& s) {
        s.threads("thread", n, [this](int i) {
            all.push(i);
            all.pop();
        });
    }
};

} // namespace bench::peers
