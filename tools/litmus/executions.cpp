// SPDX-License-Identifier: BSD-3-Clause
#include "executions.hpp"

#include <algorithm>

namespace wbsync::litmus {

namespace lkmm = engine::lkmm;
using lkmm::event_index;
using lkmm::relation;

executions::executions(const std::vector<const trace*>& threads,
                       const std::vector<location>& locations)
    : p_(graph_of(threads, locations)), sections_(locations.size()), writes_(locations.size()) {
    for (event_index e = 0; e != graph().size(); ++e) {
        has_plain_ = has_plain_ || graph().events[e].plain();
        if (is(e, lkmm::event_kind::write) || is(e, lkmm::event_kind::srcu_unlock))
            writes_[location_of(e)].push_back(e);
    }
    find_sections();
    find_sources();
}

bool executions::is(event_index e, lkmm::event_kind kind) const {
    return graph().events[e].kind == kind;
}

std::size_t executions::location_of(event_index e) const {
    return static_cast<std::size_t>(graph().events[e].location);
}

void executions::find_sections() {
    for (event_index e = 0; e != graph().size(); ++e) {
        if (is(e, lkmm::event_kind::lock_read))
            sections_[location_of(e)].push_back({e, e + 1, std::nullopt});
        if (is(e, lkmm::event_kind::unlock))
            for (section& s : sections_[location_of(e)])
                if (!s.unlock && graph().events[s.lock_read].thread == graph().events[e].thread)
                    s.unlock = e;
    }
}

std::vector<event_index> executions::possible_last(int location) const {
    const auto& all = writes_[static_cast<std::size_t>(location)];
    std::vector<event_index> found;
    for (const event_index w : all)
        if ((all.size() == 1 || !graph().events[w].initial()) &&
            std::none_of(all.begin(), all.end(), [&](event_index o) { return before(w, o); }))
            found.push_back(w);
    return found;
}

// --- which writes a read may see, by value and by the order of its own thread -------------------

void executions::find_sources() {
    for (event_index r = 0; r != graph().size(); ++r) {
        // The order of the sections determines what spin_lock() sees.
        if (!graph().events[r].reads() || is(r, lkmm::event_kind::lock_read))
            continue;
        reads_.push_back({r, {}});
        for (event_index w = graph().size(); w-- != 0;) // the initial write last
            if (may_see(r, w))
                reads_.back().writes.push_back(w);
    }
    std::stable_sort(reads_.begin(), reads_.end(), [](const read_choice& a, const read_choice& b) {
        return a.writes.size() < b.writes.size();
    });
}

bool executions::may_see(event_index read, event_index write) const {
    using kind = lkmm::event_kind;
    const lkmm::event& r = graph().events[read];
    const lkmm::event& w = graph().events[write];
    if (w.location != r.location || !w.writes() || before(read, write) || is_hidden(write, read))
        return false;
    if (r.kind == kind::lock_free)
        return w.kind == kind::unlock || w.initial();
    if (r.kind != kind::lock_fail)
        return w.value == r.value;
    // Inside of a section of its own thread, it sees that section.
    const auto& sections = sections_[location_of(read)];
    return w.kind == kind::lock_write &&
           std::none_of(sections.begin(), sections.end(), [&](const section& s) {
               return s.lock_write != write && is_inside(read, s);
           });
}

bool executions::is_inside(event_index e, const section& s) const {
    return before(s.lock_write, e) && !(s.unlock && before(*s.unlock, e));
}

/// Does a later write of the reading thread hide it?
bool executions::is_hidden(event_index write, event_index read) const {
    for (event_index o = 0; o != graph().size(); ++o)
        if (graph().events[o].writes() && location_of(o) == location_of(read) && before(o, read) &&
            (before(write, o) || graph().events[write].initial()))
            return true;
    return false;
}

// --- decisions. Each function returns whether to go on ------------------------------------------

void executions::each(const std::vector<event_index>& last, const visitor& visit) {
    if (!reads_.empty() && reads_.front().writes.empty())
        return; // nobody writes the value that is read
    visit_ = &visit;
    relation& co = p_.graph.co = p_.graph.rf = relation(graph().size());
    for (const auto& all : writes_)
        for (const event_index a : all)
            for (const event_index b : all)
                if (before(a, b) || (graph().events[a].initial() && a != b))
                    co.add(a, b);
    for (const event_index w : last)
        for (const event_index other : writes_[location_of(w)])
            if (other != w)
                co.add(other, w);
    for (const read_choice& r : reads_)
        if (r.writes.size() == 1)
            p_.graph.rf.add(r.writes.front(), r.read);
    if (possible())
        order_sections(0);
}

bool executions::possible() {
    if (!visit_->may_ask())
        return false;
    if (!model_)
        model_.emplace(p_.graph);
    const lkmm::axiom broken = model_->judge();
    if (broken != lkmm::axiom::none && visit_->forbidden)
        visit_->forbidden(broken);
    return broken == lkmm::axiom::none;
}

/// Makes a decision, continues, and takes it back.
template <class F>
bool executions::try_out(F decide_and_go_on) {
    const relation rf = graph().rf;
    const relation co = graph().co;
    const bool more = decide_and_go_on(p_.graph.rf, p_.graph.co);
    p_.graph.rf = rf;
    p_.graph.co = co;
    return more;
}

/// Orders the sections of the locks from number `lock` on.
bool executions::order_sections(std::size_t lock) {
    while (lock != sections_.size() && sections_[lock].empty())
        ++lock;
    if (lock == sections_.size())
        return choose_source(0);
    std::vector<const section*> all;
    for (const section& s : sections_[lock])
        all.push_back(&s);
    return place_section(lock, lock, std::move(all));
}

/// Chooses the next section. It sees `seen`, an unlock or the initial write. One without an end is
/// last.
bool executions::place_section(std::size_t lock, event_index seen,
                               std::vector<const section*> left) {
    if (left.empty())
        return order_sections(lock + 1);
    for (const section* s : left) {
        const auto comes_later = [&](const section* o) {
            return !before(o->lock_write, s->lock_write);
        };
        if ((!s->unlock && left.size() != 1) || !std::all_of(left.begin(), left.end(), comes_later))
            continue;
        const bool more = try_out([&](relation& rf, relation& co) {
            rf.add(seen, s->lock_read);
            co.add(seen, s->lock_write);
            if (s->unlock)
                co.add(s->lock_write, *s->unlock);
            co = co.plus();
            if (!possible())
                return true;
            std::vector<const section*> others = left;
            std::erase(others, s);
            return place_section(lock, s->unlock.value_or(seen), std::move(others));
        });
        if (!more)
            return false;
    }
    return true;
}

/// Chooses the sources of the reads from number `i` on.
bool executions::choose_source(std::size_t i) {
    while (i != reads_.size() && reads_[i].writes.size() == 1)
        ++i;
    if (i == reads_.size())
        return order_writes();
    const read_choice& open = reads_[i];
    return std::all_of(open.writes.begin(), open.writes.end(), [&](event_index w) {
        return try_out([&](relation& rf, relation&) {
            rf.add(w, open.read);
            return !possible() || choose_source(i + 1);
        });
    });
}

bool executions::order_writes() {
    for (const auto& all : writes_)
        for (const event_index a : all)
            for (const event_index b : all)
                if (a < b && !graph().co.has(a, b) && !graph().co.has(b, a))
                    return order_pair(a, b) && order_pair(b, a);
    return visit_->allowed();
}

bool executions::order_pair(event_index a, event_index b) {
    return try_out([&](relation&, relation& co) {
        co.add(a, b);
        co = co.plus();
        return !possible() || order_writes();
    });
}

} // namespace wbsync::litmus
