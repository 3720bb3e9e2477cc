// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/operations.hpp"

#include <cstddef>
#include <deque>

namespace bench::peers {

/// Under one mutex a thread puts numbers into a buffer and another one takes them out, n times
/// each; a thread does nothing if it is not its turn. Nidhugg: from_SCTBench/circular_buffer.
///
/// All C(2n, n) orders of the sections are distinguishable: the turn tells how many of each came
/// before. With n = 10 the position of the next element wraps around to 0, which the last removal
/// takes for an empty buffer, and the assertion fails in one of the orders. GenMC's 92,377 and
/// Nidhugg's 59,280 executions of that size are those before they find it.
struct circular_buffer {
    static constexpr int room = 10;

    int n;
    mutex m{"m"};
    plain<bool> send{"send", true};
    plain<bool> receive{"receive", false};
    plain<int> value{"value"};
    plain<int> first{"first"};
    plain<int> next{"next"};
    std::deque<plain<int>> buffer;

    explicit circular_buffer(int size) : n(size) {
        for (int i = 0; i != room; ++i)
            buffer.emplace_back(label{"buffer", i});
    }
    void threads(scenario& s) {
        s.thread("sender", [this] {
            for (int i = 0; i != n; ++i)
                put(i);
        });
        s.thread("receiver", [this] {
            for (int i = 0; i != n; ++i)
                take();
        });
    }

    plain<int>& slot(int i) { return buffer.at(static_cast<std::size_t>(i)); }

    void put(int i) {
        mutex_lock(m);
        if (send.read()) {
            slot(next.read()).write(i);
            next.write((next.read() + 1) % room);
            value.write(i);
            send.write(false);
            receive.write(true);
        }
        mutex_unlock(m);
    }

    int remove() {
        if (next.read() == 0 || first.read() == room)
            return -1;
        first.write(first.read() + 1);
        return slot(first.read() - 1).read();
    }

    void take() {
        mutex_lock(m);
        if (receive.read()) {
            BUG_ON(remove() != value.read());
            receive.write(false);
            send.write(true);
        }
        mutex_unlock(m);
    }
};

} // namespace bench::peers
