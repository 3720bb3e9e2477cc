// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "trace.hpp"

#include <wbsync/engine/lkmm/event_graph.hpp>

#include <vector>

namespace wbsync::litmus {

/// The event graph of threads that go the given ways, without rf and co.
struct program_graph {
    engine::lkmm::event_graph graph;
    std::vector<const trace_event*> source; ///< for each event; nullptr: an initial write
};

/// Initial writes come first, number n for location n; then the events of the threads, one thread
/// after the other. O(n³ / 64) for n events.
program_graph graph_of(const std::vector<const trace*>& threads,
                       const std::vector<location>& locations);

} // namespace wbsync::litmus
