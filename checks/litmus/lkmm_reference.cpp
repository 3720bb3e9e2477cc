// SPDX-License-Identifier: BSD-3-Clause
#include "lkmm_reference.hpp"

#include <wbsync/engine/lkmm/model.hpp>

#include "tools/litmus/graph.hpp"
#include "tools/litmus/partial_truth.hpp"
#include "tools/litmus/trace.hpp"
#include "tools/litmus/ways.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace lkmm_reference {

namespace {

using namespace wbsync::litmus;
namespace lkmm = wbsync::engine::lkmm;
using lkmm::event_index;
using lkmm::relation;

// --- one combination of ways --------------------------------------------------------------------

/// All executions in which the threads go these ways.
class executions {
public:
    executions(const std::vector<const trace*>& threads, const std::vector<location>& locations,
               const std::function<bool()>& spend)
        : locations_(locations.size()), g_(graph_of(threads, locations).graph), m_(g_),
          spend_(spend) {
        find_sections();
        find_writes();
        find_sources();
    }

    [[nodiscard]] const lkmm::event_graph& graph() const noexcept { return g_; }
    [[nodiscard]] const lkmm::model& model() const noexcept { return m_; }

    /// Writes that may be the last of their location.
    [[nodiscard]] std::vector<event_index> possible_last(int location) const {
        std::vector<event_index> found;
        for (const event_index w : writes_[static_cast<std::size_t>(location)])
            if (std::none_of(writes_[static_cast<std::size_t>(location)].begin(),
                             writes_[static_cast<std::size_t>(location)].end(),
                             [&](event_index other) { return g_.po.has(w, other); }))
                found.push_back(w);
        return found;
    }

    /// Calls `visit` for each execution that the model allows and in which these writes are the
    /// last ones, until it returns false.
    void each(const std::vector<event_index>& last, const std::function<bool()>& visit) {
        visit_ = &visit;
        g_.rf = g_.co = relation(g_.size());
        for (const auto& all : writes_)
            for (const event_index a : all)
                for (const event_index w : all)
                    if (g_.po.has(a, w) || (g_.events[a].initial() && a != w))
                        g_.co.add(a, w);
        for (const event_index w : last)
            for (const event_index other : writes_[at(g_.events[w].location)])
                if (other != w)
                    g_.co.add(other, w);
        order_locks(0);
    }

private:
    struct section {
        event_index lock_read;
        event_index lock_write;
        std::optional<event_index> unlock;
    };

    static std::size_t at(int location) { return static_cast<std::size_t>(location); }
    [[nodiscard]] bool is(event_index e, lkmm::event_kind kind) const {
        return g_.events[e].kind == kind;
    }

    void find_sections() {
        sections_.resize(locations_);
        for (event_index e = 0; e != g_.size(); ++e) {
            if (is(e, lkmm::event_kind::lock_read))
                sections_[at(g_.events[e].location)].push_back({e, e + 1, std::nullopt});
            if (is(e, lkmm::event_kind::unlock))
                for (section& s : sections_[at(g_.events[e].location)])
                    if (!s.unlock && g_.events[s.lock_read].thread == g_.events[e].thread)
                        s.unlock = e;
        }
    }

    /// Leaves out writes to locks.
    void find_writes() {
        writes_.resize(locations_);
        for (event_index e = 0; e != g_.size(); ++e)
            if (is(e, lkmm::event_kind::write) || is(e, lkmm::event_kind::srcu_unlock))
                writes_[at(g_.events[e].location)].push_back(e);
    }

    /// The writes that each read may see: with its value, and not against the order of its own
    /// thread.
    void find_sources() {
        for (event_index r = 0; r != g_.size(); ++r) {
            const lkmm::event& e = g_.events[r];
            if (!e.reads() || is(r, lkmm::event_kind::lock_read))
                continue;
            reads_.emplace_back(r, std::vector<event_index>{});
            for (event_index w = 0; w != g_.size(); ++w)
                if (g_.events[w].location == e.location && may_see(r, w))
                    reads_.back().second.push_back(w);
        }
        std::stable_sort(reads_.begin(), reads_.end(), [](const auto& a, const auto& c) {
            return a.second.size() < c.second.size();
        });
    }

    [[nodiscard]] bool may_see(event_index r, event_index w) const {
        using enum lkmm::event_kind;
        const bool held = is(r, lock_fail);
        const bool free = is(r, lock_free);
        if (held   ? !is(w, lock_write)
            : free ? !is(w, unlock) && w >= locations_
                   : !writes_value(w, r))
            return false;
        if (g_.po.has(r, w))
            return false;
        // A later write of the reading thread hides it.
        for (event_index o = 0; o != g_.size(); ++o)
            if (g_.events[o].writes() && g_.events[o].location == g_.events[r].location && o != w &&
                g_.po.has(o, r) && (g_.po.has(w, o) || (w < locations_ && !held && !free)))
                return false;
        // Inside of its own section, that section makes spin_trylock() fail.
        if (held && !g_.po.has(w, r))
            for (const section& s : sections_[at(g_.events[r].location)])
                if (g_.po.has(s.lock_write, r) && !(s.unlock && g_.po.has(*s.unlock, r)))
                    return false;
        return true;
    }
    [[nodiscard]] bool writes_value(event_index w, event_index r) const {
        return (is(w, lkmm::event_kind::write) || is(w, lkmm::event_kind::srcu_unlock)) &&
               g_.events[w].value == g_.events[r].value;
    }

    // --- decisions. Each function returns whether to go on. ------------------------------------

    bool possible() { return spend_() && m_.judge() == lkmm::axiom::none; }

    /// Orders the sections of the locks from number `lock` on.
    bool order_locks(std::size_t lock) {
        while (lock != locations_ && sections_[lock].empty())
            ++lock;
        if (lock == locations_)
            return !possible() || choose_sources(0);
        std::vector<bool> placed(sections_[lock].size(), false);
        return place_section(lock, placed, lock, 0);
    }

    /// `before`: the initial write or the unlock that the next section sees.
    bool place_section(std::size_t lock, std::vector<bool>& placed, event_index before,
                       std::size_t count) {
        const auto& all = sections_[lock];
        if (count == all.size())
            return order_locks(lock + 1);
        for (std::size_t i = 0; i != all.size(); ++i) {
            if (placed[i] || (!all[i].unlock && count + 1 != all.size()))
                continue;
            bool in_turn = true;
            for (std::size_t j = 0; j != all.size(); ++j)
                in_turn =
                    in_turn && (placed[j] || !g_.po.has(all[j].lock_write, all[i].lock_write));
            if (!in_turn)
                continue;
            const relation rf = g_.rf;
            const relation co = g_.co;
            g_.rf.add(before, all[i].lock_read);
            g_.co.add(before, all[i].lock_write);
            if (all[i].unlock)
                g_.co.add(all[i].lock_write, *all[i].unlock);
            g_.co = g_.co.plus();
            placed[i] = true;
            const bool more =
                place_section(lock, placed, all[i].unlock.value_or(before), count + 1);
            placed[i] = false;
            g_.rf = rf;
            g_.co = co;
            if (!more)
                return false;
        }
        return true;
    }

    bool choose_sources(std::size_t i) {
        if (i == reads_.size())
            return order_writes();
        const auto& [r, sources] = reads_[i];
        for (const event_index w : sources) {
            const relation rf = g_.rf;
            g_.rf.add(w, r);
            const bool more = (sources.size() > 1 && !possible()) || choose_sources(i + 1);
            g_.rf = rf;
            if (!more)
                return false;
        }
        return true;
    }

    bool order_writes() {
        if (!possible())
            return true;
        for (const auto& all : writes_)
            for (const event_index a : all)
                for (const event_index w : all)
                    if (a < w && !g_.co.has(a, w) && !g_.co.has(w, a))
                        return order_pair(a, w) && order_pair(w, a);
        return (*visit_)();
    }
    bool order_pair(event_index a, event_index w) {
        const relation co = g_.co;
        g_.co.add(a, w);
        g_.co = g_.co.plus();
        const bool more = order_writes();
        g_.co = co;
        return more;
    }

    std::size_t locations_;
    lkmm::event_graph g_;
    lkmm::model m_;
    const std::function<bool()>& spend_;
    const std::function<bool()>* visit_ = nullptr;
    std::vector<std::vector<section>> sections_;                          ///< by location
    std::vector<std::vector<event_index>> writes_;                        ///< by location
    std::vector<std::pair<event_index, std::vector<event_index>>> reads_; ///< few sources first
};

// --- all combinations ---------------------------------------------------------------------------

class enumeration {
public:
    enumeration(const litmus_test& test, aim looked_for, std::uint64_t max_asked)
        : test_(test), aim_(looked_for), ways_(test), max_asked_(max_asked) {}

    answer run() {
        if (!ways_.find(aim_ == aim::meets ? goal(test_) : goal(), deadline())) {
            out_.complete = false;
            out_.error = ways_.too_many();
            return out_;
        }
        chosen_.assign(test_.processes.size(), nullptr);
        state_.assign(test_.shown.size(), std::nullopt);
        choose_way(0);
        return std::move(out_);
    }

private:
    void choose_way(std::size_t i) {
        if (i == ways_.order().size())
            return with_ways();
        const std::size_t thread = ways_.order()[i];
        for (const ways::option& o : ways_.of(thread)) {
            if (over())
                return;
            if (!ways_.is_offered(o.needs, chosen_, i))
                continue;
            chosen_[thread] = &o;
            if (!ways_.can_be_met(chosen_, i))
                continue;
            set_registers(thread, *o.way);
            if (is_looked_for() || !o.way->error.empty())
                choose_way(i + 1);
        }
        for (std::size_t k = 0; k != test_.shown.size(); ++k)
            if (is_register_of(test_.shown[k], thread))
                state_[k] = std::nullopt;
    }

    static bool is_register_of(const operand& o, std::size_t thread) {
        return o.what == operand::kind::reg && static_cast<std::size_t>(o.process) == thread;
    }
    void set_registers(std::size_t thread, const trace& t) {
        for (std::size_t k = 0; k != test_.shown.size(); ++k)
            if (is_register_of(test_.shown[k], thread))
                state_[k] = t.registers[static_cast<std::size_t>(test_.shown[k].index)];
    }
    /// Could the state be a wanted one?
    [[nodiscard]] bool is_looked_for() const {
        if (truth_of(test_.filter, state_) == truth::no)
            return false;
        return aim_ == aim::all ||
               truth_of(test_.condition, state_) != (aim_ == aim::meets ? truth::no : truth::yes);
    }
    [[nodiscard]] bool over() const {
        return !out_.complete || !out_.error.empty() || (aim_ != aim::all && !out_.states.empty());
    }

    void with_ways() {
        std::vector<const trace*> threads;
        std::string error;
        for (const ways::option* o : chosen_) {
            threads.push_back(o->way);
            if (error.empty())
                error = o->way->error;
        }
        executions all(threads, test_.locations, spend_);
        last_.clear();
        if (error.empty())
            return choose_last(all, 0);
        all.each({}, [&] { // does any thread reach the error?
            out_.error = error;
            return false;
        });
    }

    /// Chooses the last writes of the state's locations.
    void choose_last(executions& all, std::size_t k) {
        if (over() || !is_looked_for())
            return;
        if (k == test_.shown.size())
            return with_state(all);
        const operand& o = test_.shown[k];
        if (o.what != operand::kind::location)
            return choose_last(all, k + 1);
        if (test_.locations[static_cast<std::size_t>(o.index)].what == location::kind::spinlock) {
            state_[k] = held_at_end(all, o.index);
            choose_last(all, k + 1);
        } else {
            for (const event_index w : all.possible_last(o.index)) {
                if (all.graph().events[w].initial() && all.possible_last(o.index).size() > 1)
                    continue;
                state_[k] = all.graph().events[w].value;
                last_.push_back(w);
                choose_last(all, k + 1);
                last_.pop_back();
            }
        }
        state_[k] = std::nullopt;
    }

    static std::int64_t held_at_end(const executions& all, int lock) {
        std::int64_t balance = 0;
        for (const lkmm::event& e : all.graph().events)
            if (e.location == lock)
                balance += e.kind == lkmm::event_kind::lock_write ? 1
                           : e.kind == lkmm::event_kind::unlock   ? -1
                                                                  : 0;
        return balance;
    }

    void with_state(executions& all) {
        final_state state;
        for (const auto& v : state_)
            state.push_back(v.value_or(0));
        const bool may_race = ways_.has_plain() && !all.model().b.plain.empty();
        const auto done = [&] { return out_.states.count(state) != 0 && (out_.race || !may_race); };
        if (done())
            return;
        all.each(last_, [&] {
            if (!comes_from_itself(all)) {
                out_.states.insert(state);
                out_.race = out_.race || all.model().has_race();
            }
            return !done();
        });
    }

    /// A plain value that depends on itself. No axiom forbids it; herd7 finds no value for it.
    static bool comes_from_itself(const executions& all) {
        const lkmm::event_graph& g = all.graph();
        return !all.model().b.plain.empty() && !(g.data | g.addr | g.rf).acyclic();
    }

    const litmus_test& test_;
    aim aim_;
    ways ways_;
    std::uint64_t max_asked_;
    answer out_;
    ways::choice chosen_;
    partial_state state_;
    std::vector<event_index> last_;
    std::function<bool()> spend_ = [this] {
        out_.complete = out_.complete && ++out_.asked <= max_asked_;
        return out_.complete;
    };
};

} // namespace

answer enumerate(const litmus_test& test, aim looked_for, std::uint64_t max_asked) {
    return enumeration(test, looked_for, max_asked).run();
}

std::string result(const litmus_test& test, std::uint64_t max_asked) {
    const answer met = enumerate(test, aim::meets, max_asked);
    if (met.states.empty())
        return met.complete && met.error.empty() ? "Never" : "";
    const answer missed = enumerate(test, aim::misses, max_asked);
    if (missed.states.empty())
        return missed.complete && missed.error.empty() ? "Always" : "";
    return "Sometimes";
}

} // namespace lkmm_reference
