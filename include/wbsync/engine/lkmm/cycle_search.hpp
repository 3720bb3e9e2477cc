// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/event_graph.hpp>
#include <wbsync/engine/lkmm/relation.hpp>

namespace wbsync::engine::lkmm {

/// Can `e` be on a cycle that an axiom of the model forbids? "No" is certain; "yes" means that
/// model::judge() has to decide.
///
/// Every such cycle consists of rf, co, fr, and of pairs of events of one thread that are of one
/// location, dependent, or have something between them that orders at least one of the two. Whether
/// the axiom asks for these is not checked.
///
/// O(n² / 64) for n events.
[[nodiscard]] bool may_be_on_cycle(const event_graph& g, event_index e);

} // namespace wbsync::engine::lkmm

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/lkmm/cycle_search_inl.hpp>
#endif
