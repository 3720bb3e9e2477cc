// SPDX-License-Identifier: BSD-3-Clause
#include "reordering.hpp"

#include "events.hpp"

#include <algorithm>
#include <utility>

namespace wbsync::litmus {

namespace {

/// A load and a later access of its thread that nothing orders after the load.
struct loose_pair {
    std::size_t first;
    std::size_t second;
    int broken_by = -1; ///< number of a move
};

/// Either the load `node` is performed late, or the access `node` early, before the load `before`.
struct move {
    bool late;
    std::size_t node;
    std::size_t before;
};

class analysis {
public:
    analysis(const litmus_test& test, const deadline& until) : test_(test), until_(until) {
        for (std::size_t p = 0; p != test.processes.size(); ++p) {
            first_.push_back(nodes_.size());
            threads_.push_back(events_of(test.processes[p]));
            order_.push_back(preserved_order(threads_.back()));
            for (const event& e : threads_.back())
                nodes_.push_back({p, &e});
        }
        edges_.resize(nodes_.size());
        add_communication();
        add_program_order();
    }

    reordering run() {
        for (loose_pair& l : loose_)
            l.broken_by = move_for(l);
        std::vector<bool> made(moves_.size(), true);
        for (std::size_t m = 0; m != moves_.size(); ++m) {
            made[m] = false;
            made[m] = closes_cycle(made);
        }
        reordering out;
        for (std::size_t m = 0; m != moves_.size(); ++m)
            if (made[m])
                make(moves_[m], out);
        for (const loose_pair& l : loose_)
            if (l.broken_by < 0 && out.impossible.empty() && closes(l, made))
                out.impossible = describe(l);
        if (late_)
            out = {{}, "max_seconds: which accesses may be reordered is not known"};
        return out;
    }

private:
    struct node {
        std::size_t thread;
        const event* is;
    };

    static bool calls(const event& e, action what) {
        return e.function != nullptr && e.function->what == what;
    }
    static bool locks(const event& e) {
        return calls(e, action::rcu_lock) || calls(e, action::srcu_lock) ||
               calls(e, action::srcu_down);
    }
    static bool unlocks(const event& e) {
        return calls(e, action::rcu_unlock) || calls(e, action::srcu_unlock) ||
               calls(e, action::srcu_up);
    }
    static bool synchronizes(const event& e) {
        return calls(e, action::rcu_synchronize) || calls(e, action::srcu_synchronize);
    }

    static bool same_location(const event& a, const event& b) {
        return a.any_location || b.any_location || a.location == b.location;
    }

    /// Is the first performed before the second, if they are of different threads and communicate?
    static bool communicate(const event& a, const event& b) {
        if ((unlocks(a) && synchronizes(b)) || (synchronizes(a) && locks(b)))
            return a.location == b.location;
        return a.writes && b.reads && same_location(a, b);
    }

    void add_communication() {
        for (std::size_t i = 0; i != nodes_.size(); ++i)
            for (std::size_t j = 0; j != nodes_.size(); ++j)
                if (nodes_[i].thread != nodes_[j].thread &&
                    communicate(*nodes_[i].is, *nodes_[j].is))
                    edges_[i].push_back(j);
    }

    /// Paths enter a thread where communication leads to, and leave it where communication starts.
    void add_program_order() {
        for (std::size_t p = 0; p != threads_.size(); ++p)
            for (std::size_t i = 0; i != threads_[p].size(); ++i)
                for (std::size_t j = i + 1; j < threads_[p].size(); ++j) {
                    const event& in = threads_[p][i];
                    const event& out = threads_[p][j];
                    if ((!in.reads && !locks(in) && !synchronizes(in)) ||
                        (!out.writes && !unlocks(out) && !synchronizes(out)))
                        continue;
                    if (order_[p][i][j] || !in.reads)
                        edges_[first_[p] + i].push_back(first_[p] + j);
                    else
                        loose_.push_back({first_[p] + i, first_[p] + j, -1});
                }
    }

    // --- how to reverse a pair -------------------------------------------------------------------

    [[nodiscard]] const event& at(std::size_t n) const { return *nodes_[n].is; }
    [[nodiscard]] bool ordered(std::size_t a, std::size_t b) const {
        const std::size_t first = first_[nodes_[a].thread];
        return order_[nodes_[a].thread][a - first][b - first];
    }
    /// The number of the event in its thread.
    [[nodiscard]] int number(std::size_t n) const {
        return static_cast<int>(n - first_[nodes_[n].thread]);
    }

    /// Must `d` be performed late together with the load?
    [[nodiscard]] bool late_with(std::size_t load, std::size_t d) const {
        return ordered(load, d) && (at(d).reads || at(d).writes);
    }

    [[nodiscard]] bool can_be_late(const loose_pair& l) const {
        if (!calls(at(l.first), action::load) || at(l.first).waits)
            return false;
        for (std::size_t d = l.first + 1; d != l.second; ++d) {
            const event& e = at(d);
            if (e.waits || (e.branches && ordered(l.first, d)) ||
                e.address.count(number(l.first)) != 0)
                return false;
            if (late_with(l.first, d) && !calls(e, action::load) && !calls(e, action::store))
                return false;
        }
        return true;
    }

    [[nodiscard]] bool can_be_early(const loose_pair& l) const {
        const event& in = at(l.first);
        const event& out = at(l.second);
        if ((!calls(out, action::store) && !calls(out, action::add)) || in.is_plain() ||
            out.any_location || out.arms.size() > in.arms.size() ||
            !std::equal(out.arms.begin(), out.arms.end(), in.arms.begin()))
            return false;
        for (std::size_t d = l.first; d != l.second; ++d)
            if (ordered(d, l.second) || out.operands.count(number(d)) != 0 || at(d).is_plain())
                return false;
        return true;
    }

    /// Is it a plain store of a constant, without anything before it that it has to come after?
    [[nodiscard]] bool can_be_guessed(const loose_pair& l) const {
        const event& in = at(l.first);
        const event& out = at(l.second);
        if (out.plain_store == nullptr || out.any_location ||
            out.plain_store->value.what != expression::kind::number || in.is_plain() || in.waits)
            return false;
        for (std::size_t d = l.first; d != l.second; ++d)
            if (ordered(d, l.second) || at(d).any_location || at(d).location == out.location ||
                at(d).waits)
                return false;
        return true;
    }

    /// The number of the move that breaks the pair, or -1.
    int move_for(const loose_pair& l) {
        move m{true, l.first, l.first};
        if (!can_be_late(l)) {
            if (!can_be_early(l) && !can_be_guessed(l))
                return -1;
            m = {false, l.second, l.first};
        }
        for (std::size_t i = 0; i != moves_.size(); ++i)
            if (moves_[i].late == m.late && moves_[i].node == m.node &&
                (m.late || moves_[i].before <= m.before))
                return static_cast<int>(i);
        moves_.push_back(m);
        return static_cast<int>(moves_.size()) - 1;
    }

    // --- which moves are needed -----------------------------------------------------------------

    [[nodiscard]] static bool is_broken(const loose_pair& l, const std::vector<bool>& made) {
        return l.broken_by >= 0 && made[static_cast<std::size_t>(l.broken_by)];
    }

    /// Is there a cycle through a pair that some move could break?
    [[nodiscard]] bool closes_cycle(const std::vector<bool>& made) {
        return std::any_of(loose_.begin(), loose_.end(), [&](const loose_pair& l) {
            return l.broken_by >= 0 && !is_broken(l, made) && closes(l, made);
        });
    }

    /// Is there a path back from the second access of the pair to the first? It must not go through
    /// anything that is ordered before the second one or after the first: such a cycle exists
    /// without the pair as well.
    [[nodiscard]] bool closes(const loose_pair& pair, const std::vector<bool>& made) {
        late_ = late_ || until_.over();
        if (late_)
            return false;
        std::vector<bool> seen(nodes_.size(), false);
        for (std::size_t n = 0; n != nodes_.size(); ++n)
            seen[n] = nodes_[n].thread == nodes_[pair.first].thread &&
                      (ordered(n, pair.second) || ordered(pair.first, n));
        std::vector<std::size_t> left{pair.second};
        const auto visit = [&](std::size_t n) {
            if (!seen[n])
                left.push_back(n);
            seen[n] = true;
        };
        while (!left.empty()) {
            const std::size_t n = left.back();
            left.pop_back();
            if (n == pair.first)
                return true;
            for (const std::size_t next : edges_[n])
                visit(next);
            for (const loose_pair& l : loose_)
                if (l.first == n && !is_broken(l, made))
                    visit(l.second);
        }
        return false;
    }

    void make(const move& m, reordering& out) const {
        if (!m.late) {
            add(m.node, at(m.before).site, out);
            return;
        }
        std::size_t last = m.node;
        for (const loose_pair& l : loose_)
            if (l.first == m.node && l.broken_by >= 0 &&
                moves_[static_cast<std::size_t>(l.broken_by)].late)
                last = std::max(last, l.second);
        add(m.node, -1, out);
        for (std::size_t d = m.node + 1; d < last; ++d)
            if (late_with(m.node, d) && (calls(at(d), action::load) || calls(at(d), action::store)))
                add(d, -1, out);
    }

    void add(std::size_t n, int before_site, reordering& out) const {
        const auto process = static_cast<int>(nodes_[n].thread);
        const event& e = at(n);
        for (const detached_access& d : out.accesses)
            if (d.process == process && d.site == e.site)
                return;
        out.accesses.push_back(
            {process, e.site, before_site, e.source, e.plain_store,
             fmt::format("{}:{}", test_.processes[nodes_[n].thread].name, e.at.line)});
    }

    [[nodiscard]] std::string describe(const loose_pair& l) const {
        return fmt::format("the {}access in line {} of {} performed before the one in line {}",
                           at(l.second).is_plain() ? "plain " : "", at(l.second).at.line,
                           test_.processes[nodes_[l.first].thread].name, at(l.first).at.line);
    }

    const litmus_test& test_;
    const deadline& until_;
    bool late_ = false;
    std::vector<std::vector<event>> threads_;
    std::vector<std::vector<std::vector<bool>>> order_;
    std::vector<std::size_t> first_; ///< node of each thread's first event
    std::vector<node> nodes_;
    std::vector<std::vector<std::size_t>> edges_;
    std::vector<loose_pair> loose_;
    std::vector<move> moves_;
};

} // namespace

reordering find_reordering(const litmus_test& test, const deadline& until) {
    return analysis(test, until).run();
}

} // namespace wbsync::litmus
