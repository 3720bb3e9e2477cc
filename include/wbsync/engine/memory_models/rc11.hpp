// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/view_machine.hpp>
#include <wbsync/engine/psc.hpp>
#include <wbsync/engine/psc_veto.hpp>
#include <wbsync/engine/visible_stores.hpp>

namespace wbsync::engine {

/// RC11 and models close to it: coherence, and the psc axiom over full fences. `Model` is as in
/// view_machine.
template <class Model>
class rc11_machine : public view_machine<Model> {
public:
    void begin(const location_list& locations) final {
        visible_.begin();
        psc_.begin(locations, Model::fences_known_by_reading);
    }

    [[nodiscard]] bool history_cut() const noexcept final { return visible_.history_cut(); }

    bool list_options(thread_id t, const location& x, const store_past& past,
                      value_condition wanted, read_options& out) final {
        return visible_.list_options(t, this->now(t), x, past, nothing_gone{}, true, wanted, out);
    }

    void list_options_without(const removed_steps& gone, thread_id t, const location& x,
                              const store_past& past, value_condition wanted,
                              read_options& out) final {
        const auto is_gone = [&](step_index s) { return s >= 0 && gone(s); };
        visible_.list_options(t, this->now(t), x, past, is_gone, false, wanted, out);
    }

    void list_places(thread_id t, const location& x, const store_past& past, bool /*reads*/,
                     read_options& out) final {
        visible_.list_places(t, this->now(t), x, past, false, out);
    }

protected:
    using view_machine<Model>::view_machine;

    static constexpr bool always_synchronizes = false;
    void passes_over() noexcept { psc_.load_passed_over(); }
    void add_fence(thread_id t, view& known, step_index step) { psc_.add_fence(t, known, step); }

private:
    psc_order psc_;
    visible_stores<psc_order> visible_{psc_};
};

/// RC11 without load buffering: Lahav, Vafeiadis, Kang, Hur, Dreyer, "Repairing sequential
/// consistency in C/C++11" (PLDI 2017). Modification order is the order of execution: a store is
/// never put before one that was executed earlier, which loses no outcome that program order does
/// not forbid.
class rc11 final : public rc11_machine<rc11> {
public:
    rc11() : rc11_machine({memory_kind::rc11, true, false, false, true}) {}

private:
    friend view_machine;
    friend rc11_machine;

    static constexpr bool fences_known_by_reading = false;
    void completes_message(view& /*message*/, const thread_view& /*of*/, bool /*release*/) {}
};

} // namespace wbsync::engine
