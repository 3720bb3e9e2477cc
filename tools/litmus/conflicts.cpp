// SPDX-License-Identifier: BSD-3-Clause
#include "conflicts.hpp"

#include <algorithm>

namespace wbsync::litmus {

// --- what holds in every execution ---------------------------------------------------------------

namespace {

/// The order of the threads' steps in every execution that meets the goal: program order, except
/// for accesses performed out of order, and from each store to the loads that have to read it.
class known_order {
public:
    known_order(const litmus_test& test, const reordering& reordered, const goal& towards,
                const writers& stores)
        : reordered_(reordered), towards_(towards), stores_(stores) {
        for (process_ = 0; process_ != static_cast<int>(test.processes.size()); ++process_) {
            newest_ = -1;
            depth_ = 0;
            visit(test.processes[static_cast<std::size_t>(process_)].body);
        }
        for (const auto& [store, load] : reads_)
            if (const auto at = accesses_.find(store); at != accesses_.end())
                after_[static_cast<std::size_t>(at->second)].push_back(load);
    }

    [[nodiscard]] const std::map<rcu_event, int>& events() const noexcept { return events_; }

    /// What comes after node `n`.
    [[nodiscard]] std::vector<bool> later_than(int n) const {
        std::vector<bool> seen(after_.size(), false);
        std::vector<int> left{n};
        while (!left.empty()) {
            const int at = left.back();
            left.pop_back();
            for (const int next : after_[static_cast<std::size_t>(at)]) {
                if (!seen[static_cast<std::size_t>(next)])
                    left.push_back(next);
                seen[static_cast<std::size_t>(next)] = true;
            }
        }
        return seen;
    }

private:
    void visit(const statement& s) {
        const std::size_t before = reads_.size();
        visit(s.value);
        visit(s.place);
        for (const statement& i : s.inner)
            visit(i);
        if (s.what != statement::kind::assign || reads_.size() != before)
            return;
        const std::int64_t* const wanted = towards_.wanted(process_, s.target);
        const expression& e = s.value;
        if (wanted == nullptr || e.what != expression::kind::call ||
            e.function->what != action::load || e.args.front().what != expression::kind::address)
            return;
        if (const auto* by = stores_.only_one(e.args.front().index, *wanted); by != nullptr)
            reads_.emplace_back(by->store, accesses_.at(&e));
    }

    void visit(const expression& e) {
        for (const expression& a : e.args)
            visit(a);
        if (e.what != expression::kind::call)
            return;
        const auto moved = [&](const detached_access& d) { return d.what == &e; };
        const auto at = std::find_if(reordered_.accesses.begin(), reordered_.accesses.end(), moved);
        if (at == reordered_.accesses.end())
            accesses_[&e] = in_order();
        else if (at->before_site < 0) // it comes after the previous steps of its thread
            accesses_[&e] = node(newest_);
        else
            accesses_[&e] = node(-1);
        note(e);
    }

    /// Notes the starts of sections and grace periods.
    void note(const expression& e) {
        const int n = accesses_.at(&e);
        switch (e.function->what) {
        case action::rcu_lock:
            if (depth_++ == 0)
                add(rcu_event::rcu, true, n);
            break;
        case action::rcu_unlock: --depth_; break;
        case action::rcu_synchronize: add(rcu_event::rcu, false, n); break;
        case action::srcu_lock: add(e.args.front().index, true, n); break;
        case action::srcu_synchronize: add(e.args.front().index, false, n); break;
        default: break;
        }
    }
    void add(int domain, bool section, int n) {
        rcu_event e{process_, domain, 0, section};
        while (events_.count(e) != 0)
            ++e.which;
        events_[e] = n;
    }

    int in_order() { return newest_ = node(newest_); }
    int node(int before) {
        after_.emplace_back();
        const int n = static_cast<int>(after_.size()) - 1;
        if (before >= 0)
            after_[static_cast<std::size_t>(before)].push_back(n);
        return n;
    }

    const reordering& reordered_;
    const goal& towards_;
    const writers& stores_;
    int process_ = 0;
    int newest_ = -1;
    int depth_ = 0;
    std::vector<std::vector<int>> after_;
    std::map<const expression*, int> accesses_;
    std::vector<std::pair<const expression*, int>> reads_;
    std::map<rcu_event, int> events_;
};

} // namespace

conflicts::conflicts(const litmus_test& test, const reordering& reordered, const goal& towards)
    : stores_(test) {
    const bool guesses = std::any_of(reordered.accesses.begin(), reordered.accesses.end(),
                                     [](const detached_access& d) { return d.what == nullptr; });
    if (!stores_.straight() || guesses)
        return;
    const known_order all(test, reordered, towards, stores_);
    if (all.events().size() > max_events)
        return;
    for (const auto& [e, node] : all.events()) {
        number_.emplace(e, static_cast<int>(number_.size()));
        events_.push_back(e);
    }
    for (const auto& [e, node] : all.events()) {
        const std::vector<bool> later = all.later_than(node);
        for (const auto& [other, at] : all.events())
            if (later[static_cast<std::size_t>(at)])
                add(known_, number_.at(e), number_.at(other));
    }
}

// --- what was learnt ----------------------------------------------------------------------------

bool conflicts::has(const order& o, int before, int after) {
    return ((o[static_cast<std::size_t>(before)] >> after) & 1) != 0;
}

/// False: this order is impossible.
bool conflicts::add(order& o, int before, int after) {
    if (before == after || has(o, after, before))
        return false;
    const std::uint64_t more = o[static_cast<std::size_t>(after)] | (std::uint64_t{1} << after);
    for (int a = 0; a != static_cast<int>(max_events); ++a)
        if (a == before || has(o, a, before))
            o[static_cast<std::size_t>(a)] |= more;
    return true;
}

bool conflicts::is_known(const ordered_events& e) const {
    return has(known_, number_.at(e.first), number_.at(e.second));
}

void conflicts::learn(const std::vector<ordered_events>& all) {
    std::vector<pair> clause;
    for (const ordered_events& e : all)
        clause.push_back({number_.at(e.first), number_.at(e.second)});
    learnt_.push_back(std::move(clause));
    tried_.clear();
    tries_ = 0;
    nothing_left_ = !some_order_left(known_, 0);
}

/// Looks for an order that reverses one pair of each conflict.
bool conflicts::some_order_left(const order& so_far, std::size_t from) {
    if (++tries_ > max_tries)
        return true;
    const auto is_avoided = [&](const pair& p) { return has(so_far, p.second, p.first); };
    while (from != learnt_.size() &&
           std::any_of(learnt_[from].begin(), learnt_[from].end(), is_avoided))
        ++from;
    if (from == learnt_.size())
        return true;
    for (const pair& p : learnt_[from]) {
        order with = so_far;
        if (!add(with, p.second, p.first))
            continue;
        tried_.push_back({events_[static_cast<std::size_t>(p.second)],
                          events_[static_cast<std::size_t>(p.first)]});
        if (some_order_left(with, from + 1))
            return true;
        tried_.pop_back();
    }
    return false;
}

} // namespace wbsync::litmus
