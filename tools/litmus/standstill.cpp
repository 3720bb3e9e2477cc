// SPDX-License-Identifier: BSD-3-Clause
#include "standstill.hpp"

#include "waiting_ring.hpp"

#include <algorithm>

namespace wbsync::litmus {

namespace {

engine::execution& execution() {
    return *engine::execution::current();
}

} // namespace

// --- what the threads report ---------------------------------------------------------------------

/// Everything that has to start first has started.
class standstill::turn final : public engine::guard {
public:
    turn(const standstill& of, const rcu_event& first) : of_(of), first_(first) {}
    [[nodiscard]] bool enabled() const override { return of_.has_started(first_); }
    [[nodiscard]] bool enabled_without(const engine::removed_steps&) const override {
        return false;
    }
    [[nodiscard]] std::string waits_for() const override { return "its turn"; }

private:
    const standstill& of_;
    rcu_event first_;
};

void standstill::begin(int processes, const std::vector<task>& tasks) {
    tasks_ = &tasks;
    waits_.assign(static_cast<std::size_t>(processes) + tasks.size(), {});
    sections_.clear();
    section_count_.clear();
    period_count_.clear();
    periods_.clear();
    performed_.clear();
}

standstill::wait& standstill::mine() {
    return waits_[static_cast<std::size_t>(execution().self())];
}

void standstill::waits_for_value(int location, std::int64_t value) {
    mine().what = wait::kind::value;
    mine().location = location;
    mine().value = value;
}
void standstill::waits_for_begin(const task& t) {
    mine().what = wait::kind::begin;
    mine().of = &t;
}
void standstill::waits_for_end(const task& t) {
    mine().what = wait::kind::end;
    mine().of = &t;
}
void standstill::waits_no_longer() {
    mine().what = wait::kind::nothing;
}

void standstill::wait_for_turn(const rcu_event& e) {
    mine().own = e;
    for (const ordered_events& wanted : learnt_.to_be_tried())
        if (wanted.second == e && !has_started(wanted.first)) {
            mine().what = wait::kind::turn;
            mine().before = wanted.first;
            const turn comes(*this, wanted.first);
            engine::operation op;
            op.verb = "wait for its turn";
            op.when = &comes;
            execution().announce(op);
            waits_no_longer();
        }
}

bool standstill::has_started(const rcu_event& e) const {
    if (e.section)
        return std::any_of(sections_.begin(), sections_.end(),
                           [&](const section& s) { return s.is == e; });
    const auto at = periods_.find(e);
    return at != periods_.end() && execution().seq(e.process) > at->second;
}

void standstill::section_may_start(int process, int domain) {
    wait_for_turn({process, domain, section_count_[{process, domain}]++, true});
}

void standstill::section_starts() {
    sections_.push_back({mine().own, execution().step_count() - 1});
}

standstill::section& standstill::section_of(int process, int domain, std::size_t number) {
    const rcu_event is{process, domain, static_cast<int>(number), true};
    return *std::find_if(sections_.begin(), sections_.end(),
                         [&](const section& s) { return s.is == is; });
}

void standstill::section_ends(int process, int domain, std::size_t number) {
    section_of(process, domain, number).left = true;
}

void standstill::section_is_kept_open(int process, int domain, std::size_t number, const task& by) {
    section_of(process, domain, number).keepers.push_back(&by);
}

void standstill::grace_period_may_start(int process, int domain) {
    const rcu_event e{process, domain, period_count_[{process, domain}]++, false};
    wait_for_turn(e);
    periods_[e] = execution().seq(execution().self());
    mine().what = wait::kind::grace_period;
}

// --- who waits for whom -------------------------------------------------------------------------

bool standstill::waits_for_order(thread_id t) const {
    return of(t).what == wait::kind::grace_period || of(t).what == wait::kind::turn;
}

/// Why a thread that waits for a grace period, or its turn, cannot go on.
std::vector<standstill::reason> standstill::reasons(thread_id t) const {
    const wait& w = of(t);
    if (w.what == wait::kind::turn)
        return {{w.before.process, {w.before, w.own}}};
    std::vector<reason> all;
    for (const section& s : sections_)
        if (s.is.domain == w.own.domain && s.start <= newest_.at(t))
            for (const thread_id holder : holders_of(s))
                all.push_back({holder, {s.is, w.own}});
    return all;
}

/// The threads that have to act before the section can end.
std::vector<standstill::thread_id> standstill::holders_of(const section& s) const {
    std::vector<thread_id> all;
    if (!s.left)
        all.push_back(s.is.process);
    for (const task* by : s.keepers)
        if (!by->done)
            all.push_back(by->thread);
    if (!s.left) // what the thread began in the section and leaves behind
        for (const task& begun : *tasks_)
            if (begun.process == s.is.process && begun.issued && !begun.done)
                all.push_back(begun.thread);
    return all;
}

/// The only thread that `t` waits for, if it waits for something else than an order; or -1.
standstill::thread_id standstill::waits_on(thread_id t) const {
    const wait& w = of(t);
    switch (w.what) {
    case wait::kind::value: {
        const writers::writer* const by = learnt_.stores().only_one(w.location, w.value);
        if (by == nullptr || performed_.count(by->store) != 0)
            return -1;
        for (const task& other : *tasks_)
            if (other.what == by->store && other.issued)
                return other.thread;
        return by->process;
    }
    case wait::kind::begin:
        if (!w.of->issued)
            return w.of->process;
        for (const task* before : w.of->after)
            if (!before->done)
                return before->thread;
        return -1;
    case wait::kind::end: return w.of->thread;
    default: return -1;
    }
}

/// The first thread on the chain of waits from `t`, including `t`, that waits for an order; or -1.
standstill::thread_id standstill::next_in_ring(thread_id t) const {
    for (std::size_t steps = 0; steps <= waits_.size(); ++steps) {
        if (t < 0 || waits_for_order(t))
            return t;
        t = waits_on(t);
    }
    return -1;
}

void standstill::note_newest_steps() {
    newest_.clear();
    const std::vector<engine::decision> steps = execution().policy().decisions();
    for (std::size_t i = 0; i != steps.size(); ++i)
        newest_[steps[i].thread] = static_cast<engine::step_index>(i);
}

std::vector<standstill::thread_id> standstill::waiting_for_order() const {
    std::vector<thread_id> all;
    for (thread_id t = 0; t != static_cast<thread_id>(waits_.size()); ++t)
        if (waits_for_order(t))
            all.push_back(t);
    return all;
}

bool standstill::explain() {
    note_newest_steps();
    const std::vector<thread_id> waiting = waiting_for_order();
    waiting_ring rings(waiting.size());
    for (std::size_t i = 0; i != waiting.size(); ++i)
        for (const reason& r : reasons(waiting[i])) {
            const auto next = std::find(waiting.begin(), waiting.end(), next_in_ring(r.holder));
            if (next != waiting.end())
                rings.add(i, static_cast<std::size_t>(next - waiting.begin()), r.because,
                          learnt_.is_known(r.because));
        }
    const std::vector<ordered_events> ring = rings.shortest();
    if (ring.empty())
        return false;
    learnt_.learn(ring);
    return true;
}

} // namespace wbsync::litmus
