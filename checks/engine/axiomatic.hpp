// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/execution_graph.hpp"
#include "checks/engine/program_model.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// A second opinion on the memory model that shares no code with the engine: execution graphs and
/// axioms instead of views, clocks and fence sets. Like the engine's model it lets modification
/// order follow the order in which stores are run, and has no load buffering.
namespace fuzz {

/// All final states of the executions of a program in which every thread reaches its end.
class axiomatic_exploration {
public:
    explicit axiomatic_exploration(const program& p) : program_(p) {
        moment m;
        m.so_far.results.fill(-1);
        m.threads.resize(p.threads.size());
        visit(m);
    }

    [[nodiscard]] const std::set<state>& finals() const { return finals_; }

private:
    using node = axiomatic::node;

    struct progress {
        bool waiting = false; ///< between the start and the end of a grace period
        std::int64_t last = 0;
        std::vector<int> must_end; ///< sections that the grace period waits for
        int section = -1;
        int unlock = none;         ///< node of the last unlock
        int lock = none;           ///< node of the last lock
        int atomic = none;         ///< the last read-modify-write
        int fence_waits = nowhere; ///< the node before a fence that waits for one, or `none`
    };

    static constexpr int none = -1;
    static constexpr int nowhere = -2;

    struct moment {
        axiomatic::graph g;
        state so_far;
        std::vector<progress> threads;
        std::vector<int> starts; ///< nodes of the starts of grace periods
        std::vector<int> ends;   ///< for each section: the node of its `leave`, or -1
        std::array<std::string, max_program_threads> own; ///< what each thread has done and read
    };

    void visit(const moment& m) {
        std::string key;
        for (const auto& h : m.own)
            key += h + "|";
        for (const auto& o : m.g.order) {
            for (const int w : o)
                key += name(m, w) + ",";
            key += "|";
        }
        if (!seen_.insert(key).second)
            return;
        bool finished = true;
        for (std::size_t t = 0; t != program_.threads.size(); ++t) {
            if (static_cast<std::size_t>(m.so_far.reached[t]) == program_.threads[t].size())
                continue;
            finished = false;
            advance(m, t);
        }
        if (!finished)
            return;
        state s = m.so_far;
        for (int v = 0; v != max_variables; ++v)
            s.values[static_cast<std::size_t>(v)] =
                static_cast<std::int16_t>(m.g.value(m.g.newest(v)));
        finals_.insert(s);
    }

    /// The name of a node, independent of the order in which the graph was built.
    static std::string name(const moment& m, int i) {
        if (i == axiomatic::initial)
            return "i";
        int index = 0;
        const int thread = m.g.nodes[static_cast<std::size_t>(i)].thread;
        for (int j = 0; j != i; ++j)
            index += m.g.nodes[static_cast<std::size_t>(j)].thread == thread ? 1 : 0;
        return fmt::format("{}.{}", thread, index);
    }

    void advance(const moment& m, std::size_t t) {
        const operation& o = program_.threads[t][static_cast<std::size_t>(m.so_far.reached[t])];
        if (o.conditional && m.threads[t].last == 0) {
            moment next = m;
            next.own[t] += "-";
            return done(next, t, o);
        }
        switch (o.what) {
        case kind::load:
        case kind::free_load: return load(m, t, o, false, [](auto) { return true; });
        case kind::load_acquire: return load(m, t, o, true, [](auto) { return true; });
        case kind::await_equal: return load(m, t, o, false, [&](auto v) { return v == o.value; });
        case kind::await_not: return load(m, t, o, false, [&](auto v) { return v != o.value; });
        case kind::await_acquire_equal:
            return load(m, t, o, true, [&](auto v) { return v == o.value; });
        case kind::store: return store(m, t, o, o.variable, o.value, false);
        case kind::store_release: return store(m, t, o, o.variable, o.value, true);
        case kind::unlock: return store(m, t, o, max_variables, 0, true);
        case kind::other_unlock: return store(m, t, o, max_variables + 1, 0, true);
        case kind::lock: return lock(m, t, o, max_variables);
        case kind::other_lock: return lock(m, t, o, max_variables + 1);
        case kind::add:
        case kind::fetch_add_relaxed:
        case kind::free_fetch_add: return add(m, t, o, false, false, false);
        case kind::free_xchg: return update(m, t, o, o.variable, o.value, false, false, false);
        case kind::fetch_add: return add(m, t, o, false, false, true);
        case kind::fetch_add_acquire: return add(m, t, o, true, false, false);
        case kind::fetch_add_release: return add(m, t, o, false, true, false);
        case kind::xchg: return update(m, t, o, o.variable, o.value, false, false, true);
        case kind::cmpxchg: // a failed one is a relaxed load
            if (m.g.value(m.g.newest(o.variable)) == o.value % 2)
                update(m, t, o, o.variable, o.value, false, false, true);
            return load(m, t, o, false, [&](auto v) { return v != o.value % 2; });
        case kind::add_unless: // the result is whether it added
            if (m.g.value(m.g.newest(o.variable)) != o.value % 2)
                update(m, t, o, o.variable, m.g.value(m.g.newest(o.variable)) + o.value, false,
                       false, true);
            return load(m, t, o, false, [&](auto v) { return v == o.value % 2; });
        case kind::mb: return fence(m, t, o, true, true, true);
        case kind::rmb: return fence(m, t, o, true, false, false);
        case kind::wmb: return fence(m, t, o, false, true, false);
        case kind::before_atomic: return fence_before_atomic(m, t, o);
        case kind::after_atomic: return fence_after(m, t, o, {m.threads[t].atomic});
        case kind::after_spinlock: return fence_after(m, t, o, {m.threads[t].lock});
        case kind::after_unlock_lock: return fence_after_unlock_lock(m, t, o);
        case kind::read_lock: return enter(m, t, o);
        case kind::read_unlock: return leave(m, t, o);
        case kind::synchronize: return m.threads[t].waiting ? end(m, t, o) : start(m, t, o);
        default: return; // is_composite(): not for these
        }
    }

    void done(moment& next, std::size_t t, const operation& o, std::int64_t result = 0) {
        if (gives_result(o.what) && !(o.conditional && next.threads[t].last == 0)) {
            std::size_t index = static_cast<std::size_t>(program_.results_before(t));
            for (int i = 0; i != next.so_far.reached[t]; ++i)
                index +=
                    gives_result(program_.threads[t][static_cast<std::size_t>(i)].what) ? 1 : 0;
            if (o.what == kind::add_unless)
                result = result == o.value % 2 ? 0 : 1;
            next.so_far.results[index] = static_cast<std::int16_t>(result);
            if (may_decide(o.what))
                next.threads[t].last = result;
        }
        ++next.so_far.reached[t];
        if (next.g.consistent())
            visit(next);
    }

    static node fence_node(std::size_t t, node::sort what, bool acquires, bool releases,
                           bool full) {
        node n;
        n.thread = static_cast<int>(t);
        n.what = what;
        n.acquires = acquires;
        n.releases = releases;
        n.full = full;
        return n;
    }
    static node full_fence(std::size_t t) {
        return fence_node(t, node::sort::fence, true, true, true);
    }

    template <class Accepts>
    void load(const moment& m, std::size_t t, const operation& o, bool acquires, Accepts accepts) {
        std::vector<int> sources = m.g.order[static_cast<std::size_t>(o.variable)];
        sources.push_back(axiomatic::initial);
        for (const int w : sources) {
            if (!accepts(m.g.value(w)))
                continue;
            moment next = m;
            node n;
            n.thread = static_cast<int>(t);
            n.reads = true;
            n.acquires = acquires;
            n.object = o.variable;
            n.from = w;
            next.own[t] += "r" + name(m, w);
            next.g.add(n);
            done(next, t, o, m.g.value(w));
        }
    }

    void store(const moment& m, std::size_t t, const operation& o, int object, std::int64_t value,
               bool releases) {
        moment next = m;
        node n;
        n.thread = static_cast<int>(t);
        n.writes = true;
        n.releases = releases;
        n.object = object;
        n.value = value;
        next.own[t] += "w";
        const int w = next.g.add(n);
        if (object >= max_variables)
            next.threads[t].unlock = w;
        done(next, t, o);
    }

    void lock(const moment& m, std::size_t t, const operation& o, int object) {
        if (m.g.value(m.g.newest(object)) == 0)
            update(m, t, o, object, 1, true, false, false);
    }

    void add(const moment& m, std::size_t t, const operation& o, bool acquires, bool releases,
             bool full) {
        update(m, t, o, o.variable, m.g.value(m.g.newest(o.variable)) + o.value, acquires, releases,
               full);
    }

    void update(const moment& m, std::size_t t, const operation& o, int object, std::int64_t value,
                bool acquires, bool releases, bool full) {
        moment next = m;
        if (full)
            next.g.add(full_fence(t));
        if (object < max_variables)
            reach_atomic(next, t);
        node n;
        n.thread = static_cast<int>(t);
        n.reads = n.writes = true;
        n.acquires = acquires;
        n.releases = releases;
        n.object = object;
        n.from = m.g.newest(object);
        n.value = value;
        next.own[t] += "u" + name(m, n.from);
        if (object >= max_variables)
            n.unlocks = unlocks_before(m, t, n.from);
        const int u = next.g.add(n);
        (object < max_variables ? next.threads[t].atomic : next.threads[t].lock) = u;
        if (full)
            next.g.add(full_fence(t));
        done(next, t, o, m.g.value(n.from));
    }

    void fence(const moment& m, std::size_t t, const operation& o, bool acquires, bool releases,
               bool full) {
        moment next = m;
        next.own[t] += "f";
        next.g.add(fence_node(t, node::sort::fence, acquires, releases, full));
        done(next, t, o);
    }

    // --- fences that belong to another operation ------------------------------------------------

    /// A full fence after everything up to those nodes, if they exist, in their threads.
    static node fence_only_after(std::size_t t, const std::vector<int>& nodes) {
        node n = full_fence(t);
        n.only_after = true;
        for (const int i : nodes)
            if (i >= 0)
                n.after.push_back(i);
        return n;
    }

    void fence_after(const moment& m, std::size_t t, const operation& o,
                     const std::vector<int>& nodes) {
        moment next = m;
        next.own[t] += "a";
        const node n = fence_only_after(t, nodes);
        if (!n.after.empty())
            next.g.add(n);
        done(next, t, o);
    }

    /// Everything before the unlocks that precede the last lock of the thread.
    void fence_after_unlock_lock(const moment& m, std::size_t t, const operation& o) {
        std::vector<int> nodes;
        if (const int l = m.threads[t].lock; l != none)
            for (const int u : m.g.nodes[static_cast<std::size_t>(l)].unlocks)
                nodes.push_back(node_before(m, u));
        fence_after(m, t, o, nodes);
    }

    void fence_before_atomic(const moment& m, std::size_t t, const operation& o) {
        moment next = m;
        next.own[t] += "b";
        next.threads[t].fence_waits = newest_of(m, t);
        done(next, t, o);
    }
    static void reach_atomic(moment& m, std::size_t t) {
        const int before = std::exchange(m.threads[t].fence_waits, nowhere);
        if (before >= 0)
            m.g.add(fence_only_after(t, {before}));
    }

    static std::vector<int> unlocks_before(const moment& m, std::size_t t, int from) {
        std::vector<int> all;
        for (const int u : {from, m.threads[t].unlock})
            if (u >= 0)
                all.push_back(u);
        return all;
    }

    /// The node before node `i` in its thread.
    static int node_before(const moment& m, int i) {
        int before = none;
        for (int j = 0; j != i; ++j)
            if (m.g.nodes[static_cast<std::size_t>(j)].thread ==
                m.g.nodes[static_cast<std::size_t>(i)].thread)
                before = j;
        return before;
    }
    static int newest_of(const moment& m, std::size_t t) {
        int newest = none;
        for (std::size_t j = 0; j != m.g.nodes.size(); ++j)
            if (m.g.nodes[j].thread == static_cast<int>(t))
                newest = static_cast<int>(j);
        return newest;
    }

    // --- RCU: each section ends before the end of a grace period, or starts after its start ------

    void enter(const moment& m, std::size_t t, const operation& o) {
        moment next = m;
        const int entry = next.g.add(fence_node(t, node::sort::enter, false, true, false));
        next.own[t] += "e";
        for (const int s : m.starts) {
            next.g.extra.add(s, entry);
            next.own[t] += name(m, s);
        }
        next.threads[t].section = static_cast<int>(m.ends.size());
        next.ends.push_back(-1);
        done(next, t, o);
    }

    void leave(const moment& m, std::size_t t, const operation& o) {
        moment next = m;
        next.ends[static_cast<std::size_t>(m.threads[t].section)] =
            next.g.add(fence_node(t, node::sort::leave, true, false, false));
        next.own[t] += "l";
        done(next, t, o);
    }

    void start(const moment& m, std::size_t t, const operation&) {
        moment next = m;
        next.g.add(full_fence(t));
        next.starts.push_back(next.g.add(fence_node(t, node::sort::start, false, false, false)));
        next.threads[t].waiting = true;
        next.threads[t].must_end.clear();
        next.own[t] += "s";
        for (std::size_t s = 0; s != m.ends.size(); ++s)
            next.threads[t].must_end.push_back(static_cast<int>(s));
        if (next.g.consistent())
            visit(next);
    }

    void end(const moment& m, std::size_t t, const operation& o) {
        moment next = m;
        const int grace_period_end =
            next.g.add(fence_node(t, node::sort::end, false, false, false));
        for (const int s : m.threads[t].must_end) {
            const int left = m.ends[static_cast<std::size_t>(s)];
            if (left < 0)
                return; // still inside
            next.g.extra.add(left, grace_period_end);
        }
        next.g.add(full_fence(t));
        next.threads[t].waiting = false;
        next.own[t] += "d";
        done(next, t, o);
    }

    const program& program_;
    std::set<std::string> seen_;
    std::set<state> finals_;
};

/// The final states of a program according to the axioms.
inline std::set<state> axiomatic_finals(const program& p) {
    return axiomatic_exploration(p).finals();
}

} // namespace fuzz
