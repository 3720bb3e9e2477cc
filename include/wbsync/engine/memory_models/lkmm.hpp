// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/history.hpp>
#include <wbsync/engine/memory_models/view_machine.hpp>
#include <wbsync/engine/psc.hpp>
#include <wbsync/engine/psc_veto.hpp>
#include <wbsync/engine/visible_stores.hpp>

namespace wbsync::engine {

/// The Linux-kernel memory model (LKMM), of tools/memory-model: a load may read any store that
/// coherence allows, a store may go before any others, as long as lkmm::model does not forbid the
/// execution that this makes (lkmm/history.hpp).
///
/// Views (thread_views) say what is known for sure: what an smp_load_acquire() has learnt of an
/// smp_store_release(), what is behind an smp_mb(). What they forbid the model would forbid as
/// well, at a higher price. Whatever synchronises by other means than variables, and tells views
/// alone, such as grace periods, is a release and an acquire to the model.
///
/// Dependencies are those that the program tells (engine/dependencies.hpp). The value of a load
/// that it tells nothing about is taken to decide about all later stores of its thread (ctrl).
///
/// A load may be performed after what follows it in its thread (load buffering), and return what is
/// stored because of that: relaxed loads of numbers, by READ_ONCE() and the like, once an execution
/// has shown that the program has a cycle that needs one (lkmm/history.hpp). Not explored: the same
/// of pointers, of read-modify-writes, and of loads that wait for a value.
class lkmm_machine final : public view_machine<lkmm_machine> {
public:
    lkmm_machine() : view_machine({memory_kind::lkmm, true, true, true, true}) {}

    void begin(const location_list& locations) override;

    [[nodiscard]] bool history_cut() const noexcept override { return visible_.history_cut(); }
    [[nodiscard]] dependencies* followed() noexcept override { return &history_; }

    void initialise(location& x, std::int64_t value) override;
    std::int64_t load(thread_id t, location& x, int i, memory_order order,
                      step_index step) override;
    void store_after(int i, thread_id t, location& x, std::int64_t value, memory_order order,
                     step_index step, timestamp seq) override;
    void update(int i, thread_id t, location& x, std::int64_t value, memory_order order,
                step_index step, timestamp seq) override;
    void add(int i, thread_id t, location& x, std::int64_t delta, bool commutes, step_index step,
             timestamp seq) override;
    void pass_on(thread_id t, location& x, const view& known) override;

    void may_be_late(thread_id t) override;
    void begin_conditional(thread_id t) override;
    void end_conditional(thread_id t, const kept_condition& accepts) override;
    void load_late(thread_id t, location& x, std::int64_t value, step_index step) override;
    void update_late(int i, thread_id t, location& x, const late_update& what, step_index step,
                     timestamp seq) override;
    bool settle_late_loads(const std::vector<late_load>& allowed, bool any_will_do) override {
        return is_settled_ = history_.settle_late(allowed, any_will_do);
    }
    std::vector<std::pair<step_index, step_index>> late_sources() const override {
        return forbidden_.history.late_sources();
    }
    void list_late_loads(std::vector<late_load>& out, std::vector<object_id>& ordered) override;

    void plain_access(thread_id t, const void* object, bool writes) override;
    [[nodiscard]] bool is_race(thread_id t) override;
    [[nodiscard]] bool has_late_loads() const noexcept override { return history_.has_late(); }
    [[nodiscard]] bool is_race_after_all(std::size_t k) override {
        return history_.races_after_all(k);
    }

    void read_fence(thread_id t, step_index step) override;
    void write_fence(thread_id t, step_index step) override;
    void full_fence(thread_id t, step_index step) override;
    void full_fence_since(thread_id t, const view& before, step_index step) override;

    bool list_options(thread_id t, const location& x, const store_past& past,
                      value_condition wanted, read_options& out) override;
    void list_options_without(const removed_steps& gone, thread_id t, const location& x,
                              const store_past& past, value_condition wanted,
                              read_options& out) override;
    void list_places(thread_id t, const location& x, const store_past& past, bool reads,
                     read_options& out) override;

private:
    friend view_machine;

    static constexpr bool always_synchronizes = false;
    void passes_over() noexcept { forbidden_.fences.load_passed_over(); }
    void completes_message(view& message, const thread_view& of, bool release);
    void add_fence(thread_id t, view& known, step_index step) {
        forbidden_.fences.add_fence(t, known, step);
    }

    void comes_after(thread_id t, const view& what, bool strongly) override;
    void come_after_strongly(thread_id t, vector_clock what);

    /// What the loads of `t` know.
    [[nodiscard]] view known_to_loads(thread_id t) const;
    [[nodiscard]] lkmm::history::place here(thread_id t, step_index step);
    void record_fence(thread_id t, step_index step, lkmm::barrier_kind which);
    void record_update(int source, thread_id t, location& x, memory_order order, step_index step,
                       bool returns);

    /// What the model forbids. A cycle of full barriers (psc) is one of its cycles, and found at a
    /// lower price.
    struct forbidden {
        using access = lkmm::history::access;
        psc_order fences;
        lkmm::history history;

        template <class Gone>
        struct veto {
            psc_veto<Gone> cycle;
            lkmm::history::veto<Gone> model;

            [[nodiscard]] bool is_gone(step_index s) const { return model.is_gone(s); }
            [[nodiscard]] bool forbids(const location& x, int first, int last) {
                return cycle.forbids(x, first, last) || model.forbids(x, first, last);
            }
        };
        template <class Gone>
        [[nodiscard]] veto<Gone> read_veto(thread_id t, const view& now, Gone gone) {
            return {{fences, now.fences, gone}, {history, t, access::read, gone}};
        }
        [[nodiscard]] veto<nothing_gone> write_veto(thread_id t, const view& now, bool reads) {
            return {{fences, now.fences, nothing_gone{}},
                    {history, t, reads ? access::update : access::write, nothing_gone{}}};
        }
    };

    forbidden forbidden_;
    lkmm::history& history_ = forbidden_.history;
    visible_stores<forbidden> visible_{forbidden_};
    per_thread<view> read_;  ///< messages of what each thread has read, for smp_rmb()
    bool is_settled_ = true; ///< there is a store for each late load
    per_thread<step_index> newest_;
    per_thread<int> conditional_;     ///< the event with which a conditional change began
    per_thread<vector_clock> strong_; ///< what each thread comes after by a grace period
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/memory_models/lkmm_inl.hpp>
#endif
