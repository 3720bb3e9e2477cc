// SPDX-License-Identifier: BSD-3-Clause
#include "candidates.hpp"

#include <algorithm>
#include <optional>

namespace wbsync::litmus {

candidates::candidates(const litmus_test& test, const ways& through, const deadline& until,
                       found_states& out)
    : test_(test), ways_(through), until_(until), out_(out) {
    for (const location& x : test.locations)
        initial_.push_back(x.initial);
}

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
    for (auto at = options.cbegin(); at != options.cend();) {
        cut_off_ = cut_off_ || !spend(1);
        if (over())
            return;
        const ways::option& o = *at;
        if (!ways_.is_offered(o.needs, chosen_, i)) { // nor what the next ones need, if the same
            at = std::find_if(at, options.cend(),
                              [&](const ways::option& other) { return other.needs != o.needs; });
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

/// Could the state be one that is looked for?
bool candidates::interesting() const {
    if (truth_of(test_.filter, state_) == truth::no)
        return false;
    if (aim_ == aim::all)
        return true;
    return truth_of(test_.condition, state_) != (aim_ == aim::meets ? truth::no : truth::yes);
}

// --- which write is the last one of a location --------------------------------------------------

void candidates::with_all_chosen() {
    std::vector<const trace*> threads;
    for (const ways::option* o : chosen_)
        threads.push_back(o->way);
    consistency of(threads, initial_);
    last_.clear();
    if (std::any_of(threads.begin(), threads.end(),
                    [](const trace* t) { return !t->error.empty(); }))
        look_for_error(of);
    else
        choose_last(of, 0);
}

/// Chooses for the locations of the state from number `shown` on.
void candidates::choose_last(consistency& of, std::size_t shown) {
    if (over())
        return;
    if (shown == test_.shown.size())
        return look_for_execution(of);
    const operand& o = test_.shown[shown];
    if (o.what != operand::kind::location)
        return choose_last(of, shown + 1);
    const location& x = test_.locations[static_cast<std::size_t>(o.index)];
    const std::vector<int> writes = of.possible_last(o.index);
    if (writes.empty() || x.what != location::kind::variable) {
        state_[shown] = x.what == location::kind::spinlock ? held_at_end(o.index) : x.initial;
        if (interesting())
            choose_last(of, shown + 1);
    } else {
        for (const int w : writes) {
            state_[shown] = of.event(w).value;
            last_.push_back(w);
            if (interesting())
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

/// Is there time for so many steps?
bool candidates::spend(std::uint64_t steps) {
    left_ -= std::min(left_, steps);
    return left_ != 0 && !(++questions_ % 64 == 0 && until_.over());
}

/// Is there time to ask the model about an execution? It looks at pairs of events.
bool candidates::ask(const consistency& of) {
    ++out_.candidates;
    return spend(of.size() * of.size());
}

/// A thread does something wrong, if it can get there.
void candidates::look_for_error(consistency& of) {
    const auto allowed = [&](const kernel_model&, const communication&) {
        for (const ways::option* o : chosen_)
            if (out_.error.empty())
                out_.error = o->way->error;
        enough_ = true;
        return false;
    };
    cut_off_ = !of.search({}, true, allowed, [&] { return ask(of); });
}

void candidates::look_for_execution(consistency& of) {
    final_state state;
    for (const auto& v : state_)
        state.push_back(v.value_or(0));
    // A race is searched for in every execution.
    const auto for_races = [&] {
        return aim_ == aim::all && ways_.has_plain() && out_.race.empty() && !enough_;
    };
    if (out_.states.count(state) != 0 && !for_races())
        return;
    const auto allowed = [&](const kernel_model& model, const communication& c) {
        if (model.justifies_itself(c)) {
            out_.thin_air = true;
            return true;
        }
        accept(state, model, c);
        return for_races();
    };
    cut_off_ = !of.search(last_, !for_races(), allowed, [&] { return ask(of); });
}

void candidates::accept(const final_state& state, const kernel_model& model,
                        const communication& c) {
    if (const int e = model.unmatched_section(c); e >= 0) {
        const trace_event& is = model.event(static_cast<std::size_t>(e));
        out_.error =
            fmt::format("{}:{}: misuse: {}", is.at.line, is.at.column,
                        is.reads() ? "this section is never ended"
                                   : fmt::format("there is no section {} to end", is.value));
        enough_ = true;
        return;
    }
    out_.states.insert(state);
    if (out_.race.empty())
        out_.race = describe_race(model);
    enough_ = aim_ != aim::all;
}

std::string candidates::describe_race(const kernel_model& model) const {
    const std::vector<std::size_t> pair = model.race();
    if (pair.empty())
        return {};
    const auto access = [&](std::size_t i) {
        const trace_event& e = model.event(i);
        return fmt::format("{}{} of {} by {}", e.plain ? "plain " : "",
                           e.writes() ? "write" : "read",
                           test_.locations[static_cast<std::size_t>(e.location)].name,
                           test_.processes[static_cast<std::size_t>(model.thread(i))].name);
    };
    // The plain one first.
    const bool swapped = !model.event(pair[0]).plain;
    const std::size_t a = pair[swapped ? 1 : 0];
    const std::size_t b = pair[swapped ? 0 : 1];
    const position& at = model.event(a).at;
    return fmt::format("{}:{}: {} races with {}, line {}", at.line, at.column, access(a), access(b),
                       model.event(b).at.line);
}

} // namespace wbsync::litmus
