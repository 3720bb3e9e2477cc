// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "relation.hpp"
#include "trace.hpp"

#include <vector>

namespace wbsync::litmus {

/// How the events of an execution communicate, as far as it is decided. All that is decided here
/// only ever forbids more, so what is forbidden stays forbidden however the rest is decided.
struct communication {
    relation rf;       ///< from a write to the reads that return its value
    relation co;       ///< between writes of one location; without cycles, transitive
    event_set initial; ///< reads that return the initial value
    /// From an unlock to a later lock of the same spinlock by another thread, perhaps not the next.
    relation handed;
};

/// The Linux kernel memory model (LKMM) on one candidate execution: the definitions of the kernel's
/// tools/memory-model/linux-kernel.cat, linux-kernel.bell and lock.cat, under their names, so that
/// this file can be read beside them. The initial stores are left out: nothing comes before them.
class kernel_model {
public:
    /// Each thread goes this way.
    explicit kernel_model(const std::vector<const trace*>& threads);

    [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }
    [[nodiscard]] const trace_event& event(std::size_t e) const { return *events_[e]; }
    [[nodiscard]] int thread(std::size_t e) const { return thread_[e]; }
    [[nodiscard]] const relation& program_order() const noexcept { return po_; }
    /// The numbers of a thread's events begin here.
    [[nodiscard]] std::size_t first_event(std::size_t thread) const { return first_[thread]; }

    /// Does any axiom forbid what is decided?
    [[nodiscard]] bool forbids(const communication& c);

    /// The order in time of what forbids() was asked about last, and did not forbid.
    [[nodiscard]] const relation& executes_before() const noexcept { return xb_; }

    /// Two accesses that race, one of them plain, in the execution that forbids() was asked about
    /// last; everything must have been decided.
    [[nodiscard]] std::vector<std::size_t> race() const;

    /// An srcu_read_unlock() that ends no section or several, or a section that is not ended.
    /// Returns the event, or -1.
    [[nodiscard]] int unmatched_section(const communication& c) const;

    /// A plain value that is computed from itself: herd7 finds no such executions.
    [[nodiscard]] bool justifies_itself(const communication& c) const;

private:
    void number_events(const std::vector<const trace*>& threads);
    void order_events();
    void sort_events();
    void add_dependencies();
    void define_fences();
    void match_rcu_sections();
    [[nodiscard]] relation internal(relation r) const { return r &= int_; }
    [[nodiscard]] relation external(relation r) const { return r -= int_; }
    /// [first] ; po ; [fence] ; po ; [second]
    [[nodiscard]] relation around(const event_set& first, const event_set& fence,
                                  const event_set& second) const;
    [[nodiscard]] relation srcu_sections(const communication& c) const;

    bool incoherent(const communication& c);
    void define_order(const communication& c);
    bool grace_periods_forbid(const communication& c);
    void define_plain_orders();

    std::size_t n_ = 0;
    std::vector<const trace_event*> events_;
    std::vector<int> thread_;
    std::vector<std::size_t> first_;

    // What the program says, with the names of linux-kernel.bell and linux-kernel.cat.
    relation po_, int_, loc_, po_loc_;
    relation addr_, data_, ctrl_; ///< without what memory carries
    relation rmw_;
    relation rcu_rscs_;
    event_set all_, m_, r_, w_, marked_, plain_, noreturn_, updates_, acquire_, release_, mb_tag_;
    event_set unlock_, lock_read_, after_unlock_lock_, srcu_lock_, srcu_unlock_, not_srcu_unlock_;
    event_set sync_;
    relation rmb_, wmb_, mb_, po_rel_, acq_po_, gp_, rmb_then_any_, any_then_rmb_, pre_race_;
    bool has_plain_ = false, has_grace_periods_ = false;

    // What follows from a communication.
    relation rf_, co_, fr_, rfe_;
    relation addr_now_, mb_now_, strong_fence_, nonrw_fence_, fence_, rmw_sequence_, cumul_fence_;
    relation prop_, hb_, hb_star_, pb_, rcu_fence_, rb_, xb_;
    relation ww_vis_, wr_vis_, rw_xbstar_;
};

} // namespace wbsync::litmus
