// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/bell.hpp>
#include <wbsync/engine/lkmm/event_graph.hpp>
#include <wbsync/engine/lkmm/relation.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace wbsync::engine::lkmm {

/// The checks of linux-kernel.cat that forbid an execution, in the order and with the names of that
/// file.
enum class axiom : std::uint8_t {
    none, ///< the execution is allowed
    coherence,
    atomic,
    happens_before,
    propagation,
    rcu,
    plain_coherence,
};
[[nodiscard]] constexpr std::string_view name_of(axiom a) noexcept {
    constexpr std::string_view names[] = {
        "", "coherence", "atomic", "happens-before", "propagation", "rcu", "plain-coherence"};
    return names[static_cast<std::size_t>(a)];
}

/// Two accesses that race, one of them plain.
struct data_race {
    enum class kind : std::uint8_t { write_write, write_read, read_write } what;
    event_index first;
    event_index second;

    bool operator==(const data_race&) const = default;
};

/// A flaw of a test. None of these forbids the execution.
struct misuse {
    enum class kind : std::uint8_t {
        unmatched_rcu_lock,    ///< a section without an end
        unmatched_rcu_unlock,  ///< an end without a section
        unmatched_srcu_lock,   ///< an SRCU section without an end
        unmatched_srcu_unlock, ///< an end without an SRCU section
        multiple_srcu_matches, ///< two ends of one section
        invalid_sleep,         ///< synchronize_srcu() in an RCU section
        srcu_bad_value_match,  ///< the cookie was changed
        mixed_accesses,        ///< a plain write and a marked access with nothing between them
    } what;
    event_index first;
    event_index second; ///< equal to the first if only one event is involved

    bool operator==(const misuse&) const = default;
};

/// The Linux-kernel memory model (LKMM) on one candidate execution: the definitions of the kernel's
/// tools/memory-model/linux-kernel.cat, with the tags of linux-kernel.bell and linux-kernel.def as
/// they are since v6.13 (herd7's variant lkmmv2), one after the other and under their names, so
/// that model_inl.hpp can be read beside the file. lock.cat says which rf and co a lock may have;
/// that is up to whoever makes the graph, and what follows from them is here.
///
/// What the kernel's model leaves out is left out here, too: sizes of accesses, interrupts,
/// devices.
///
/// **Cost.** With n events every relation is n rows of n bits. The constructor computes what
/// follows from the program alone, judge() what follows from rf and co. Both are O(n³ / 64) at
/// worst; on hand-written tests (n = 20) judge() takes some ten microseconds. With grace periods
/// rcu-order is a fixed point, which takes at most as many rounds as there are grace periods and
/// sections.
///
/// **On a part of an execution.** Every axiom says that some relation is empty or acyclic, and
/// these relations grow with events, po, addr, data, ctrl, rf and co: nothing that may still change
/// is used in a complement. So judge() may be asked at any time, with reads that have no rf yet and
/// writes that co does not order yet, and what it forbids then it forbids for good. Four things
/// must be final for the events that are there:
///  - kind, order, location and thread of an event, and whether a read-modify-write failed: if that
///    is open, the event is not there yet, or is `once` with `rmw` set and without its partner;
///  - the place in po. An event may be added before others of its thread (they were performed
///    early), but no rcu_lock or rcu_unlock before one of these, since sections are matched by
///    what stands between them;
///  - co as far as it is decided: it is transitive, but may be partial. fr is made of rf and co,
///   and so grows with them;
///  - a lock's rf, if there is one, is that of the section directly before. (An unlock and any
///    later section of its lock may have an edge as well: hb orders them by those in between.)
///
/// By axiom: `coherence` and `atomic` need rf and co of one location; `happens-before` and
/// `propagation` need rf and co of any location, among the events that are there; `rcu` needs grace
/// periods and ended sections (an open one adds nothing); `plain-coherence` needs all of that, and
/// so does no harm on a part. races() and misuses() are not monotone, so they are asked only when
/// the execution is complete. But rw-xbstar and similar relations only grow, so an ordered access
/// stays ordered.
///
/// A search that performs events one after the other, each with its rf and its place in co, can
/// close a cycle only where an edge goes against the order in which it performed them: a read of
/// another write than the newest in co (fr), a write that is not the last in co (co), or an event
/// that is before earlier ones in po (all of ppo, of rf and of fences). A step without any of these
/// need not be judged unless an earlier one of the execution had one. This is what psc_veto.hpp
/// does for one axiom.
class model {
public:
    /// `g` must outlive this object; its events and the relations of the program stay as they are.
    explicit model(const event_graph& g);

    /// Returns the axiom that forbids the graph with its current rf and co; the first one if there
    /// are several. The rest of this class is about the graph as it was judged last.
    axiom judge();

    /// Pairs of accesses that race, in the order of their numbers, if judge() found no axiom. The
    /// execution must be complete.
    [[nodiscard]] std::vector<data_race> races() const;
    /// Is there a race? Cheaper than the list.
    [[nodiscard]] bool has_race() const;

    /// What else is flagged. The execution must be complete.
    [[nodiscard]] std::vector<misuse> misuses() const;

    [[nodiscard]] const event_graph& graph() const noexcept { return g_; }

    // --- the definitions, of linux-kernel.bell and linux-kernel.cat, in that order ---------------
    // Empty: definitions behind an axiom that failed, and those that the execution has no use for.

    bell b;
    relation rf, rfi, rfe, co, coe, fr, fre;

    relation srcu_rscs;
    relation carry_dep, addr, data, ctrl;

    relation acq_po, po_rel, po_unlock_lock_po;
    event_set r4rmb;
    relation rmb, wmb, mb, gp, strong_fence, nonrw_fence, fence;

    relation po_loc, com;

    relation dep, rwdep, overwrite, to_w, to_r, ppo;

    relation rmw_sequence, cumul_fence, prop;
    relation hb;
    relation pb;

    relation rcu_link, rcu_order, rcu_fence, rb;

    relation xbstar, vis;
    relation w_pre_bounded, r_pre_bounded, w_post_bounded, r_post_bounded;
    relation ww_vis, wr_vis, rw_xbstar;
    relation pre_race;
    relation wr_incoh, rw_incoh, ww_incoh;

private:
    void program_fences();
    void communication();
    void dependencies();
    void fences();
    void preserved_program_order();
    void propagation_order();
    void grace_periods();
    void plain_accesses();
    void visibility();
    void plain_incoherence();
    [[nodiscard]] relation internal(relation r) const { return r &= b.internal; }
    [[nodiscard]] relation external(relation r) const { return r &= b.external; }
    [[nodiscard]] relation a_cumul(const relation& r) const;
    [[nodiscard]] relation ww_race() const;
    [[nodiscard]] relation wr_race() const;
    [[nodiscard]] relation rw_race() const;
    [[nodiscard]] relation compiler_barrier() const;

    const event_graph& g_;
    bool has_plain_ = false;
    bool has_grace_periods_ = false;
    relation hb_star_, pb_star_, strong_then_xbstar_;
    relation program_mb_; ///< the part of mb that needs no rf
    relation any_then_rmb_, rmb_then_any_;
};

} // namespace wbsync::engine::lkmm

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/lkmm/model_inl.hpp>
#endif
