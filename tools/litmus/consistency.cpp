// SPDX-License-Identifier: BSD-3-Clause
#include "consistency.hpp"

#include <algorithm>
#include <utility>

namespace wbsync::litmus {

consistency::consistency(const std::vector<const trace*>& threads,
                         const std::vector<std::int64_t>& initial)
    : model_(threads), sources_(model_.size()), writes_(initial.size()), locks_(initial.size()) {
    find_sections();
    for (std::size_t e = 0; e != model_.size(); ++e)
        if (model_.event(e).what == trace_event::kind::write)
            writes_[static_cast<std::size_t>(model_.event(e).location)].push_back(e);
    find_sources(initial);
}

void consistency::find_sections() {
    for (std::size_t e = 0; e != model_.size(); ++e) {
        const trace_event& is = model_.event(e);
        if (is.what == trace_event::kind::lock_read)
            locks_[static_cast<std::size_t>(is.location)].push_back({e, e + 1, -1});
        if (is.what == trace_event::kind::unlock)
            for (lock_section& s : locks_[static_cast<std::size_t>(is.location)])
                if (s.unlock < 0 && model_.thread(s.lock_read) == model_.thread(e))
                    s.unlock = static_cast<int>(e);
    }
}

/// Which writes a read may see, from their values and its own thread.
void consistency::find_sources(const std::vector<std::int64_t>& initial) {
    const relation& po = model_.program_order();
    for (std::size_t r = 0; r != model_.size(); ++r) {
        const trace_event& read = model_.event(r);
        const auto x = static_cast<std::size_t>(read.location);
        if (read.what == trace_event::kind::lock_fail) {
            for (const lock_section& s : locks_[x])
                if (!po.has(r, s.lock_read) &&
                    (s.unlock < 0 || !po.has(static_cast<std::size_t>(s.unlock), r)))
                    sources_[r].push_back(static_cast<int>(s.lock_write));
            // In its own section it sees the write of its own thread.
            for (const int w : std::vector<int>(sources_[r]))
                if (po.has(static_cast<std::size_t>(w), r))
                    sources_[r] = {w};
        }
        if (read.what == trace_event::kind::lock_free) {
            sources_[r].push_back(initial_value);
            for (const lock_section& s : locks_[x])
                if (s.unlock >= 0 && !po.has(r, static_cast<std::size_t>(s.unlock)))
                    sources_[r].push_back(s.unlock);
        }
        if (read.what != trace_event::kind::read)
            continue;
        bool overwritten = false;
        for (const std::size_t w : writes_[x]) {
            overwritten = overwritten || po.has(w, r);
            const bool hidden =
                std::any_of(writes_[x].begin(), writes_[x].end(), [&](std::size_t other) {
                    return po.has(w, other) && po.has(other, r);
                });
            if (model_.event(w).value == read.value && !po.has(r, w) && !hidden)
                sources_[r].push_back(static_cast<int>(w));
        }
        if (initial[x] == read.value && !overwritten)
            sources_[r].push_back(initial_value);
    }
}

std::vector<int> consistency::possible_last(int location) const {
    std::vector<int> found;
    const auto& all = writes_[static_cast<std::size_t>(location)];
    for (const std::size_t w : all)
        if (std::none_of(all.begin(), all.end(),
                         [&](std::size_t other) { return model_.program_order().has(w, other); }))
            found.push_back(static_cast<int>(w));
    return found;
}

/// What spin_lock() sees follows from the order of the sections.
bool consistency::is_decided_here(std::size_t read) const {
    const trace_event& e = model_.event(read);
    return e.reads() && e.what != trace_event::kind::lock_read;
}

bool consistency::search(const std::vector<int>& last, bool one, const visitor& visit,
                         const std::function<bool()>& spend) {
    visit_ = &visit;
    spend_ = &spend;
    one_ = one;
    out_of_time_ = false;
    for (std::size_t r = 0; r != model_.size(); ++r)
        if (is_decided_here(r) && sources_[r].empty())
            return true; // nobody writes what is read
    explore(root(last));
    return !out_of_time_;
}

consistency::node consistency::root(const std::vector<int>& last) const {
    const std::size_t n = model_.size();
    node first{{relation(n), relation(n), event_set(n), relation(n)},
               std::vector<int>(n, undecided)};
    for (const auto& all : writes_)
        for (const std::size_t a : all)
            for (const std::size_t b : all)
                if (model_.program_order().has(a, b))
                    first.so_far.co.add(a, b);
    for (const int w : last)
        for (const std::size_t other : writes_[static_cast<std::size_t>(event(w).location)])
            if (static_cast<int>(other) != w)
                first.so_far.co.add(other, static_cast<std::size_t>(w));
    for (const auto& sections : locks_)
        for (const lock_section& a : sections)
            for (const lock_section& b : sections)
                if (model_.program_order().has(a.lock_write, b.lock_write) ||
                    (b.unlock < 0 && a.unlock >= 0))
                    first.so_far.co.add(a.lock_write, b.lock_write);
    for (std::size_t r = 0; r != n; ++r)
        if (sources_[r].size() == 1)
            see(first, r, sources_[r].front());
    return first;
}

void consistency::see(node& n, std::size_t read, int source) const {
    n.source[read] = source;
    if (source == initial_value)
        n.so_far.initial.add(read);
    else
        n.so_far.rf.add(static_cast<std::size_t>(source), read);
}

// --- what follows from what is decided ----------------------------------------------------------

/// Returns whether it is new.
bool consistency::order(node& n, int first, int second) const {
    const auto a = static_cast<std::size_t>(first);
    const auto b = static_cast<std::size_t>(second);
    if (n.so_far.co.has(a, b))
        return false;
    n.so_far.co.add(a, b);
    return true;
}

/// Adds orders of writes that follow. Returns whether there is no contradiction.
bool consistency::infer(node& n) const {
    for (bool again = true; again;) {
        n.so_far.co = n.so_far.co.plus();
        if (!n.so_far.co.irreflexive())
            return false;
        const relation before = n.so_far.co;
        if (!infer_from_reads(n) || !infer_from_locks(n))
            return false;
        again = n.so_far.co != before;
    }
    find_predecessors(n);
    return true;
}

bool consistency::infer_from_reads(node& n) const {
    for (std::size_t r = 0; r != model_.size(); ++r)
        if (model_.event(r).what == trace_event::kind::read && n.source[r] != undecided &&
            !infer_from_read(n, r))
            return false;
    return true;
}

/// Coherence, and read-modify-writes: nothing comes in between.
bool consistency::infer_from_read(node& n, std::size_t r) const {
    const relation& po = model_.program_order();
    const trace_event& read = model_.event(r);
    const int s = n.source[r];
    const bool updates = read.partner >= 0;
    const int own =
        updates ? static_cast<int>(model_.first_event(static_cast<std::size_t>(model_.thread(r)))) +
                      read.partner
                : -1;
    if (updates && s != initial_value)
        order(n, s, own);
    for (const std::size_t other : writes_[static_cast<std::size_t>(read.location)]) {
        const int w = static_cast<int>(other);
        if (w == s)
            continue;
        if (po.has(other, r)) {
            if (s == initial_value)
                return false;
            order(n, w, s);
        }
        if (po.has(r, other) && s != initial_value)
            order(n, s, w);
        if (!updates || w == own)
            continue;
        if (s == initial_value || n.so_far.co.has(static_cast<std::size_t>(s), other))
            order(n, own, w);
        if (s != initial_value && n.so_far.co.has(other, static_cast<std::size_t>(own)))
            order(n, w, s);
    }
    for (std::size_t later = r + 1; later != model_.size(); ++later) {
        const int s2 = n.source[later];
        if (!po.has(r, later) || s2 == undecided || s2 == s || s == initial_value ||
            model_.event(later).location != read.location)
            continue;
        if (s2 == initial_value)
            return false;
        order(n, s, s2);
    }
    return true;
}

/// Sections of one lock do not overlap.
bool consistency::infer_from_locks(node& n) const {
    for (const auto& sections : locks_)
        for (const lock_section& a : sections)
            for (const lock_section& b : sections) {
                if (a.lock_write == b.lock_write)
                    continue;
                const auto before = [&](std::size_t x, std::size_t y) {
                    return n.so_far.co.has(x, y);
                };
                const auto end = [](const lock_section& s) {
                    return s.unlock < 0 ? s.lock_write : static_cast<std::size_t>(s.unlock);
                };
                if (!before(a.lock_write, b.lock_write) && !before(a.lock_write, end(b)) &&
                    !before(end(a), b.lock_write) && !before(end(a), end(b)))
                    continue;
                if (a.unlock < 0)
                    return false;
                order(n, static_cast<int>(a.lock_write), a.unlock);
                order(n, a.unlock, static_cast<int>(b.lock_write));
                if (model_.thread(a.lock_read) != model_.thread(b.lock_read))
                    n.so_far.handed.add(end(a), b.lock_read);
            }
    for (const auto& sections : locks_)
        for (const lock_section& a : sections)
            if (a.unlock >= 0)
                order(n, static_cast<int>(a.lock_write), a.unlock);
    return true;
}

/// A lock sees the unlock directly before it, once all sections have an order.
void consistency::find_predecessors(node& n) const {
    for (const auto& sections : locks_) {
        const auto before = [&](const lock_section& a, const lock_section& b) {
            return n.so_far.co.has(a.lock_write, b.lock_write);
        };
        for (const lock_section& s : sections) {
            if (n.source[s.lock_read] != undecided)
                continue;
            // The last one of those before it, if each of the others is known to be elsewhere.
            const lock_section* last = nullptr;
            bool clear = true;
            for (const lock_section& o : sections) {
                if (o.lock_write == s.lock_write || before(s, o))
                    continue;
                if (!before(o, s))
                    clear = false;
                else if (last == nullptr || before(*last, o))
                    last = &o;
            }
            for (const lock_section& o : sections)
                if (last != nullptr && o.lock_write != last->lock_write && before(o, s) &&
                    !before(o, *last))
                    clear = false;
            if (clear)
                see(n, s.lock_read, last == nullptr ? initial_value : last->unlock);
        }
    }
}

// --- deciding -----------------------------------------------------------------------------------

bool consistency::is_possible(node& n) {
    if (!infer(n))
        return false;
    if (!(*spend_)()) {
        out_of_time_ = true;
        return false;
    }
    return !model_.forbids(n.so_far);
}

/// Returns whether there is need of more executions.
bool consistency::explore(node n) {
    if (!is_possible(n))
        return !out_of_time_;
    if (const int r = read_to_decide(n, false); r >= 0)
        return branch_on_read(n, static_cast<std::size_t>(r));
    int a = 0;
    int b = 0;
    const int section = read_to_decide(n, true);
    const bool pair = pair_to_decide(n, a, b);
    if (section < 0 && !pair)
        return (*visit_)(model_, n.so_far);
    if (one_ && complete_in_time_order(n))
        return false;
    if (out_of_time_)
        return false;
    return section >= 0 ? branch_on_read(n, static_cast<std::size_t>(section))
                        : branch_on_pair(n, a, b);
}

bool consistency::branch_on_read(const node& n, std::size_t read) {
    for (const int source : sources_[read]) {
        node next = n;
        see(next, read, source);
        if (!explore(std::move(next)))
            return false;
    }
    return true;
}

bool consistency::branch_on_pair(const node& n, int a, int b) {
    for (const auto& [first, second] : {std::pair{a, b}, std::pair{b, a}}) {
        node next = n;
        order(next, first, second);
        if (!explore(std::move(next)))
            return false;
    }
    return true;
}

/// The read with the fewest writes to see; srcu_read_lock() has nothing to say about values, and
/// comes last. -1: all are decided.
int consistency::read_to_decide(const node& n, bool sections) const {
    int best = -1;
    for (std::size_t r = 0; r != model_.size(); ++r) {
        const trace_event& e = model_.event(r);
        if (!is_decided_here(r) || n.source[r] != undecided || e.section != sections)
            continue;
        if (best < 0 || sources_[r].size() < sources_[static_cast<std::size_t>(best)].size())
            best = static_cast<int>(r);
    }
    return best;
}

bool consistency::pair_to_decide(const node& n, int& a, int& b) const {
    const auto open = [&](std::size_t x, std::size_t y) {
        a = static_cast<int>(x);
        b = static_cast<int>(y);
        return x < y && !n.so_far.co.has(x, y) && !n.so_far.co.has(y, x);
    };
    for (const auto& sections : locks_)
        for (const lock_section& x : sections)
            for (const lock_section& y : sections)
                if (open(x.lock_write, y.lock_write))
                    return true;
    for (const auto& all : writes_)
        for (const std::size_t x : all)
            for (const std::size_t y : all)
                if (open(x, y))
                    return true;
    return false;
}

/// Decides the rest as the order in time has it, which most often is possible: then an execution is
/// found without further search. Returns whether there is no need of more.
bool consistency::complete_in_time_order(node n) {
    const relation time = model_.executes_before();
    std::vector<std::size_t> sequence;
    std::vector<bool> placed(model_.size(), false);
    while (sequence.size() != model_.size())
        for (std::size_t e = 0; e != model_.size(); ++e) {
            bool ready = !placed[e];
            for (std::size_t o = 0; ready && o != model_.size(); ++o)
                ready = placed[o] || !time.has(o, e);
            if (ready) {
                placed[e] = true;
                sequence.push_back(e);
            }
        }
    std::vector<int> newest(writes_.size(), initial_value);
    std::vector<std::size_t> so_far;
    for (const std::size_t e : sequence) {
        const trace_event& is = model_.event(e);
        if (is.section && is.what == trace_event::kind::read && n.source[e] == undecided) {
            const int s = newest[static_cast<std::size_t>(is.location)];
            const auto& all = sources_[e];
            if (std::find(all.begin(), all.end(), s) == all.end())
                return false;
            see(n, e, s);
        }
        if (is.what != trace_event::kind::write && is.what != trace_event::kind::lock_write)
            continue;
        if (is.what == trace_event::kind::write)
            newest[static_cast<std::size_t>(is.location)] = static_cast<int>(e);
        for (const std::size_t earlier : so_far)
            if (model_.event(earlier).location == is.location && !n.so_far.co.has(e, earlier) &&
                order(n, static_cast<int>(earlier), static_cast<int>(e)) && !infer(n))
                return false;
        so_far.push_back(e);
    }
    return is_possible(n) && !(*visit_)(model_, n.so_far);
}

} // namespace wbsync::litmus
