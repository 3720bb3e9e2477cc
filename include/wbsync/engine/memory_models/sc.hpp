// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/view_machine.hpp>

namespace wbsync::engine {

/// Sequential consistency (Lamport 1979): a load reads the newest store, and every access
/// synchronizes with the store that it reads. Two accesses that only the interleaving orders are
/// still a data race.
class sc final : public view_machine<sc> {
public:
    sc() : view_machine({memory_kind::sc, false, false, false, false}) {}

    void begin(const location_list& /*locations*/) override {}

    /// O(1).
    bool list_options(thread_id /*t*/, const location& x, const store_past& /*past*/,
                      value_condition /*wanted*/, read_options& out) override;

    /// O(stores).
    void list_options_without(const removed_steps& gone, thread_id /*t*/, const location& x,
                              const store_past& /*past*/, value_condition /*wanted*/,
                              read_options& out) override;

    void list_places(thread_id /*t*/, const location& x, const store_past& /*past*/, bool /*reads*/,
                     read_options& out) override;

private:
    friend view_machine;

    static constexpr bool always_synchronizes = true;
    void passes_over() noexcept {}
    void completes_message(view& /*message*/, const thread_view& /*of*/, bool /*release*/) {}
    void add_fence(thread_id /*t*/, view& /*known*/, step_index /*step*/) {}
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/memory_models/sc_inl.hpp>
#endif
