// SPDX-License-Identifier: BSD-3-Clause
#include "kernel_model.hpp"

namespace wbsync::litmus {

kernel_model::kernel_model(const std::vector<const trace*>& threads) {
    number_events(threads);
    order_events();
    sort_events();
    add_dependencies();
    match_rcu_sections();
    define_fences();
}

// --- what the program says ----------------------------------------------------------------------

void kernel_model::number_events(const std::vector<const trace*>& threads) {
    for (std::size_t t = 0; t != threads.size(); ++t) {
        first_.push_back(events_.size());
        for (const trace_event& e : threads[t]->events) {
            events_.push_back(&e);
            thread_.push_back(static_cast<int>(t));
        }
    }
    n_ = events_.size();
}

/// po, int, loc. Two accesses of one expression have no order, unless one needs the other.
void kernel_model::order_events() {
    po_ = int_ = loc_ = relation(n_);
    for (std::size_t a = 0; a != n_; ++a)
        for (std::size_t b = 0; b != n_; ++b) {
            if (event(a).location >= 0 && event(a).location == event(b).location)
                loc_.add(a, b);
            if (thread_[a] != thread_[b])
                continue;
            int_.add(a, b);
            const std::size_t first = first_event(static_cast<std::size_t>(thread_[a]));
            const bool needs = event(b).address.test(a - first) || event(b).data.test(a - first) ||
                               event(b).control.test(a - first) ||
                               event(b).partner == static_cast<int>(a - first);
            if (a < b && (event(a).step != event(b).step || needs))
                po_.add(a, b);
        }
    po_ = po_.plus();
    po_loc_ = po_ & loc_;
}

/// The sets of linux-kernel.bell and lock.cat.
void kernel_model::sort_events() {
    for (event_set* s : {&all_, &m_, &r_, &w_, &marked_, &plain_, &noreturn_, &updates_, &acquire_,
                         &release_, &mb_tag_, &unlock_, &lock_read_, &after_unlock_lock_,
                         &srcu_lock_, &srcu_unlock_, &not_srcu_unlock_, &sync_})
        *s = event_set(n_);
    for (std::size_t i = 0; i != n_; ++i) {
        const trace_event& e = event(i);
        const auto put = [&](bool yes, event_set& into) {
            if (yes)
                into.add(i);
        };
        using enum trace_event::kind;
        all_.add(i);
        put(e.accesses(), m_);
        put(e.reads(), r_);
        put(e.writes(), w_);
        put(!e.plain, marked_);
        put(e.plain, plain_);
        put(e.no_result, noreturn_);
        put(e.updates, updates_);
        put(e.acquires, acquire_);
        put(e.releases, release_);
        put(e.full, mb_tag_);
        put(e.what == unlock, unlock_);
        put(e.what == lock_read, lock_read_);
        put(e.what == barrier && e.fence == fence_kind::after_unlock_lock, after_unlock_lock_);
        put(e.section && e.what == read, srcu_lock_);
        put(e.section && e.what == write, srcu_unlock_);
        put(!(e.section && e.what == write), not_srcu_unlock_);
        put(e.what == synchronize, sync_);
        has_plain_ = has_plain_ || e.plain;
        has_grace_periods_ = has_grace_periods_ || e.what == synchronize;
    }
}

void kernel_model::add_dependencies() {
    addr_ = data_ = ctrl_ = rmw_ = relation(n_);
    for (std::size_t b = 0; b != n_; ++b) {
        const trace_event& e = event(b);
        const std::size_t first = first_event(static_cast<std::size_t>(thread_[b]));
        for (std::size_t a = 0; first + a != b; ++a) {
            if (e.address.test(a))
                addr_.add(first + a, b);
            if (e.data.test(a) && e.writes())
                data_.add(first + a, b);
            if (e.control.test(a))
                ctrl_.add(first + a, b);
        }
        if (e.partner >= 0 && e.writes())
            rmw_.add(first + static_cast<std::size_t>(e.partner), b);
    }
}

/// rcu-rscs: an unlock belongs to the last lock that has none yet.
void kernel_model::match_rcu_sections() {
    rcu_rscs_ = relation(n_);
    std::vector<std::size_t> open;
    for (std::size_t e = 0; e != n_; ++e) {
        if (e == 0 || thread_[e] != thread_[e - 1])
            open.clear();
        if (event(e).what == trace_event::kind::rcu_lock)
            open.push_back(e);
        if (event(e).what == trace_event::kind::rcu_unlock && !open.empty()) {
            rcu_rscs_.add(open.back(), e);
            open.pop_back();
        }
    }
}

relation kernel_model::around(const event_set& first, const event_set& fence,
                              const event_set& second) const {
    return po_.from(first).to(fence).then(po_).to(second);
}

void kernel_model::define_fences() {
    const auto fences = [&](fence_kind kind) {
        event_set s(n_);
        for (std::size_t e = 0; e != n_; ++e)
            if (event(e).what == trace_event::kind::barrier && event(e).fence == kind)
                s.add(e);
        return s;
    };
    using enum fence_kind;
    event_set r4rmb(n_), lock_write(n_), full_read(n_), full_write(n_);
    for (std::size_t e = 0; e != n_; ++e) {
        if (r_.has(e) && !noreturn_.has(e))
            r4rmb.add(e);
        if (event(e).what == trace_event::kind::lock_write)
            lock_write.add(e);
        if (mb_tag_.has(e))
            (r_.has(e) ? full_read : full_write).add(e);
    }
    const relation po_maybe = po_.maybe();

    acq_po_ = po_.from(acquire_).to(m_);
    po_rel_ = po_.from(m_).to(release_);
    rmb_ = around(r4rmb, fences(read), r4rmb);
    wmb_ = around(w_, fences(write), w_);
    mb_ = around(m_, fences(full), m_) | po_.from(m_).to(full_read) | po_.from(full_write).to(m_);
    mb_ |= around(m_, fences(before_atomic), updates_).then(po_maybe).to(m_);
    const auto after = [&](const event_set& operation, fence_kind kind) {
        mb_ |= po_maybe.from(m_).to(operation).then(around(all_, fences(kind), m_));
    };
    after(updates_, after_atomic);
    after(lock_write, after_spinlock);
    after(srcu_unlock_, after_srcu_read_unlock);
    gp_ = po_.to(sync_).then(po_maybe);

    // For plain reads, on one side smp_rmb() orders everything.
    event_set not_noreturn(n_);
    for (std::size_t e = 0; e != n_; ++e)
        if (!noreturn_.has(e))
            not_noreturn.add(e);
    rmb_then_any_ = around(r4rmb, fences(read), not_noreturn);
    any_then_rmb_ = around(not_noreturn, fences(read), r4rmb);

    pre_race_ = relation(n_);
    for (std::size_t a = 0; a != n_; ++a)
        for (std::size_t b = 0; b != n_; ++b)
            if (!int_.has(a, b) && m_.has(a) && m_.has(b) && (plain_.has(a) || plain_.has(b)))
                pre_race_.add(a, b);
}

// --- what a communication adds ------------------------------------------------------------------

bool kernel_model::forbids(const communication& c) {
    if (incoherent(c))
        return true;
    define_order(c);
    if (!hb_.acyclic() || !pb_.acyclic())
        return true;
    rb_ = rcu_fence_ = relation(n_);
    if (has_grace_periods_ && grace_periods_forbid(c))
        return true;
    xb_ = (hb_ | pb_ | rb_).plus();
    if (!has_plain_)
        return false;
    define_plain_orders();
    // plain-coherence
    const relation wr_incoh = pre_race_ & rf_ & rw_xbstar_.inverse();
    const relation rw_incoh = pre_race_ & fr_ & wr_vis_.inverse();
    const relation ww_incoh = pre_race_ & co_ & ww_vis_.inverse();
    return !wr_incoh.empty() || !rw_incoh.empty() || !ww_incoh.empty();
}

/// The axioms of coherence and of read-modify-writes; rf, co and fr.
bool kernel_model::incoherent(const communication& c) {
    rf_ = c.rf;
    co_ = c.co;
    fr_ = rf_.inverse().then(co_) | (loc_.from(c.initial).to(w_));
    rfe_ = external(rf_);
    if (!(po_loc_ | rf_ | co_ | fr_).acyclic())
        return true;
    return !(rmw_ & external(fr_).then(external(co_))).empty();
}

/// From the dependencies to prop, hb and pb.
void kernel_model::define_order(const communication& c) {
    const relation rfi = internal(rf_);
    const relation carry_dep = data_.to(not_srcu_unlock_).then(rfi).star();
    addr_now_ = carry_dep.then(addr_);
    const relation ctrl = carry_dep.then(ctrl_);
    const relation data = carry_dep.then(data_);

    const relation po_unlock_lock_po = po_.to(unlock_).then((po_ | rf_).to(lock_read_)).then(po_);
    mb_now_ = mb_ | po_unlock_lock_po.from(m_).to(after_unlock_lock_).then(po_).to(m_);
    strong_fence_ = mb_now_ | gp_;
    nonrw_fence_ = strong_fence_ | po_rel_ | acq_po_;
    fence_ = nonrw_fence_ | wmb_ | rmb_;

    const relation dep = addr_now_ | data;
    const relation rwdep = (dep | ctrl).to(w_);
    const relation overwrite = co_ | fr_;
    const relation to_w = rwdep | internal(overwrite) | addr_now_.to(plain_).then(wmb_);
    const relation to_r = addr_now_.to(r_) | dep.to(marked_).then(rfi);
    const relation ppo = to_r | to_w | internal(fence_) | internal(po_unlock_lock_po);

    const relation strong_or_release = strong_fence_ | po_rel_;
    const relation a_cumul = strong_or_release | rfe_.to(marked_).then(strong_or_release);
    rmw_sequence_ = rf_.then(rmw_).star();
    cumul_fence_ =
        (a_cumul | wmb_ | po_unlock_lock_po).from(marked_).to(marked_).then(rmw_sequence_);
    prop_ = external(overwrite)
                .maybe()
                .from(marked_)
                .then(cumul_fence_.star())
                .to(marked_)
                .then(rfe_.maybe())
                .to(marked_);
    relation prop_int = internal(prop_);
    prop_int -= relation(n_).maybe();
    hb_ = (ppo | rfe_ | prop_int | c.handed).from(marked_).to(marked_);
    hb_star_ = hb_.star();
    pb_ = prop_.then(strong_fence_).then(hb_star_).to(marked_);
}

/// srcu-rscs: the cookie goes from the one to the other.
relation kernel_model::srcu_sections(const communication& c) const {
    const relation carried = data_.to(not_srcu_unlock_).then(c.rf).star();
    return carried.from(srcu_lock_).then(data_).to(srcu_unlock_) & loc_;
}

/// The RCU axiom.
bool kernel_model::grace_periods_forbid(const communication& c) {
    const relation rscsi = (rcu_rscs_ | srcu_sections(c)).inverse();
    const relation gp = relation(n_).maybe().from(sync_);
    // Grace periods and sections of RCU have no location.
    relation domain(n_);
    for (std::size_t a = 0; a != n_; ++a)
        for (std::size_t b = 0; b != n_; ++b)
            if (event(a).location == event(b).location)
                domain.add(a, b);

    const relation pb_star = pb_.star();
    const relation rcu_link = po_.maybe().then(hb_star_).then(pb_star).then(prop_).then(po_);
    relation rcu_order = gp;
    for (relation before; before != rcu_order;) {
        before = rcu_order;
        const relation between = rcu_link | rcu_link.then(rcu_order).then(rcu_link);
        rcu_order |= gp.then(between).then(rscsi) & domain;
        rcu_order |= rscsi.then(between).then(gp) & domain;
        rcu_order |= rcu_order.then(rcu_link).then(rcu_order);
    }
    rcu_fence_ = po_.then(rcu_order).then(po_.maybe());
    rb_ = prop_.then(rcu_fence_).then(hb_star_).then(pb_star).to(marked_);
    return !rb_.irreflexive();
}

/// Visibility and executes-before for plain accesses.
void kernel_model::define_plain_orders() {
    const relation fence = fence_ | rcu_fence_;
    const relation strong_fence = strong_fence_ | rcu_fence_;
    const relation xbstar = xb_.maybe();
    const relation vis = cumul_fence_.star()
                             .then(rfe_.maybe())
                             .to(marked_)
                             .then(strong_fence.to(marked_).then(xbstar) | internal(xbstar));

    const relation w_pre_bounded = (addr_now_ | fence).maybe().from(marked_);
    const relation r_pre_bounded = (addr_now_ | nonrw_fence_ | rmb_then_any_).maybe().from(marked_);
    const relation w_post_bounded = fence.maybe().to(marked_).then(rmw_sequence_);
    const relation r_post_bounded = (nonrw_fence_ | any_then_rmb_).maybe().to(marked_);

    const relation strong = strong_fence.then(xbstar);
    const relation visible = w_post_bounded.then(vis);
    ww_vis_ = fence | (strong | visible).then(w_pre_bounded);
    wr_vis_ = fence | (strong | visible).then(r_pre_bounded);
    rw_xbstar_ = fence | r_post_bounded.then(xbstar).then(w_pre_bounded);
}

std::vector<std::size_t> kernel_model::race() const {
    if (!has_plain_)
        return {};
    const relation after_write = wr_vis_ | rw_xbstar_.inverse();
    for (std::size_t a = 0; a != n_; ++a)
        for (std::size_t b = 0; b != n_; ++b) {
            if (!pre_race_.has(a, b))
                continue;
            const bool ww_nonrace = ww_vis_.has(a, b) && (marked_.has(a) || rw_xbstar_.has(a, b)) &&
                                    (marked_.has(b) || wr_vis_.has(a, b));
            const bool ww_race = co_.has(a, b) && !ww_nonrace;
            const bool wr_race = co_.maybe().then(rf_).has(a, b) && !after_write.has(a, b);
            const bool rw_race = fr_.has(a, b) && !rw_xbstar_.has(a, b);
            if (ww_race || wr_race || rw_race)
                return {a, b};
        }
    return {};
}

int kernel_model::unmatched_section(const communication& c) const {
    const relation rscs = srcu_sections(c);
    std::vector<int> ends(n_, 0), begins(n_, 0);
    for (std::size_t a = 0; a != n_; ++a)
        rscs.each_after(a, [&](std::size_t b) {
            ++begins[a];
            ++ends[b];
        });
    for (std::size_t e = 0; e != n_; ++e)
        if ((srcu_lock_.has(e) && begins[e] != 1) || (srcu_unlock_.has(e) && ends[e] != 1))
            return static_cast<int>(e);
    return -1;
}

bool kernel_model::justifies_itself(const communication& c) const {
    return has_plain_ && !(data_ | addr_ | c.rf).acyclic();
}

} // namespace wbsync::litmus
