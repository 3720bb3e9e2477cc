// SPDX-License-Identifier: BSD-3-Clause
#include "candidates.hpp"

#include <algorithm>
#include <optional>

namespace wbsync::litmus {

candidates::candidates(const litmus_test& test, const ways& through, const deadline& until,
                       found_states& out)
    : test_(test), ways_(through), until_(until), out_(out) {}

candidates::end candidates::search(aim for_what, std::uint64_t at_most) {
    aim_ = for_what;
    left_ = at_most;
    enough_ = cut_off_ = false;
    chosen_.assign(test_.processes.size(), nullptr);
    state_.assign(test_.shown.size(), std::nullopt);
    choose(0);
    return enough_ ? end::enough : cut_off_ ? end::cut_off : end::nothing_left;
}

// --- one way for each thread --------------------------------------------------------------------

/// Chooses for the threads from number `i` of the order on.
void candidates::choose(std::size_t i) {
    if (i == ways_.order().size())
        return with_all_chosen();
    const std::size_t thread = ways_.order()[i];
    const std::vector<ways::option>& options = ways_.of(thread);
    for (std::size_t at = 0; at != options.size();) {
        cut_off_ = cut_off_ || !spend(1);
        if (over())
            return;
        const ways::option& o = options[at];
        if (!ways_.is_offered(o.needs, chosen_, i)) { // nor are the same needs of the next ones
            at = o.next;
            continue;
        }
        ++at;
        chosen_[thread] = &o;
        if (!ways_.can_be_met(chosen_, i))
            continue;
        set_registers(thread, o.way);
        if (!o.way->error.empty() || interesting())
            choose(i + 1);
    }
    set_registers(thread, nullptr);
}

void candidates::set_registers(std::size_t thread, const trace* t) {
    for (std::size_t i = 0; i != test_.shown.size(); ++i) {
        const operand& o = test_.shown[i];
        if (o.what != operand::kind::reg || static_cast<std::size_t>(o.process) != thread)
            continue;
        state_[i] = std::nullopt;
        if (t != nullptr && t->error.empty())
            state_[i] = t->registers[static_cast<std::size_t>(o.index)];
    }
}

/// Could the state be one that the search is for?
bool candidates::interesting() const {
    if (truth_of(test_.filter, state_) == truth::no)
        return false;
    if (aim_ == aim::all)
        return true;
    return truth_of(test_.condition, state_) != (aim_ == aim::meets ? truth::no : truth::yes);
}

// --- which write to a location is the last one --------------------------------------------------

void candidates::with_all_chosen() {
    std::vector<const trace*> threads;
    for (const ways::option* o : chosen_)
        threads.push_back(o->way);
    executions of(threads, test_.locations);
    const std::size_t n = of.graph().size();
    cut_off_ = cut_off_ || !spend(2 * n * n);
    last_.clear();
    if (std::any_of(threads.begin(), threads.end(),
                    [](const trace* t) { return !t->error.empty(); }))
        look_for_error(of);
    else
        choose_last(of, 0);
}

/// Chooses for the locations of the state from number `shown` on.
void candidates::choose_last(executions& of, std::size_t shown) {
    if (over() || !interesting())
        return;
    if (shown == test_.shown.size())
        return look_for_execution(of);
    const operand& o = test_.shown[shown];
    if (o.what != operand::kind::location)
        return choose_last(of, shown + 1);
    if (test_.locations[static_cast<std::size_t>(o.index)].what == location::kind::spinlock) {
        state_[shown] = held_at_end(o.index);
        choose_last(of, shown + 1);
    } else {
        for (const engine::lkmm::event_index w : of.possible_last(o.index)) {
            state_[shown] = of.graph().events[w].value;
            last_.push_back(w);
            choose_last(of, shown + 1);
            last_.pop_back();
        }
    }
    state_[shown] = std::nullopt;
}

std::int64_t candidates::held_at_end(int lock) const {
    std::int64_t balance = 0;
    for (const ways::option* o : chosen_)
        for (const trace_event& e : o->way->events) {
            if (e.location == lock && e.what == trace_event::kind::lock_write)
                ++balance;
            if (e.location == lock && e.what == trace_event::kind::unlock)
                --balance;
        }
    return balance;
}

// --- executions ---------------------------------------------------------------------------------

/// Is there time for that many steps?
bool candidates::spend(std::uint64_t steps) {
    left_ -= std::min(left_, steps);
    since_clock_ += steps;
    if (since_clock_ < steps_between_looks)
        return left_ != 0;
    since_clock_ = 0;
    return left_ != 0 && !until_.over();
}

/// Is there time to ask the model about an execution? See kernel_limits.
bool candidates::may_ask(const executions& of) {
    const std::size_t n = of.graph().size();
    cut_off_ = cut_off_ || !spend(8 * n * n * ((n + 63) / 64));
    out_.candidates += cut_off_ ? 0 : 1;
    return !cut_off_;
}

/// Looks for an error of a thread, if the thread can get there.
void candidates::look_for_error(executions& of) {
    const auto allowed = [&] {
        for (const ways::option* o : chosen_)
            if (out_.error.empty())
                out_.error = o->way->error;
        enough_ = true;
        return false;
    };
    of.each({}, {[&] { return may_ask(of); }, allowed, {}});
}

void candidates::look_for_execution(executions& of) {
    final_state state;
    for (const auto& v : state_)
        state.push_back(v.value_or(0));
    // Every execution is searched for races.
    const auto for_races = [&] {
        return aim_ == aim::all && of.has_plain() && out_.race.empty() && !enough_;
    };
    if (out_.states.count(state) != 0 && !for_races())
        return;
    const auto allowed = [&] {
        if (comes_from_itself(of)) {
            out_.thin_air = true;
            return true;
        }
        accept(state, of);
        return for_races();
    };
    of.each(last_, {[&] { return may_ask(of); }, allowed,
                    [&](engine::lkmm::axiom broken) {
                        if (forbidden_)
                            forbidden_(of, broken);
                    }});
}

/// A plain value that depends on itself. No axiom forbids it; herd7 finds no value for it.
bool candidates::comes_from_itself(const executions& of) {
    const engine::lkmm::event_graph& g = of.graph();
    return of.has_plain() && !(g.data | g.addr | g.rf).acyclic();
}

void candidates::accept(const final_state& state, const executions& of) {
    out_.error = describe_unmatched_section(of);
    if (!out_.error.empty()) {
        enough_ = true;
        return;
    }
    out_.states.insert(state);
    if (out_.race.empty())
        out_.race = describe_race(of);
    enough_ = aim_ != aim::all;
}

/// An srcu_read_unlock() that ends no section, or one that has ended already; a section without
/// end.
std::string candidates::describe_unmatched_section(const executions& of) {
    using enum engine::lkmm::misuse::kind;
    if (of.model().b.srcu_lock.empty() && of.model().b.srcu_unlock.empty())
        return {};
    for (const engine::lkmm::misuse& m : of.model().misuses()) {
        if (m.what != unmatched_srcu_lock && m.what != unmatched_srcu_unlock &&
            m.what != multiple_srcu_matches)
            continue;
        const trace_event& is = *of.source(m.second);
        return fmt::format("{}:{}: misuse: {}", is.at.line, is.at.column,
                           is.reads() ? "this section is never ended"
                                      : fmt::format("there is no section {} to end", is.value));
    }
    return {};
}

std::string candidates::describe_race(const executions& of) const {
    const std::vector<engine::lkmm::data_race> all = of.model().races();
    if (all.empty())
        return {};
    const auto access = [&](const trace_event& e, engine::lkmm::event_index i) {
        return fmt::format(
            "{}{} of {} by {}", e.plain ? "plain " : "", e.writes() ? "write" : "read",
            test_.locations[static_cast<std::size_t>(e.location)].name,
            test_.processes[static_cast<std::size_t>(of.graph().events[i].thread)].name);
    };
    // The plain access comes first.
    auto [a, b] = std::pair(all.front().first, all.front().second);
    if (!of.source(a)->plain)
        std::swap(a, b);
    const trace_event& first = *of.source(a);
    const trace_event& second = *of.source(b);
    return fmt::format("{}:{}: {} races with {}, line {}", first.at.line, first.at.column,
                       access(first, a), access(second, b), second.at.line);
}

} // namespace wbsync::litmus
