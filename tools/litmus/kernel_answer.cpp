// SPDX-License-Identifier: BSD-3-Clause
#include "kernel_answer.hpp"

#include "consistency.hpp"
#include "trace.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace wbsync::litmus {

namespace {

/// So many ways through one thread are looked at.
constexpr std::size_t max_traces = 20'000;

enum class truth : std::uint8_t { no, yes, unknown };

truth opposite(truth t) {
    return t == truth::unknown ? t : t == truth::yes ? truth::no : truth::yes;
}

/// The values of a final state, as far as they are known.
using partial_state = std::vector<std::optional<std::int64_t>>;

/// Is the formula true, as far as one can tell?
class judge {
public:
    explicit judge(const litmus_test& test) : test_(test) {}

    [[nodiscard]] truth of(const formula& f, const partial_state& state) const {
        switch (f.what) {
        case formula::kind::equal: return equal(f, state);
        case formula::kind::unequal: return opposite(equal(f, state));
        case formula::kind::all: return parts(f, state, truth::no);
        case formula::kind::any: return parts(f, state, truth::yes);
        case formula::kind::negation: return opposite(of(f.parts.front(), state));
        case formula::kind::truth: break;
        }
        return f.value ? truth::yes : truth::no;
    }

private:
    /// One part that is `decisive` decides.
    [[nodiscard]] truth parts(const formula& f, const partial_state& state, truth decisive) const {
        truth all = opposite(decisive);
        for (const formula& part : f.parts) {
            const truth t = of(part, state);
            if (t == decisive)
                return t;
            if (t == truth::unknown)
                all = t;
        }
        return all;
    }

    [[nodiscard]] truth equal(const formula& f, const partial_state& state) const {
        const auto a = value(f.left, state);
        const auto b = value(f.right, state);
        return !a || !b ? truth::unknown : *a == *b ? truth::yes : truth::no;
    }

    [[nodiscard]] std::optional<std::int64_t> value(const operand& o,
                                                    const partial_state& state) const {
        return o.what == operand::kind::number ? o.number : state[index_of_shown(test_, o)];
    }

    const litmus_test& test_;
};

/// Which states one looks for.
enum class aim : std::uint8_t { all, meets, misses };

/// Goes through the ways of all threads and what may come of them.
class candidates {
public:
    candidates(const litmus_test& test, const deadline& until, kernel_answer& out)
        : test_(test), until_(until), judge_(test), out_(out) {
        for (const location& x : test.locations)
            initial_.push_back(x.initial);
    }

    /// Prepares for a search. Returns whether there are not too many ways.
    bool prepare(const goal& wanted) {
        too_many_ = too_large(test_);
        if (!too_many_.empty())
            return false;
        std::optional<written_values> values = values_of(test_);
        if (!values) {
            too_many_ = "a location has too many values";
            return false;
        }
        // Not all of those are written on some way.
        for (;;) {
            if (!find_traces(*values, wanted))
                return false;
            written_values left = written_on_some_way(*values);
            if (left == *values)
                break;
            values = std::move(left);
        }
        find_exchanges();
        return true;
    }

    /// Returns whether everything was looked at, or enough.
    bool search(aim for_what, std::uint64_t at_most) {
        aim_ = for_what;
        left_ = at_most;
        enough_ = cut_off_ = false;
        chosen_.assign(test_.processes.size(), nullptr);
        state_.assign(test_.shown.size(), std::nullopt);
        choose(0);
        return !cut_off_;
    }

    [[nodiscard]] bool found() const noexcept { return enough_; }
    [[nodiscard]] const std::string& too_many() const noexcept { return too_many_; }
    [[nodiscard]] bool has_plain() const noexcept { return has_plain_; }
    [[nodiscard]] bool justified_itself() const noexcept { return justified_itself_; }

private:
    /// Locations with values, each by a number.
    using exchanges = std::vector<std::uint64_t>;

    struct option {
        const trace* way;
        exchanges needs;  ///< values that another thread has to write
        exchanges offers; ///< values that it writes
    };

    // --- the ways through the threads -----------------------------------------------------------

    bool find_traces(const written_values& values, const goal& wanted) {
        lists_.clear();
        for (std::size_t p = 0; p != test_.processes.size(); ++p) {
            lists_.push_back(traces_of(test_, static_cast<int>(p), written_by_others(values, p),
                                       wanted, max_traces, [&] { return until_.over(); }));
            if (!lists_.back().incomplete.empty()) {
                too_many_ = lists_.back().incomplete;
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] written_values written_on_some_way(const written_values& known) const {
        written_values all(lists_.size(), value_sets(test_.locations.size()));
        for (std::size_t p = 0; p != lists_.size(); ++p)
            for (const trace& t : lists_[p].traces)
                for (const trace_event& e : t.events)
                    if (const auto x = static_cast<std::size_t>(e.location);
                        e.what == trace_event::kind::write && known[p][x].count(e.value) != 0)
                        all[p][x].insert(e.value);
        return all;
    }

    void find_exchanges() {
        std::map<std::pair<int, std::int64_t>, std::size_t> numbers;
        for (const trace_list& l : lists_)
            for (const trace& t : l.traces)
                for (const trace_event& e : t.events) {
                    has_plain_ = has_plain_ || e.plain;
                    if (e.location >= 0)
                        numbers.try_emplace({e.location, e.value}, numbers.size());
                }
        const exchanges none(numbers.size() / 64 + 1, 0);
        options_.assign(lists_.size(), {});
        for (std::size_t p = 0; p != lists_.size(); ++p) {
            for (const trace& t : lists_[p].traces)
                options_[p].push_back(option_of(t, none, numbers));
            std::stable_sort(options_[p].begin(), options_[p].end(),
                             [](const option& a, const option& b) { return a.needs < b.needs; });
            order_.push_back(p);
        }
        std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
            return options_[a].size() < options_[b].size();
        });
        may_offer_.assign(lists_.size() + 1, none);
        for (std::size_t i = order_.size(); i-- != 0;) {
            may_offer_[i] = may_offer_[i + 1];
            for (const option& o : options_[order_[i]])
                add(may_offer_[i], o.offers);
        }
    }

    static void add(exchanges& to, const exchanges& more) {
        for (std::size_t w = 0; w != to.size(); ++w)
            to[w] |= more[w];
    }

    template <class Numbers>
    [[nodiscard]] option option_of(const trace& t, const exchanges& none,
                                   const Numbers& numbers) const {
        option o{&t, none, none};
        std::map<int, std::int64_t> newest; ///< of its own
        for (const trace_event& e : t.events) {
            const auto note = [&](exchanges& in) {
                const std::size_t number = numbers.at({e.location, e.value});
                in[number / 64] |= std::uint64_t{1} << (number % 64);
            };
            if (e.what == trace_event::kind::read) {
                const auto own = newest.find(e.location);
                const std::int64_t here = own == newest.end()
                                              ? initial_[static_cast<std::size_t>(e.location)]
                                              : own->second;
                if (here != e.value)
                    note(o.needs);
            }
            if (e.what == trace_event::kind::write) {
                newest[e.location] = e.value;
                note(o.offers);
            }
        }
        return o;
    }

    // --- one way for each thread ----------------------------------------------------------------

    /// Chooses for the threads from number `i` of the order on.
    void choose(std::size_t i) {
        if (i == order_.size())
            return with_all_chosen();
        const std::size_t p = order_[i];
        for (auto at = options_[p].cbegin(); at != options_[p].cend();) {
            if (enough_ || cut_off_)
                return;
            if (!spend(1)) {
                cut_off_ = true;
                return;
            }
            const option& o = *at;
            if (!is_offered(o.needs, i)) { // nor what the next ones need that need the same
                at = std::find_if(at, options_[p].cend(),
                                  [&](const option& other) { return other.needs != o.needs; });
                continue;
            }
            ++at;
            chosen_[p] = &o;
            if (!can_be_met(i))
                continue;
            set_registers(p, o.way);
            if (o.way->error.empty() && !interesting())
                continue;
            choose(i + 1);
        }
        set_registers(p, nullptr);
    }

    /// The threads before number `i` of the order write all of that, or those after it may.
    [[nodiscard]] bool is_offered(const exchanges& needs, std::size_t i) const {
        for (std::size_t w = 0; w != needs.size(); ++w) {
            std::uint64_t left = needs[w] & ~may_offer_[i + 1][w];
            for (std::size_t j = 0; left != 0 && j != i; ++j)
                left &= ~chosen_[order_[j]]->offers[w];
            if (left != 0)
                return false;
        }
        return true;
    }

    /// Somebody may write what the chosen ways read.
    [[nodiscard]] bool can_be_met(std::size_t last) const {
        for (std::size_t w = 0; w != may_offer_.front().size(); ++w)
            for (std::size_t i = 0; i <= last; ++i) {
                std::uint64_t needs = chosen_[order_[i]]->needs[w] & ~may_offer_[last + 1][w];
                for (std::size_t j = 0; needs != 0 && j <= last; ++j)
                    if (j != i)
                        needs &= ~chosen_[order_[j]]->offers[w];
                if (needs != 0)
                    return false;
            }
        return true;
    }

    void set_registers(std::size_t p, const trace* t) {
        for (std::size_t i = 0; i != test_.shown.size(); ++i) {
            const operand& o = test_.shown[i];
            if (o.what != operand::kind::reg || static_cast<std::size_t>(o.process) != p)
                continue;
            state_[i] = std::nullopt;
            if (t != nullptr && t->error.empty())
                state_[i] = t->registers[static_cast<std::size_t>(o.index)];
        }
    }

    /// Could the state be one that is looked for?
    [[nodiscard]] bool interesting() const {
        const truth passes = judge_.of(test_.filter, state_);
        if (passes == truth::no)
            return false;
        if (aim_ == aim::all)
            return true;
        const truth meets = judge_.of(test_.condition, state_);
        return meets != (aim_ == aim::meets ? truth::no : truth::yes);
    }

    // --- which write is the last one of a location ----------------------------------------------

    void with_all_chosen() {
        std::vector<const trace*> ways;
        bool wrong = false;
        for (const option* o : chosen_) {
            ways.push_back(o->way);
            wrong = wrong || !o->way->error.empty();
        }
        consistency of(ways, initial_);
        if (wrong)
            return look_for_error(of, ways);
        last_.clear();
        choose_last(of, 0);
    }

    void choose_last(consistency& of, std::size_t shown) {
        if (enough_ || cut_off_)
            return;
        if (shown == test_.shown.size())
            return look_for_execution(of);
        const operand& o = test_.shown[shown];
        if (o.what != operand::kind::location)
            return choose_last(of, shown + 1);
        const auto x = static_cast<std::size_t>(o.index);
        const std::vector<int> writes = of.possible_last(o.index);
        if (writes.empty() || test_.locations[x].what != location::kind::variable) {
            state_[shown] = test_.locations[x].what == location::kind::spinlock
                                ? held_at_end(o.index)
                                : initial_[x];
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

    [[nodiscard]] std::int64_t held_at_end(int lock) const {
        int balance = 0;
        for (const option* o : chosen_)
            for (const trace_event& e : o->way->events)
                if (e.location == lock)
                    balance += e.what == trace_event::kind::lock_write ? 1
                               : e.what == trace_event::kind::unlock   ? -1
                                                                       : 0;
        return balance != 0 ? 1 : 0;
    }

    // --- executions -----------------------------------------------------------------------------

    /// Is there time for so many steps?
    bool spend(std::uint64_t steps) {
        left_ -= std::min(left_, steps);
        return left_ != 0 && !(++questions_ % 64 == 0 && until_.over());
    }
    /// Asks the model about an execution.
    bool ask(const consistency& of) {
        ++out_.candidates;
        return spend(of.size() * of.size());
    }

    void look_for_error(consistency& of, const std::vector<const trace*>& ways) {
        const auto allowed = [&](kernel_model&, const communication&) {
            for (const trace* t : ways)
                if (out_.error.empty())
                    out_.error = t->error;
            enough_ = true;
            return false;
        };
        cut_off_ = !of.search({}, true, allowed, [&] { return ask(of); });
    }

    void look_for_execution(consistency& of) {
        final_state state;
        for (const auto& v : state_)
            state.push_back(v.value_or(0));
        const bool races = aim_ == aim::all && has_plain_ && out_.race.empty();
        if (out_.states.count(state) != 0 && !races)
            return;
        const auto allowed = [&](kernel_model& model, const communication& c) {
            if (model.justifies_itself(c)) {
                justified_itself_ = true;
                return true;
            }
            accept(state, model, c);
            return races && out_.race.empty() && !enough_;
        };
        // In search of a race every execution is looked at.
        cut_off_ = !of.search(last_, !races, allowed, [&] { return ask(of); });
    }

    void accept(const final_state& state, kernel_model& model, const communication& c) {
        if (const int e = model.unmatched_section(c); e >= 0) {
            const trace_event& is = model.event(static_cast<std::size_t>(e));
            out_.error = fmt::format(
                "{}:{}: {}", is.at.line, is.at.column,
                is.reads() ? "misuse: this section is never ended"
                           : fmt::format("misuse: there is no section {} to end", is.value));
            enough_ = true;
            return;
        }
        out_.states.insert(state);
        if (out_.race.empty())
            out_.race = describe(model, model.race());
        enough_ = aim_ != aim::all;
    }

    [[nodiscard]] std::string describe(const kernel_model& model,
                                       const std::vector<std::size_t>& pair) const {
        if (pair.empty())
            return {};
        const auto access = [&](std::size_t i) {
            const trace_event& e = model.event(i);
            return fmt::format("{}{} of {} by {}", e.plain ? "plain " : "",
                               e.writes() ? "write" : "read",
                               test_.locations[static_cast<std::size_t>(e.location)].name,
                               test_.processes[static_cast<std::size_t>(model.thread(i))].name);
        };
        // As the reader expects it: the plain one first.
        const bool second = !model.event(pair[0]).plain;
        const trace_event& e = model.event(pair[second ? 1 : 0]);
        const trace_event& o = model.event(pair[second ? 0 : 1]);
        return fmt::format("{}:{}: {} races with {}, line {}", e.at.line, e.at.column,
                           access(pair[second ? 1 : 0]), access(pair[second ? 0 : 1]), o.at.line);
    }

    const litmus_test& test_;
    const deadline& until_;
    judge judge_;
    kernel_answer& out_;
    std::vector<std::int64_t> initial_;
    std::vector<trace_list> lists_;
    std::vector<std::vector<option>> options_;
    std::vector<std::size_t> order_;   ///< threads, those with few ways first
    std::vector<exchanges> may_offer_; ///< by the threads from that one of the order on
    std::string too_many_;
    bool has_plain_ = false;
    bool justified_itself_ = false;

    aim aim_ = aim::all;
    std::uint64_t left_ = 0; ///< steps
    std::uint64_t questions_ = 0;
    bool enough_ = false;
    bool cut_off_ = false;
    std::vector<const option*> chosen_;
    partial_state state_;
    std::vector<int> last_;
};

std::string verdict_of(const litmus_test& test, const std::set<final_state>& states) {
    std::size_t holding = 0;
    for (const final_state& s : states)
        holding += holds(test.condition, test, s) ? 1U : 0U;
    return holding == 0 ? "Never" : holding == states.size() ? "Always" : "Sometimes";
}

} // namespace

kernel_answer ask_kernel_model(const litmus_test& test, const deadline& until,
                               const kernel_limits& limits) {
    kernel_answer out;
    candidates all(test, until, out);
    const auto too_long = [&] {
        return until.over() ? std::string{"max_seconds"}
                            : std::string{"too many candidate executions"};
    };
    if (all.prepare({})) {
        out.all_states = all.search(aim::all, limits.for_states) && out.error.empty();
        out.race_known = out.all_states || !all.has_plain();
        if (all.justified_itself() && out.all_states) {
            out.all_states = false;
            out.incomplete = "a plain value that is computed from itself";
        }
        if (!out.error.empty())
            return out;
        const std::string seen = verdict_of(test, out.states);
        if (out.all_states || seen == "Sometimes") {
            out.result = seen;
            return out;
        }
        if (!out.incomplete.empty())
            return out;
    }
    // Too many states: is there one that meets the proposition, and one that does not?
    const auto look = [&](aim for_what) {
        candidates some(test, until, out);
        if (!some.prepare(for_what == aim::meets ? goal(test) : goal())) {
            out.incomplete = until.over() ? "max_seconds" : some.too_many();
            return std::optional<bool>{};
        }
        const bool finished = some.search(for_what, limits.for_result);
        if (some.found())
            return std::optional<bool>{true};
        if (!finished || some.justified_itself()) {
            out.incomplete = finished ? "a plain value that is computed from itself" : too_long();
            return std::optional<bool>{};
        }
        return std::optional<bool>{false};
    };
    const std::optional<bool> met = look(aim::meets);
    if (!met || !out.error.empty())
        return out;
    if (!*met) {
        out.result = "Never";
        return out;
    }
    const std::optional<bool> missed = look(aim::misses);
    if (missed && out.error.empty())
        out.result = *missed ? "Sometimes" : "Always";
    return out;
}

} // namespace wbsync::litmus
