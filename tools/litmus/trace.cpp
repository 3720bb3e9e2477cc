// SPDX-License-Identifier: BSD-3-Clause
#include "trace.hpp"

#include "arithmetic.hpp"
#include "wait_condition.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace wbsync::litmus {

namespace {

/// A value, and the reads that it comes from.
struct known {
    std::int64_t number = 0;
    event_mask from = {};    ///< reads that it is computed from
    event_mask decided = {}; ///< reads that decided which assignment it comes from
    event_mask places = {};  ///< on which the locations of the reads in this expression depend
};

/// No execution goes this way: a wait does not end, or a lock is taken twice.
struct dead_end {};

/// The rest of the thread is unknown: it did something wrong.
struct gone_wrong {};

/// This way continues in a loop, further than it is followed.
struct unfinished_loop {
    position at;
};

/// The value that each read returns, so far.
class choices {
public:
    /// The number of the next choice among `n`; at first, the first one.
    std::size_t among(std::size_t n) {
        if (next_ == taken_.size())
            taken_.emplace_back(0, n);
        return taken_[next_++].first;
    }
    /// Prepares the next combination. False: there is none.
    bool advance() {
        next_ = 0;
        while (!taken_.empty() && taken_.back().first + 1 == taken_.back().second)
            taken_.pop_back();
        if (taken_.empty())
            return false;
        ++taken_.back().first;
        return true;
    }

private:
    std::vector<std::pair<std::size_t, std::size_t>> taken_; ///< which one, of how many
    std::size_t next_ = 0;
};

/// Goes through a thread once.
class walk {
public:
    walk(const litmus_test& test, int number, const value_sets& others, const goal& wanted,
         choices& by)
        : test_(test), number_(number), others_(others), wanted_(wanted), by_(by),
          registers_(process().registers.size()) {
        for (const location& x : test.locations)
            own_.push_back(x.initial);
        for (std::size_t r = 0; r != registers_.size(); ++r)
            registers_[r].number = process().initial[r];
    }

    /// Throws dead_end.
    trace run() {
        try {
            execute(process().body);
        } catch (const gone_wrong&) {
        }
        for (const known& r : registers_)
            out_.registers.push_back(r.number);
        return std::move(out_);
    }

private:
    [[nodiscard]] const litmus::process& process() const {
        return test_.processes[static_cast<std::size_t>(number_)];
    }

    [[noreturn]] void wrong(const position& at, const std::string& message) {
        out_.error = fmt::format("{}:{}: {}", at.line, at.column, message);
        throw gone_wrong{};
    }

    // --- statements -----------------------------------------------------------------------------

    void execute(const statement& s) {
        if (s.what == statement::kind::block) {
            for (const statement& i : s.inner)
                execute(i);
            return;
        }
        ++step_;
        switch (s.what) {
        case statement::kind::evaluate: evaluate(s.value); break;
        case statement::kind::assign: assign(s); break;
        case statement::kind::store: plain_store(s); break;
        case statement::kind::branch: branch(s); break;
        case statement::kind::await: await(s); break;
        case statement::kind::unfinished: throw unfinished_loop{s.at};
        default: break;
        }
    }

    void assign(const statement& s) {
        const std::int64_t* const only = wanted_.wanted(number_, s.target);
        must_read_ = only;
        const known v = evaluate(s.value);
        must_read_ = nullptr;
        put(s.target, v);
    }

    /// An assignment in an arm of a branch carries the condition to later conditions.
    void put(int target, known v) {
        v.decided |= control_;
        v.places.reset();
        registers_[static_cast<std::size_t>(target)] = v;
    }

    void branch(const statement& s) {
        const known condition = evaluate(s.value);
        const event_mask outside = control_;
        control_ |= condition.from | condition.decided | condition.places;
        execute(s.inner[condition.number != 0 ? 0 : 1]);
        control_ = outside; // only the arms depend on the condition
    }

    /// The last read of the loop. Earlier reads have no effect, and less order without them.
    void await(const statement& s) {
        const known at = evaluate(s.place.args.front());
        const int x = location_of(at, s.place.args.front().at);
        std::vector<std::int64_t> accepted;
        const auto value_of = [&](int i) { return registers_[static_cast<std::size_t>(i)].number; };
        for (const std::int64_t v : options_for(x))
            if (wait_condition(s.value, s.target, v, value_of) == 0)
                accepted.push_back(v);
        known v = read(s.place, x, at.from, accepted);
        if (s.target >= 0)
            put(s.target, v);
    }

    void plain_store(const statement& s) {
        const known at = evaluate(s.place);
        const known v = evaluate(s.value);
        trace_event e = access(trace_event::kind::write, location_of(at, s.place.at), s.at);
        e.plain = true;
        e.value = v.number;
        e.address = at.from;
        e.data = v.from;
        add(e);
    }

    // --- expressions ----------------------------------------------------------------------------

    known evaluate(const expression& e) {
        switch (e.what) {
        case expression::kind::number: return {e.number};
        case expression::kind::address: return {address_of(e.index)};
        case expression::kind::reg: return registers_[static_cast<std::size_t>(e.index)];
        case expression::kind::unary: {
            known v = evaluate(e.args[0]);
            v.number = apply(e.op, v.number);
            return v;
        }
        case expression::kind::binary: return binary(e);
        case expression::kind::access: return plain_load(e);
        case expression::kind::call: return call(e);
        case expression::kind::awaited: break;
        }
        return {};
    }

    known binary(const expression& e) {
        known left = evaluate(e.args[0]);
        const event_mask outside = control_;
        if (e.op == "&&" || e.op == "||") {
            if ((left.number != 0) == (e.op == "||"))
                return {left.number != 0, left.from, left.decided, left.places};
            control_ |= left.from | left.decided | left.places;
        }
        const known right = evaluate(e.args[1]);
        control_ = outside;
        return {apply(e.op, left.number, right.number), left.from | right.from,
                left.decided | right.decided, left.places | right.places};
    }

    known plain_load(const expression& e) {
        const known at = evaluate(e.args.front());
        const int x = location_of(at, e.args.front().at);
        trace_event r = access(trace_event::kind::read, x, e.at);
        r.plain = true;
        return finish_read(r, at.from, options_for(x));
    }

    int location_of(const known& address, const position& at) {
        const std::int64_t i = (address.number - first_address) / 8;
        if (address.number < first_address || address.number % 8 != 0 ||
            i >= static_cast<std::int64_t>(test_.locations.size()))
            wrong(at, fmt::format("{} is not the address of a location", address.number));
        const location& x = test_.locations[static_cast<std::size_t>(i)];
        if (x.what != location::kind::variable)
            wrong(at, fmt::format("'{}' is not a variable", x.name));
        return static_cast<int>(i);
    }

    // --- events ---------------------------------------------------------------------------------

    [[nodiscard]] trace_event access(trace_event::kind what, int location,
                                     const position& at) const {
        trace_event e;
        e.what = what;
        e.at = at;
        e.location = location;
        return e;
    }

    int add(trace_event e) {
        e.step = step_;
        e.control = control_;
        if (e.what == trace_event::kind::write)
            own_[static_cast<std::size_t>(e.location)] = e.value;
        out_.events.push_back(e);
        return static_cast<int>(out_.events.size()) - 1;
    }

    static event_mask only(int event) {
        event_mask m;
        m.set(static_cast<std::size_t>(event) % max_trace_events);
        return m;
    }

    [[nodiscard]] std::vector<std::int64_t> options_for(int location) const {
        const auto x = static_cast<std::size_t>(location);
        std::set<std::int64_t> all = others_[x];
        all.insert(own_[x]);
        if (must_read_ != nullptr && all.count(*must_read_) == 0)
            return {};
        if (must_read_ != nullptr)
            return {*must_read_};
        return {all.begin(), all.end()};
    }

    known finish_read(trace_event r, const event_mask& address,
                      const std::vector<std::int64_t>& options) {
        if (options.empty())
            throw dead_end{};
        r.value = options[by_.among(options.size())];
        r.address = address;
        return {r.value, only(add(r)), {}, address};
    }

    known read(const expression& load, int x, const event_mask& address,
               const std::vector<std::int64_t>& options) {
        trace_event r = access(trace_event::kind::read, x, load.at);
        r.acquires = engine::acquires(load.function->order);
        return finish_read(r, address, options);
    }

    void fence(fence_kind kind, const position& at) {
        trace_event e = access(trace_event::kind::barrier, -1, at);
        e.fence = kind;
        add(e);
    }

    // --- functions of the kernel ----------------------------------------------------------------

    known call(const expression& e) {
        const builtin& f = *e.function;
        switch (f.what) {
        case action::load: {
            const std::int64_t* const must = std::exchange(must_read_, nullptr);
            const known at = evaluate(e.args.front());
            must_read_ = must;
            const int x = location_of(at, e.args.front().at);
            return read(e, x, at.from, options_for(x));
        }
        case action::store:
        case action::store_mb: store(e); return {};
        case action::full_fence:
        case action::read_fence:
        case action::write_fence: fence(f.fence, e.at); return {};
        case action::no_fence: return {};
        case action::spin_lock: spin_lock(e, lock_of(e)); return {};
        case action::spin_unlock: spin_unlock(e); return {};
        case action::spin_trylock: return spin_trylock(e);
        case action::spin_is_locked: return spin_is_locked(e);
        case action::rcu_lock: mark(trace_event::kind::rcu_lock, -1, e.at); return {};
        case action::rcu_unlock: mark(trace_event::kind::rcu_unlock, -1, e.at); return {};
        case action::rcu_synchronize: mark(trace_event::kind::synchronize, -1, e.at); return {};
        case action::srcu_synchronize:
            mark(trace_event::kind::synchronize, lock_of(e), e.at);
            return {};
        case action::srcu_lock:
        case action::srcu_down: return srcu_lock(e);
        case action::srcu_unlock:
        case action::srcu_up: srcu_unlock(e); return {};
        default: return update(e);
        }
    }

    void mark(trace_event::kind what, int location, const position& at) {
        add(access(what, location, at));
    }

    void store(const expression& e) {
        const known at = evaluate(e.args[0]);
        const known v = evaluate(e.args[1]);
        trace_event w = access(trace_event::kind::write, location_of(at, e.args[0].at), e.at);
        w.releases = engine::releases(e.function->order);
        w.value = v.number;
        w.address = at.from;
        w.data = v.from;
        add(w);
        if (e.function->what == action::store_mb) {
            ++step_;
            fence(fence_kind::full, e.at);
        }
    }

    known update(const expression& e) {
        const builtin& f = *e.function;
        known at;
        std::vector<known> operands;
        for (int i = 0; i != f.arguments; ++i) {
            known v = evaluate(e.args[static_cast<std::size_t>(i)]);
            if (i == f.location_argument())
                at = v;
            else
                operands.push_back(v);
        }
        if (f.implied_amount)
            operands.insert(operands.begin(), known{f.amount});
        const int x = location_of(at, e.args[static_cast<std::size_t>(f.location_argument())].at);
        trace_event r = access(trace_event::kind::read, x, e.at);
        r.updates = true;
        r.no_result = f.no_result();
        const auto options = options_for(x);
        if (options.empty())
            throw dead_end{};
        const std::int64_t before = options[by_.among(options.size())];
        const bool done = changes(f, before, operands);
        r.value = before;
        r.address = at.from;
        r.full = f.full && done;
        r.acquires = engine::acquires(f.order) && done;
        const int number = add(r);
        const std::int64_t after = done ? new_value(f, before, operands) : before;
        if (done)
            write_back(f, r, number, after, at, operands);
        known result{result_of(f, before, after, done), only(number), {}, at.from};
        if (f.what == action::add_unless && f.arguments == 3)
            result.from |= operands[1].from;
        else if (f.what != action::exchange && f.what != action::compare)
            result.from |= operands[0].from;
        return result;
    }

    void write_back(const builtin& f, const trace_event& r, int number, std::int64_t value,
                    const known& at, const std::vector<known>& operands) {
        trace_event w = r;
        w.what = trace_event::kind::write;
        w.acquires = w.no_result = false;
        w.releases = engine::releases(f.order);
        w.value = value;
        w.address = at.from;
        w.data = (f.what == action::compare ? operands[1] : operands[0]).from;
        if (f.what != action::exchange && f.what != action::compare)
            w.data |= only(number);
        w.partner = number;
        const int other = add(w);
        out_.events[static_cast<std::size_t>(number)].partner = other;
    }

    static bool changes(const builtin& f, std::int64_t before, const std::vector<known>& operands) {
        if (f.what == action::compare)
            return before == operands[0].number;
        if (f.what == action::add_unless)
            return before != (f.implied_amount ? 0 : operands[1].number);
        return true;
    }
    static std::int64_t new_value(const builtin& f, std::int64_t before,
                                  const std::vector<known>& operands) {
        if (f.what == action::compare)
            return operands[1].number;
        if (f.what == action::exchange)
            return operands[0].number;
        return combine(f.how, before, operands[0].number);
    }
    static std::int64_t result_of(const builtin& f, std::int64_t before, std::int64_t after,
                                  bool done) {
        switch (f.what) {
        case action::add_return: return after;
        case action::add_and_test: return after == 0;
        case action::add_negative: return after < 0;
        case action::add_unless: return done;
        case action::add: return 0;
        default: return before;
        }
    }

    // --- locks and sections ---------------------------------------------------------------------

    static int lock_of(const expression& e) { return e.args.front().index; }

    void spin_lock(const expression& e, int l) {
        if (std::find(held_.begin(), held_.end(), l) != held_.end())
            throw dead_end{};
        held_.push_back(l);
        trace_event r = access(trace_event::kind::lock_read, l, e.at);
        r.acquires = true;
        r.partner = static_cast<int>(out_.events.size()) + 1;
        const int number = add(r);
        trace_event w = access(trace_event::kind::lock_write, l, e.at);
        w.partner = number;
        add(w);
    }

    known spin_trylock(const expression& e) {
        const int l = lock_of(e);
        const bool mine = std::find(held_.begin(), held_.end(), l) != held_.end();
        if (!mine && by_.among(2) == 0) {
            spin_lock(e, l);
            return {1};
        }
        return {0, only(add(access(trace_event::kind::lock_fail, l, e.at)))};
    }

    known spin_is_locked(const expression& e) {
        const int l = lock_of(e);
        const bool mine = std::find(held_.begin(), held_.end(), l) != held_.end();
        const bool locked = mine || by_.among(2) == 0;
        const auto what = locked ? trace_event::kind::lock_fail : trace_event::kind::lock_free;
        return {locked ? 1 : 0, only(add(access(what, l, e.at)))};
    }

    void spin_unlock(const expression& e) {
        const auto at = std::find(held_.begin(), held_.end(), lock_of(e));
        if (at == held_.end())
            wrong(e.at, "spin_unlock() of a lock that the thread does not hold");
        held_.erase(at);
        trace_event u = access(trace_event::kind::unlock, lock_of(e), e.at);
        u.releases = true;
        add(u);
    }

    known srcu_lock(const expression& e) {
        trace_event r = access(trace_event::kind::read, lock_of(e), e.at);
        r.section = true;
        return finish_read(r, {}, options_for(r.location));
    }

    void srcu_unlock(const expression& e) {
        const known cookie = evaluate(e.args[1]);
        trace_event w = access(trace_event::kind::write, lock_of(e), e.at);
        w.section = true;
        w.value = cookie.number;
        w.data = cookie.from;
        add(w);
    }

    const litmus_test& test_;
    int number_;
    const value_sets& others_;
    std::vector<std::int64_t> own_; ///< value of each location, as the thread itself knows
    const goal& wanted_;
    choices& by_;
    trace out_;
    std::vector<known> registers_;
    event_mask control_;
    const std::int64_t* must_read_ = nullptr; ///< the load of this assignment
    std::vector<int> held_;
    int step_ = 0;
};

/// The most events of one way through the statement.
std::size_t size_of(const expression& e) {
    std::size_t n = e.what == expression::kind::call || e.what == expression::kind::access ? 2 : 0;
    for (const expression& a : e.args)
        n += size_of(a);
    return n;
}
std::size_t size_of(const statement& s) {
    std::size_t n =
        size_of(s.value) + size_of(s.place) + (s.what == statement::kind::store ? 1U : 0U);
    std::size_t inside = 0;
    for (const statement& i : s.inner)
        inside =
            s.what == statement::kind::branch ? std::max(inside, size_of(i)) : inside + size_of(i);
    return n + inside;
}

std::size_t branches_in(const statement& s) {
    std::size_t n = s.what == statement::kind::branch ? 1 : 0;
    for (const statement& i : s.inner)
        n += branches_in(i);
    return n;
}

} // namespace

std::string too_large(const litmus_test& test) {
    // The function that decides about the parts of a state recurses once for each.
    if (test.shown.size() > max_parts)
        return fmt::format("the final state has too many parts: more than {}", max_parts);
    if (test.locations.size() > max_parts)
        return fmt::format("too many locations: more than {}", max_parts);
    if (test.processes.size() > max_parts)
        return fmt::format("too many threads: more than {}", max_parts);
    std::size_t all = 0;
    for (const process& p : test.processes) {
        const std::size_t n = size_of(p.body);
        if (n > max_trace_events)
            return fmt::format("{} has too many statements: more than {} accesses", p.name,
                               max_trace_events);
        if (branches_in(p.body) > max_parts)
            return fmt::format("{} has too many branches: more than {}", p.name, max_parts);
        all += n;
    }
    return all > max_test_events
               ? fmt::format("too many statements: more than {} accesses", max_test_events)
               : std::string{};
}

trace_list traces_of(const litmus_test& test, int process, const value_sets& others,
                     const goal& wanted, std::size_t at_most, const std::function<bool()>& stop) {
    trace_list out;
    const litmus::process& p = test.processes[static_cast<std::size_t>(process)];
    choices by;
    std::size_t tried = 0;
    do {
        try {
            out.traces.push_back(walk(test, process, others, wanted, by).run());
        } catch (const dead_end&) {
        } catch (const unfinished_loop& l) {
            out.incomplete =
                fmt::format("{}: the loop in line {} may take too many rounds", p.name, l.at.line);
            return out;
        }
        if (++tried > at_most || (tried % 64 == 0 && stop())) {
            out.incomplete = fmt::format("{} has too many ways", p.name);
            return out;
        }
    } while (by.advance());
    return out;
}

} // namespace wbsync::litmus
