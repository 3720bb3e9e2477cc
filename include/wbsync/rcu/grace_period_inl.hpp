// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/rcu/grace_period.hpp>

#include <algorithm>

#include <fmt/core.h>

namespace wbsync::detail {

WBSYNC_INLINE void grace_periods::reset(engine::object_id id, const label* name) {
    id_ = id;
    name_ = name;
    started_ = {};
    for (engine::thread_id t = 0; t != engine::max_threads; ++t) {
        readers_[t].nesting = 0;
        readers_[t].open = 0;
        readers_[t].sections.clear();
    }
}

WBSYNC_INLINE void grace_periods::enter(engine::execution& run, const char* verb, const site& at) {
    if (!run.running())
        return;
    const engine::thread_id t = run.self();
    if (readers_[t].nesting++ == 0)
        start_section(run, verb, at);
    if (run.recording())
        run.note({.kind = event_kind::section_begin, .verb = verb, .where = at});
}

WBSYNC_INLINE void grace_periods::leave(engine::execution& run, const char* verb, const site& at) {
    if (!run.running())
        return;
    reader& r = readers_[run.self()];
    if (r.nesting == 0)
        run.fail("misuse", fmt::format("{} without a section to end", verb), at);
    if (run.recording())
        run.note({.kind = event_kind::section_end, .verb = verb, .where = at});
    if (--r.nesting == 0)
        end_section(run, r.sections.size() - 1, at);
}

WBSYNC_INLINE std::size_t grace_periods::start_section(engine::execution& run, const char* verb,
                                                       const site& at) {
    const engine::execution::call here(run);
    const engine::thread_id t = run.self();
    run.announce(step(engine::access_class::read, verb, at));
    ++readers_[t].open;
    run.note_nesting(1);
    readers_[t].sections.emplace_back();
    if (!engine::mutated(engine::mutant::section_learns_nothing))
        run.memory().receive_strongly(t, started_);
    return readers_[t].sections.size() - 1;
}

WBSYNC_INLINE void grace_periods::end_section(engine::execution& run, std::size_t number,
                                              const site& at) {
    const engine::execution::call here(run);
    reader& r = readers_[run.self()];
    run.local_step(at);
    section& s = r.sections[number];
    s.known = run.memory().propagated(run.self());
    s.seq = run.seq(run.self());
    s.ended = true;
    --r.open;
    run.note_nesting(-1);
    run.memory().tick(run.self());
}

WBSYNC_INLINE void grace_periods::hand_over(engine::thread_id t, std::size_t number) {
    keep_open(t, number);
    readers_[t].sections[number].ended = true;
    --readers_[t].open;
}

WBSYNC_INLINE void grace_periods::let_go(engine::execution& run, engine::thread_id t,
                                         std::size_t number, engine::thread_id who) {
    section& s = readers_[t].sections[number];
    s.others.push_back({run.memory().propagated(who), run.seq(who), who});
    --s.kept_open;
}

WBSYNC_INLINE void grace_periods::synchronize(engine::execution& run, const char* verb,
                                              const site& at, bool fences) {
    if (!run.running())
        return;
    if (inside(run.self()))
        run.fail("misuse",
                 fmt::format("{} inside of a read-side critical section waits for itself", verb),
                 at);
    if (fences)
        run.full_fence(at, verb, "before");
    run.announce(step(engine::mutated(engine::mutant::grace_period_commutes)
                          ? engine::access_class::none
                          : engine::access_class::add,
                      verb, at));
    started_.join(run.memory().now(run.self()));
    run.memory().tick(run.self());
    const waiting wait(*this, run.thread_count(), verb);
    if (run.recording())
        run.note({.kind = event_kind::grace_period_begin,
                  .verb = verb,
                  .object = domain(),
                  .order = event_order::full,
                  .where = at,
                  .waits_for = wait.readers()});
    if (wait.for_anybody() && !engine::mutated(engine::mutant::grace_period_waits_for_nobody)) {
        engine::operation op = step(engine::access_class::none, verb, at);
        op.when = &wait;
        run.announce(op);
        wait.finish(run);
        if (run.recording())
            run.note({.kind = event_kind::grace_period_end,
                      .verb = verb,
                      .object = domain(),
                      .order = event_order::full,
                      .where = at});
    }
    if (fences)
        run.full_fence(at, verb, "after");
}

WBSYNC_INLINE grace_periods::waiting::waiting(const grace_periods& of, int threads,
                                              const char* verb)
    : of_(of), verb_(verb) {
    for (engine::thread_id t = 0; t != threads; ++t) {
        if (of.readers_[t].sections.empty())
            continue;
        readers_ |= engine::only(t);
        sections_[t] = of.readers_[t].sections.size();
    }
}

WBSYNC_INLINE bool grace_periods::waiting::enabled() const {
    bool all = true;
    for_each([&](engine::thread_id t) { all = all && has_ended(t); });
    return all;
}

WBSYNC_INLINE std::string grace_periods::waiting::waits_for() const {
    std::string text = of_.domain().name;
    text = fmt::format("{} (grace period{}{}, waits for", verb_, text.empty() ? "" : " of ", text);
    for (const int t : readers())
        text += " " + engine::execution::current()->thread_name(t);
    return text + ")";
}

WBSYNC_INLINE std::vector<int> grace_periods::waiting::readers() const {
    std::vector<int> inside;
    for_each([&](engine::thread_id t) {
        if (!has_ended(t))
            inside.push_back(t);
    });
    return inside;
}

WBSYNC_INLINE void grace_periods::waiting::finish(engine::execution& run) const {
    for_each([&](engine::thread_id t) {
        for (std::size_t i = 0; i != sections_[t]; ++i) {
            const section& s = of_.readers_[t].sections[i];
            if (!engine::mutated(engine::mutant::grace_period_learns_nothing))
                run.memory().learn(run.self(), s.known);
            if (!engine::mutated(engine::mutant::grace_period_end_has_no_past))
                run.policy().order_after(t, s.seq);
            for (const part& p : s.others) {
                run.memory().learn(run.self(), p.known);
                run.policy().order_after(p.thread, p.seq);
            }
        }
    });
}

WBSYNC_INLINE bool grace_periods::waiting::has_ended(engine::thread_id t) const {
    const auto& all = of_.readers_[t].sections;
    return std::all_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(sections_[t]),
                       [](const section& s) { return s.ended && s.kept_open == 0; });
}

WBSYNC_INLINE engine::operation grace_periods::step(engine::access_class access, const char* verb,
                                                    const site& at) const {
    engine::operation op;
    op.object = id_;
    op.access = access;
    op.verb = verb;
    op.where = at;
    return op;
}

} // namespace wbsync::detail
