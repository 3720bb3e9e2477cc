// SPDX-License-Identifier: BSD-3-Clause
#include "waiting_ring.hpp"

namespace wbsync::litmus {

waiting_ring::waiting_ring(std::size_t threads)
    : threads_(threads), ways_(threads * threads, {infinite, threads}) {}

void waiting_ring::add(std::size_t from, std::size_t to, const ordered_events& because,
                       bool always) {
    const std::size_t length = 1 + (always ? 0 : could_be_otherwise);
    if (length < between(from, to).length)
        between(from, to) = {length, to, because};
}

/// Floyd and Warshall's algorithm. `because` remains that of the direct edge, if there is one.
void waiting_ring::find_shortest_ways() {
    for (std::size_t k = 0; k != threads_; ++k)
        for (std::size_t i = 0; i != threads_; ++i)
            for (std::size_t j = 0; j != threads_; ++j) {
                const std::size_t through = between(i, k).length + between(k, j).length;
                if (through >= between(i, j).length)
                    continue;
                between(i, j).length = through;
                between(i, j).next = between(i, k).next;
            }
}

std::vector<ordered_events> waiting_ring::shortest() {
    find_shortest_ways();
    std::size_t start = threads_;
    for (std::size_t i = 0; i != threads_; ++i)
        if (between(i, i).length < (start == threads_ ? infinite : between(start, start).length))
            start = i;
    std::vector<ordered_events> ring;
    for (std::size_t i = start; i != threads_;) {
        const std::size_t next = between(i, start).next;
        ring.push_back(between(i, next).because);
        i = next == start ? threads_ : next;
    }
    return ring;
}

} // namespace wbsync::litmus
