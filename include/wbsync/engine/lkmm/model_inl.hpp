// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/model.hpp>

#include <wbsync/engine/lkmm/bell_inl.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine::lkmm {

WBSYNC_INLINE model::model(const event_graph& g)
    : b(g), g_(g), has_plain_(!b.plain.empty()),
      has_grace_periods_(!b.sync_rcu.empty() || !b.sync_srcu.empty()) {
    program_fences();
    if (has_plain_)
        pre_race = b.external & (product(b.plain, b.m) | product(b.m - b.iw, b.plain));
}

WBSYNC_INLINE axiom model::judge() {
    communication();
    if (!(po_loc | com).acyclic())
        return axiom::coherence;
    if (!(b.rmw & fre.then(coe)).empty())
        return axiom::atomic;
    dependencies();
    fences();
    preserved_program_order();
    propagation_order();
    if (!hb_star_.irreflexive()) // still hb+ here
        return axiom::happens_before;
    hb_star_ = hb_star_.maybe();
    pb = seq(prop, strong_fence, hb_star_, b.marked);
    pb_star_ = pb.plus();
    if (!pb_star_.irreflexive())
        return axiom::propagation;
    pb_star_ = pb_star_.maybe();
    grace_periods();
    if (!rb.irreflexive())
        return axiom::rcu;
    if (!has_plain_)
        return axiom::none;
    plain_accesses();
    return (wr_incoh | rw_incoh | ww_incoh).empty() ? axiom::none : axiom::plain_coherence;
}

// --- Basic relations ----------------------------------------------------------------------------

/// The part of the fence relations that needs no rf.
WBSYNC_INLINE void model::program_fences() {
    const relation& po = b.po;
    const relation po_maybe = po.maybe();
    po_loc = po & b.loc;

    acq_po = seq(b.acquire, po, b.m);
    po_rel = seq(b.m, po, b.release);

    r4rmb = b.r - b.noreturn;
    rmb = seq(r4rmb, b.fencerel(b.rmb), r4rmb);
    wmb = seq(b.w, b.fencerel(b.wmb), b.w);
    program_mb_ = seq(b.m, b.fencerel(b.mb), b.m) |
                  // a read-modify-write that is a full barrier, as if there were fences around it
                  seq(b.m, po, b.mb & b.r) | seq(b.mb & b.w, po, b.m) |
                  seq(b.m, b.fencerel(b.before_atomic), b.rmw_events, po_maybe, b.m) |
                  seq(b.m, po_maybe, b.rmw_events, b.fencerel(b.after_atomic), b.m) |
                  seq(b.m, po_maybe, b.lkw, b.fencerel(b.after_spinlock), b.m) |
                  seq(b.m, po_maybe, b.srcu_unlock, b.fencerel(b.after_srcu_read_unlock), b.m);
    gp = seq(po, b.sync_rcu | b.sync_srcu, po_maybe);

    const event_set not_noreturn = b.all - b.noreturn;
    rmb_then_any_ = seq(r4rmb, b.fencerel(b.rmb), not_noreturn);
    any_then_rmb_ = seq(not_noreturn, b.fencerel(b.rmb), r4rmb);
}

WBSYNC_INLINE void model::communication() {
    rf = g_.rf;
    co = g_.co;
    fr = rf.inverse().then(co);
    rfi = internal(rf);
    rfe = external(rf);
    coe = external(co);
    fre = external(fr);
    com = rf | co | fr;
}

/// linux-kernel.bell: dependencies are carried by what the thread itself has stored.
WBSYNC_INLINE void model::dependencies() {
    const event_set not_srcu_unlock = b.all - b.srcu_unlock;
    carry_dep = seq(g_.data, not_srcu_unlock, rfi).star();
    addr = carry_dep.then(g_.addr);
    ctrl = carry_dep.then(g_.ctrl);
    data = carry_dep.then(g_.data);

    srcu_rscs = relation(g_.size());
    if (b.srcu_lock.empty())
        return;
    const relation carry_srcu_data = seq(g_.data, not_srcu_unlock, rf).star();
    srcu_rscs = seq(b.srcu_lock, carry_srcu_data, g_.data, b.srcu_unlock) & b.loc;
}

WBSYNC_INLINE void model::fences() {
    po_unlock_lock_po = seq(b.po, b.ul, b.po | rf, b.lkr, b.po);
    mb = program_mb_ | seq(b.m, po_unlock_lock_po, b.after_unlock_lock, b.po, b.m);
    strong_fence = mb | gp;
    nonrw_fence = strong_fence | po_rel | acq_po;
    fence = nonrw_fence | wmb | rmb;
}

// --- Instruction execution ordering -------------------------------------------------------------

WBSYNC_INLINE void model::preserved_program_order() {
    dep = addr | data;
    rwdep = (dep | ctrl).then(b.w);
    overwrite = co | fr;
    to_w = rwdep | internal(overwrite) | seq(addr, b.plain, wmb);
    to_r = addr | seq(dep, b.marked, rfi);
    ppo = to_r | to_w | internal(fence) | internal(po_unlock_lock_po);
}

WBSYNC_INLINE relation model::a_cumul(const relation& r) const {
    return r | seq(rfe, b.marked, r);
}

/// The definitions up to hb, and hb+.
WBSYNC_INLINE void model::propagation_order() {
    rmw_sequence = rf.then(b.rmw).star();
    cumul_fence = seq(b.marked, a_cumul(strong_fence | po_rel) | wmb | po_unlock_lock_po, b.marked,
                      rmw_sequence);
    prop = seq(b.marked, external(overwrite).maybe(), cumul_fence.star(), b.marked, rfe.maybe(),
               b.marked);
    hb = seq(b.marked, ppo | rfe | internal(prop - b.id), b.marked);
    hb_star_ = hb.plus();
}

// --- RCU ----------------------------------------------------------------------------------------

WBSYNC_INLINE void model::grace_periods() {
    rcu_link = rcu_order = rcu_fence = rb = relation(g_.size());
    if (!has_grace_periods_)
        return;
    const relation rcu_gp(b.sync_rcu);
    const relation srcu_gp(b.sync_srcu);
    const relation rcu_rscsi = b.rcu_rscs.inverse();
    const relation srcu_rscsi = srcu_rscs.inverse();

    rcu_link = seq(b.po.maybe(), hb_star_, pb_star_, prop, b.po);

    rcu_order = rcu_gp | srcu_gp;
    for (relation before(0); before != rcu_order;) {
        before = rcu_order;
        const relation between = rcu_link | seq(rcu_link, rcu_order, rcu_link);
        rcu_order |= seq(rcu_gp, between, rcu_rscsi) | (seq(srcu_gp, between, srcu_rscsi) & b.loc) |
                     seq(rcu_rscsi, between, rcu_gp) | (seq(srcu_rscsi, between, srcu_gp) & b.loc) |
                     seq(rcu_order, rcu_link, rcu_order);
    }
    rcu_fence = seq(b.po, rcu_order, b.po.maybe());
    fence |= rcu_fence;
    strong_fence |= rcu_fence;

    rb = seq(prop, rcu_fence, hb_star_, pb_star_, b.marked);
}

// --- Plain accesses and data races --------------------------------------------------------------

WBSYNC_INLINE void model::plain_accesses() {
    xbstar = (hb | pb | rb).star();
    strong_then_xbstar_ = strong_fence.then(xbstar);
    vis = seq(cumul_fence.star(), rfe.maybe(), b.marked,
              seq(strong_fence, b.marked, xbstar) | internal(xbstar));

    w_pre_bounded = seq(b.marked, (addr | fence).maybe());
    r_pre_bounded = seq(b.marked, (addr | nonrw_fence | rmb_then_any_).maybe());
    w_post_bounded = seq(fence.maybe(), b.marked, rmw_sequence);
    r_post_bounded = seq((nonrw_fence | any_then_rmb_).maybe(), b.marked);

    visibility();
    plain_incoherence();
}

WBSYNC_INLINE void model::visibility() {
    const relation seen = strong_then_xbstar_ | w_post_bounded.then(vis);
    ww_vis = fence | seen.then(w_pre_bounded);
    wr_vis = fence | seen.then(r_pre_bounded);
    rw_xbstar = fence | seq(r_post_bounded, xbstar, w_pre_bounded);
}

WBSYNC_INLINE void model::plain_incoherence() {
    wr_incoh = pre_race & rf & rw_xbstar.inverse();
    rw_incoh = pre_race & fr & wr_vis.inverse();
    ww_incoh = pre_race & co & ww_vis.inverse();
}

WBSYNC_INLINE relation model::ww_race() const {
    const relation ww_nonrace =
        ww_vis & (product(b.marked, b.w) | rw_xbstar) & (product(b.w, b.marked) | wr_vis);
    return (pre_race & co) - ww_nonrace;
}

WBSYNC_INLINE relation model::wr_race() const {
    return (pre_race & co.maybe().then(rf)) - wr_vis - rw_xbstar.inverse();
}

WBSYNC_INLINE relation model::rw_race() const {
    return (pre_race & fr) - rw_xbstar;
}

WBSYNC_INLINE bool model::has_race() const {
    return has_plain_ && !(ww_race() | wr_race() | rw_race()).empty();
}

WBSYNC_INLINE std::vector<data_race> model::races() const {
    std::vector<data_race> found;
    if (!has_plain_)
        return found;
    const auto note = [&](const relation& pairs, data_race::kind what) {
        pairs.each([&](event_index x, event_index y) { found.push_back({what, x, y}); });
    };
    note(ww_race(), data_race::kind::write_write);
    note(wr_race(), data_race::kind::write_read);
    note(rw_race(), data_race::kind::read_write);
    std::sort(found.begin(), found.end(), [](const data_race& x, const data_race& y) {
        return std::pair(x.first, x.second) < std::pair(y.first, y.second);
    });
    return found;
}

// --- What is flagged otherwise ------------------------------------------------------------------

/// `barrier`: pairs across which the compiler moves nothing.
WBSYNC_INLINE relation model::compiler_barrier() const {
    return b.fencerel(b.barrier | b.rmb | b.wmb | b.mb | b.sync_rcu | b.sync_srcu |
                      b.before_atomic | b.after_atomic | b.acquire | b.release | b.rcu_lock |
                      b.rcu_unlock | b.srcu_lock | b.srcu_unlock) |
           b.po.then(b.release) | b.po.from(b.acquire);
}

WBSYNC_INLINE std::vector<misuse> model::misuses() const {
    std::vector<misuse> found;
    using enum misuse::kind;
    const auto events = [&](const event_set& s, misuse::kind what) {
        s.each([&](event_index e) { found.push_back({what, e, e}); });
    };
    const auto pairs = [&](const relation& r, misuse::kind what) {
        r.each([&](event_index x, event_index y) { found.push_back({what, x, y}); });
    };
    events(b.rcu_lock - b.rcu_rscs.domain(), unmatched_rcu_lock);
    events(b.rcu_unlock - b.rcu_rscs.range(), unmatched_rcu_unlock);
    events(b.srcu_lock - srcu_rscs.domain(), unmatched_srcu_lock);
    events(b.srcu_unlock - srcu_rscs.range(), unmatched_srcu_unlock);
    pairs(srcu_rscs.inverse().then(srcu_rscs) - b.id, multiple_srcu_matches);
    pairs(b.rcu_rscs & seq(b.po, b.sync_srcu, b.po), invalid_sleep);
    relation changed(g_.size());
    srcu_rscs.each([&](event_index x, event_index y) {
        if (g_.events[x].value != g_.events[y].value)
            changed.add(x, y);
    });
    pairs(changed, srcu_bad_value_match);
    const event_set plain_writes = b.plain & b.w;
    const relation unseparated = po_loc - compiler_barrier();
    pairs(seq(plain_writes, unseparated, b.marked) | seq(b.marked, unseparated, plain_writes),
          mixed_accesses);
    return found;
}

} // namespace wbsync::engine::lkmm
