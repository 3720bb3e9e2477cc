// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/lkmm/witness.hpp>

#include <wbsync/engine/lkmm/model_inl.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace wbsync::engine::lkmm {

namespace detail {

/// Takes the steps of a cycle apart.
class explanation {
public:
    explicit explanation(const model& m) : m_(m) {}

    std::vector<step> of(axiom broken);

private:
    enum class times : std::uint8_t { once, maybe, any };
    /// What a part of a sequence consists of.
    enum class part : std::uint8_t { itself, hb, pb, prop, cumul_fence, strong_fence, rcu_order };
    struct stage {
        relation r;
        std::string_view name;
        times how_often = times::once;
        part made_of = part::itself;
    };
    using sequence = std::vector<stage>;

    void leaf(event_index a, event_index b, std::string_view name) { out_.push_back({a, b, name}); }
    void cycle_of(const relation& r, void (explanation::*expand)(event_index, event_index));
    bool follow(event_index a, event_index b, const sequence& stages);
    void expand(const stage& s, event_index a, event_index b);

    void coherence_step(event_index a, event_index b);
    void hb(event_index a, event_index b);
    void pb(event_index a, event_index b);
    void prop(event_index a, event_index b);
    void cumul_fence(event_index a, event_index b);
    void strong_fence(event_index a, event_index b);
    void rb(event_index a, event_index b);
    void rcu_order(event_index a, event_index b);
    void find_layers();
    [[nodiscard]] relation between(const relation& order) const;
    void one_of(event_index a, event_index b,
                const std::vector<std::pair<relation, std::string_view>>& names);
    void atomic();
    void plain_coherence();
    [[nodiscard]] stage hb_star() const { return {m_.hb, "hb", times::any, part::hb}; }
    [[nodiscard]] stage pb_star() const { return {m_.pb, "pb", times::any, part::pb}; }
    [[nodiscard]] stage all_prop() const { return {m_.prop, "prop", times::once, part::prop}; }

    const model& m_;
    std::vector<step> out_;
    std::vector<relation> layers_; ///< rcu-order after each round of its fixed point
    std::size_t layer_ = 0;        ///< the last layer that may be used
};

WBSYNC_INLINE std::vector<step> explanation::of(axiom broken) {
    switch (broken) {
    case axiom::none: break;
    case axiom::coherence: cycle_of(m_.po_loc | m_.com, &explanation::coherence_step); break;
    case axiom::atomic: atomic(); break;
    case axiom::happens_before: cycle_of(m_.hb, &explanation::hb); break;
    case axiom::propagation: cycle_of(m_.pb, &explanation::pb); break;
    case axiom::rcu:
        for (event_index a = 0; a != m_.rb.size() && out_.empty(); ++a)
            if (m_.rb.has(a, a))
                rb(a, a);
        break;
    case axiom::plain_coherence: plain_coherence(); break;
    }
    return std::move(out_);
}

WBSYNC_INLINE void explanation::cycle_of(const relation& r,
                                         void (explanation::*expand_one)(event_index,
                                                                         event_index)) {
    const std::vector<event_index> on = r.cycle();
    for (std::size_t i = 0; i != on.size(); ++i)
        (this->*expand_one)(on[i], on[(i + 1) % on.size()]);
}

/// Adds the step with the name of the first relation that has the pair.
WBSYNC_INLINE void
explanation::one_of(event_index a, event_index b,
                    const std::vector<std::pair<relation, std::string_view>>& names) {
    for (const auto& [r, name] : names)
        if (r.has(a, b))
            return leaf(a, b, name);
}

/// Follows a shortest path from `a` to `b` along the stages, and takes it apart. False: there is
/// none.
WBSYNC_INLINE bool explanation::follow(event_index a, event_index b, const sequence& stages) {
    struct place {
        event_index at;
        std::size_t stage;  ///< the next stage
        std::size_t before; ///< index of the previous place
        bool moved;         ///< by a step, instead of skipping a stage
        std::size_t by;     ///< the stage of that step
    };
    const std::size_t n = m_.graph().size();
    std::vector<std::vector<bool>> seen(stages.size() + 1, std::vector<bool>(n, false));
    std::vector<place> all;
    const auto reach = [&](event_index at, std::size_t next, std::size_t before, bool moved,
                           std::size_t by) {
        if (seen[next][at])
            return;
        seen[next][at] = true;
        all.push_back({at, next, before, moved, by});
    };
    reach(a, 0, 0, false, 0);
    for (std::size_t i = 0; i != all.size(); ++i) {
        const place p = all[i];
        if (p.stage == stages.size()) {
            if (p.at != b)
                continue;
            std::vector<place> way;
            for (std::size_t k = i; k != 0; k = all[k].before)
                if (all[k].moved)
                    way.push_back(all[k]);
            std::reverse(way.begin(), way.end());
            event_index at = a;
            for (const place& q : way) {
                expand(stages[q.by], at, q.at);
                at = q.at;
            }
            return true;
        }
        const stage& s = stages[p.stage];
        if (s.how_often != times::once)
            reach(p.at, p.stage + 1, i, false, p.stage);
        s.r.each_after(p.at, [&](event_index next) {
            reach(next, s.how_often == times::any ? p.stage : p.stage + 1, i, true, p.stage);
        });
    }
    return false;
}

WBSYNC_INLINE void explanation::expand(const stage& s, event_index a, event_index b) {
    switch (s.made_of) {
    case part::itself: return leaf(a, b, s.name);
    case part::hb: return hb(a, b);
    case part::pb: return pb(a, b);
    case part::prop: return prop(a, b);
    case part::cumul_fence: return cumul_fence(a, b);
    case part::strong_fence: return strong_fence(a, b);
    case part::rcu_order: return rcu_order(a, b);
    }
}

// --- the relations ------------------------------------------------------------------------------

WBSYNC_INLINE void explanation::coherence_step(event_index a, event_index b) {
    one_of(a, b, {{m_.rf, "rf"}, {m_.co, "co"}, {m_.fr, "fr"}, {m_.po_loc, "po-loc"}});
}

WBSYNC_INLINE void explanation::hb(event_index a, event_index b) {
    const std::size_t before = out_.size();
    one_of(a, b,
           {{m_.rfe, "rfe"},
            {m_.addr, "addr"},
            {m_.data, "data"},
            {m_.ctrl.then(m_.b.w), "ctrl"},
            {m_.co & m_.b.internal, "coi"},
            {m_.fr & m_.b.internal, "fri"},
            {m_.rmb, "rmb"},
            {m_.wmb, "wmb"},
            {m_.acq_po, "acq-po"},
            {m_.po_rel, "po-rel"},
            {m_.mb, "mb"},
            {m_.gp, "gp"},
            {m_.po_unlock_lock_po & m_.b.internal, "po-unlock-lock-po"}});
    if (out_.size() != before)
        return;
    if (follow(a, b, {{m_.addr.then(m_.b.plain), "addr"}, {m_.wmb, "wmb"}}) ||
        follow(a, b, {{m_.addr.then(m_.b.marked), "addr"}, {m_.rfi, "rfi"}}) ||
        follow(a, b, {{m_.data.then(m_.b.marked), "data"}, {m_.rfi, "rfi"}}))
        return;
    prop(a, b);
}

WBSYNC_INLINE void explanation::pb(event_index a, event_index b) {
    follow(
        a, b,
        {all_prop(), {m_.mb | m_.gp, "strong-fence", times::once, part::strong_fence}, hb_star()});
}

WBSYNC_INLINE void explanation::prop(event_index a, event_index b) {
    const relation marked_overwrite = seq(m_.b.marked, m_.overwrite & m_.b.external, m_.b.marked);
    follow(a, b,
           {{marked_overwrite & m_.co, "coe", times::maybe},
            {marked_overwrite & m_.fr, "fre", times::maybe},
            {m_.cumul_fence, "cumul-fence", times::any, part::cumul_fence},
            {m_.rfe.then(m_.b.marked), "rfe", times::maybe}});
}

WBSYNC_INLINE void explanation::cumul_fence(event_index a, event_index b) {
    const stage back_by_reading{m_.rfe.then(m_.b.marked), "rfe", times::maybe};
    const stage rf{m_.rf, "rf"};
    const relation rmw_step = m_.rf.then(m_.b.rmw);
    const stage sequence_of_updates{rmw_step, "rf;rmw", times::any};
    const auto through = [&](const relation& r, std::string_view name, bool cumulative) {
        sequence s;
        if (cumulative)
            s.push_back(back_by_reading);
        s.push_back({r.then(m_.b.marked), name});
        s.push_back(sequence_of_updates);
        return follow(a, b, s);
    };
    (void)(through(m_.wmb, "wmb", false) || through(m_.po_rel, "po-rel", true) ||
           through(m_.mb, "mb", true) || through(m_.gp, "gp", true) ||
           through(m_.po_unlock_lock_po, "po-unlock-lock-po", false));
}

WBSYNC_INLINE void explanation::strong_fence(event_index a, event_index b) {
    one_of(a, b, {{m_.mb, "mb"}, {m_.gp, "gp"}, {m_.rcu_fence, "rcu-fence"}});
}

WBSYNC_INLINE void explanation::rb(event_index a, event_index b) {
    find_layers();
    layer_ = layers_.size() - 1;
    follow(a, b,
           {all_prop(),
            {m_.b.po, "po"},
            {m_.rcu_order, "rcu-order", times::once, part::rcu_order},
            {m_.b.po, "po", times::maybe},
            hb_star(),
            pb_star()});
}

// --- rcu-order, by the rounds of its fixed point ------------------------------------------------

WBSYNC_INLINE relation explanation::between(const relation& order) const {
    return m_.rcu_link | seq(m_.rcu_link, order, m_.rcu_link);
}

WBSYNC_INLINE void explanation::find_layers() {
    const relation gp(m_.b.sync_rcu | m_.b.sync_srcu);
    const relation rscsi = (m_.b.rcu_rscs | m_.srcu_rscs).inverse();
    relation same = m_.b.loc;
    for (event_index a = 0; a != same.size(); ++a)
        for (event_index b = 0; b != same.size(); ++b)
            if (m_.graph().events[a].location == m_.graph().events[b].location)
                same.add(a, b);
    layers_ = {gp};
    for (;;) {
        const relation& now = layers_.back();
        const relation next = now | (seq(gp, between(now), rscsi) & same) |
                              (seq(rscsi, between(now), gp) & same) | seq(now, m_.rcu_link, now);
        if (next == now)
            return;
        layers_.push_back(next);
    }
}

WBSYNC_INLINE void explanation::rcu_order(event_index a, event_index b) {
    const std::size_t outside = layer_;
    layer_ = 0;
    while (!layers_[layer_].has(a, b))
        ++layer_;
    if (layer_ == 0) {
        leaf(a, b, m_.b.sync_rcu.has(a) ? "rcu-gp" : "srcu-gp");
    } else {
        --layer_;
        const bool srcu = m_.graph().events[a].location != event::no_location;
        const stage gp{relation(srcu ? m_.b.sync_srcu : m_.b.sync_rcu),
                       srcu ? "srcu-gp" : "rcu-gp"};
        const stage rscsi{(srcu ? m_.srcu_rscs : m_.b.rcu_rscs).inverse(),
                          srcu ? "srcu-rscsi" : "rcu-rscsi"};
        const sequence link{
            {m_.b.po, "po", times::maybe}, hb_star(), pb_star(), all_prop(), {m_.b.po, "po"}};
        const stage order{layers_[layer_], "rcu-order", times::once, part::rcu_order};
        const auto joined = [&](const std::vector<stage>& parts) {
            sequence s;
            for (const stage& p : parts) {
                if (!s.empty())
                    s.insert(s.end(), link.begin(), link.end());
                s.push_back(p);
            }
            return follow(a, b, s);
        };
        (void)(joined({gp, rscsi}) || joined({rscsi, gp}) || joined({gp, order, rscsi}) ||
               joined({rscsi, order, gp}) || joined({order, order}));
    }
    layer_ = outside;
}

// --- what is no cycle of one relation -----------------------------------------------------------

WBSYNC_INLINE void explanation::atomic() {
    m_.b.rmw.each([&](event_index r, event_index w) {
        if (out_.empty() && follow(r, w, {{m_.fre, "fre"}, {m_.coe, "coe"}}))
            leaf(w, r, "rmw^-1");
    });
}

WBSYNC_INLINE void explanation::plain_coherence() {
    const auto first = [&](const relation& pairs, std::string_view there, std::string_view back) {
        pairs.each([&](event_index a, event_index b) {
            if (!out_.empty())
                return;
            leaf(a, b, there);
            leaf(b, a, back);
        });
    };
    first(m_.wr_incoh, "rf", "rw-xbstar");
    first(m_.rw_incoh, "fr", "wr-vis");
    first(m_.ww_incoh, "co", "ww-vis");
}

} // namespace detail

WBSYNC_INLINE std::vector<step> witness(const model& m, axiom broken) {
    return detail::explanation(m).of(broken);
}

} // namespace wbsync::engine::lkmm
