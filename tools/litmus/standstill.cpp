// SPDX-License-Identifier: BSD-3-Clause
#include "standstill.hpp"

#include <algorithm>
#include <limits>

namespace wbsync::litmus {

namespace {

engine::execution& execution() {
    return *engine::execution::current();
}

/// Shortest ways between a few nodes, and through which node they go first (Floyd, Warshall).
class distances {
public:
    static constexpr std::size_t infinite = std::numeric_limits<std::size_t>::max() / 4;

    explicit distances(std::size_t n) : n_(n), all_(n * n, {infinite, n}) {}

    void add(std::size_t from, std::size_t to, std::size_t length) {
        if (length < at(from, to).length)
            at(from, to) = {length, to};
    }
    void close() {
        for (std::size_t k = 0; k != n_; ++k)
            for (std::size_t i = 0; i != n_; ++i)
                for (std::size_t j = 0; j != n_; ++j)
                    if (at(i, k).length + at(k, j).length < at(i, j).length)
                        at(i, j) = {at(i, k).length + at(k, j).length, at(i, k).first};
    }
    [[nodiscard]] std::size_t length(std::size_t from, std::size_t to) const {
        return all_[from * n_ + to].length;
    }
    /// The number of nodes if there is no ring.
    [[nodiscard]] std::size_t on_shortest_ring() const {
        std::size_t best = n_;
        for (std::size_t i = 0; i != n_; ++i)
            if (length(i, i) < (best == n_ ? infinite : length(best, best)))
                best = i;
        return best;
    }
    /// The node after `from` on the way to `to`.
    [[nodiscard]] std::size_t first(std::size_t from, std::size_t to) const {
        return all_[from * n_ + to].first;
    }

private:
    struct way {
        std::size_t length;
        std::size_t first;
    };
    way& at(std::size_t i, std::size_t j) { return all_[i * n_ + j]; }

    std::size_t n_;
    std::vector<way> all_;
};

} // namespace

// --- what the threads tell ----------------------------------------------------------------------

/// What has to start first has started.
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
    for (const section& s : sections_) {
        if (s.is.domain != w.own.domain || s.start > newest_.at(t))
            continue;
        const auto add = [&](thread_id holder) { all.push_back({holder, {s.is, w.own}}); };
        if (!s.left)
            add(s.is.process);
        for (const task* by : s.keepers)
            if (!by->done)
                add(by->thread);
        if (!s.left) // what the thread has begun in the section and will leave behind
            for (const task& begun : *tasks_)
                if (begun.process == s.is.process && begun.issued && !begun.done)
                    add(begun.thread);
    }
    return all;
}

/// The one thread without which `t` cannot go on, if it waits for something else; or -1.
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

/// Who waits for an order and so holds up `t`, at some remove, or is `t` itself; or -1.
standstill::thread_id standstill::next_in_ring(thread_id t) const {
    for (std::size_t steps = 0; steps <= waits_.size(); ++steps) {
        if (t < 0 || waits_for_order(t))
            return t;
        t = waits_on(t);
    }
    return -1;
}

bool standstill::explain() {
    newest_.clear();
    const std::vector<engine::decision> steps = execution().by().decisions();
    for (std::size_t i = 0; i != steps.size(); ++i)
        newest_[steps[i].thread] = static_cast<engine::step_index>(i);
    std::vector<thread_id> waiting;
    for (thread_id t = 0; t != static_cast<thread_id>(waits_.size()); ++t)
        if (waits_for_order(t))
            waiting.push_back(t);
    const std::size_t n = waiting.size();
    distances between(n);
    std::vector<ordered_events> because(n * n);
    for (std::size_t i = 0; i != n; ++i)
        for (const reason& r : reasons(waiting[i])) {
            const auto at = std::find(waiting.begin(), waiting.end(), next_in_ring(r.holder));
            if (at == waiting.end())
                continue;
            const auto j = static_cast<std::size_t>(at - waiting.begin());
            // As few as possible that could be otherwise.
            const std::size_t cost = 1 + (learnt_.is_known(r.because) ? 0U : 64U);
            if (cost < between.length(i, j))
                because[i * n + j] = r.because;
            between.add(i, j, cost);
        }
    between.close();
    const std::size_t start = between.on_shortest_ring();
    if (start == n)
        return false;
    std::vector<ordered_events> ring;
    std::size_t i = start;
    do {
        const std::size_t next = between.first(i, start);
        ring.push_back(because[i * n + next]);
        i = next;
    } while (i != start);
    learnt_.learn(ring);
    return true;
}

} // namespace wbsync::litmus
