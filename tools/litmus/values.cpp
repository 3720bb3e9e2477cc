// SPDX-License-Identifier: BSD-3-Clause
#include "values.hpp"

#include "arithmetic.hpp"

#include <utility>

namespace wbsync::litmus {

namespace {

using values = std::set<std::int64_t>;

/// A location has more values than can be handled.
struct too_many {};

constexpr std::size_t max_values = 512;

void unite(values& into, const values& more) {
    into.insert(more.begin(), more.end());
    if (into.size() > max_values)
        throw too_many{};
}

template <class F>
values each(const values& a, F f) {
    values out;
    for (const std::int64_t x : a)
        out.insert(f(x));
    return out;
}
template <class F>
values each(const values& a, const values& b, F f) {
    values out;
    for (const std::int64_t x : a)
        for (const std::int64_t y : b) {
            out.insert(f(x, y));
            if (out.size() > max_values)
                throw too_many{};
        }
    return out;
}

/// Walks over a thread with sets of values.
class walker {
public:
    walker(const litmus_test& test, std::size_t process, const value_sets& others,
           const deadline& until)
        : test_(test), process_(test.processes[process]), others_(others), until_(until),
          written_(test.locations.size()), now_{{}, value_sets(test.locations.size())} {
        for (const std::int64_t v : process_.initial)
            now_.registers.push_back({v});
        for (std::size_t x = 0; x != test.locations.size(); ++x)
            now_.own[x] = {test.locations[x].initial};
    }

    value_sets run() {
        execute(process_.body);
        return std::move(written_);
    }

private:
    struct state {
        std::vector<values> registers;
        value_sets own; ///< what the thread reads if it reads no other thread's write
    };

    void execute(const statement& s) {
        if (++steps_ % 1024 == 0)
            until_.look();
        switch (s.what) {
        case statement::kind::block:
            for (const statement& i : s.inner)
                execute(i);
            break;
        case statement::kind::evaluate: evaluate(s.value); break;
        case statement::kind::assign:
            now_.registers[static_cast<std::size_t>(s.target)] = evaluate(s.value);
            break;
        case statement::kind::store: {
            const values at = evaluate(s.place);
            write(at, evaluate(s.value));
            break;
        }
        case statement::kind::branch: branch(s); break;
        case statement::kind::await: {
            const values read = evaluate(s.place);
            if (s.target >= 0)
                now_.registers[static_cast<std::size_t>(s.target)] = read;
            break;
        }
        default: break;
        }
    }

    void branch(const statement& s) {
        until_.look(); // all that is known is copied
        evaluate(s.value);
        const state before = now_;
        execute(s.inner[0]);
        const state first = std::exchange(now_, before);
        execute(s.inner[1]);
        for (std::size_t r = 0; r != now_.registers.size(); ++r)
            unite(now_.registers[r], first.registers[r]);
        for (std::size_t x = 0; x != now_.own.size(); ++x)
            unite(now_.own[x], first.own[x]);
    }

    values evaluate(const expression& e) {
        switch (e.what) {
        case expression::kind::number: return {e.number};
        case expression::kind::address: return {address_of(e.index)};
        case expression::kind::reg: return now_.registers[static_cast<std::size_t>(e.index)];
        case expression::kind::unary:
            return each(evaluate(e.args[0]), [&](std::int64_t v) { return apply(e.op, v); });
        case expression::kind::binary: {
            const values left = evaluate(e.args[0]);
            return each(left, evaluate(e.args[1]),
                        [&](std::int64_t a, std::int64_t b) { return apply(e.op, a, b); });
        }
        case expression::kind::access: return read(evaluate(e.args[0]));
        case expression::kind::call: return call(e);
        case expression::kind::awaited: break;
        }
        return {0};
    }

    template <class F>
    void each_location(const values& addresses, F f) const {
        for (const std::int64_t a : addresses) {
            const std::int64_t i = (a - first_address) / 8;
            if (a >= first_address && a % 8 == 0 &&
                i < static_cast<std::int64_t>(test_.locations.size()))
                f(static_cast<std::size_t>(i));
        }
    }

    [[nodiscard]] values read(const values& addresses) const {
        values all;
        each_location(addresses, [&](std::size_t x) {
            unite(all, now_.own[x]);
            unite(all, others_[x]);
        });
        return all;
    }

    void write(const values& addresses, const values& v) {
        each_location(addresses, [&](std::size_t x) {
            unite(written_[x], v);
            if (addresses.size() == 1)
                now_.own[x] = v;
            else
                unite(now_.own[x], v);
        });
    }

    values call(const expression& e) {
        const builtin& f = *e.function;
        std::vector<values> operands;
        values at;
        for (int i = 0; i != static_cast<int>(e.args.size()); ++i) {
            values v = evaluate(e.args[static_cast<std::size_t>(i)]);
            if (f.has_location() && i == f.location_argument())
                at = std::move(v);
            else
                operands.push_back(std::move(v));
        }
        if (f.implied_amount)
            operands.insert(operands.begin(), values{f.amount});
        switch (f.what) {
        case action::load:
        case action::srcu_lock:
        case action::srcu_down: return read(at);
        case action::store:
        case action::store_mb:
        case action::srcu_unlock:
        case action::srcu_up: write(at, operands[0]); return {0};
        case action::spin_trylock:
        case action::spin_is_locked: return {0, 1};
        default: return f.reads() && !is_lock(f) ? update(f, at, operands) : values{0};
        }
    }

    static bool is_lock(const builtin& f) { return f.what == action::spin_lock; }

    values update(const builtin& f, const values& at, const std::vector<values>& operands) {
        const values before = read(at);
        values after;
        if (f.what == action::exchange)
            after = operands[0];
        else if (f.what == action::compare)
            after = operands[1];
        else
            after = each(before, operands[0],
                         [&](std::int64_t a, std::int64_t n) { return combine(f.how, a, n); });
        values left = now_own(at);
        write(at, after);
        if (f.what == action::compare || f.what == action::add_unless) // it may have failed
            each_location(at, [&](std::size_t x) { unite(now_.own[x], left); });
        switch (f.what) {
        case action::add_return: return after;
        case action::add_and_test:
        case action::add_negative:
        case action::add_unless: return {0, 1};
        default: return before;
        }
    }

    [[nodiscard]] values now_own(const values& addresses) const {
        values all;
        each_location(addresses, [&](std::size_t x) { unite(all, now_.own[x]); });
        return all;
    }

    const litmus_test& test_;
    const process& process_;
    const value_sets& others_;
    const deadline& until_;
    std::size_t steps_ = 0;
    value_sets written_;
    state now_;
};

std::size_t writes_in(const expression& e) {
    std::size_t n = e.function != nullptr && e.function->writes() ? 1 : 0;
    for (const expression& a : e.args)
        n += writes_in(a);
    return n;
}
std::size_t writes_in(const statement& s) {
    std::size_t n = writes_in(s.value) + (s.what == statement::kind::store ? 1U : 0U);
    for (const statement& i : s.inner)
        n += writes_in(i);
    return n;
}

} // namespace

value_sets written_by_others(const written_values& all, std::size_t process) {
    value_sets out(all.front().size());
    for (std::size_t p = 0; p != all.size(); ++p)
        for (std::size_t x = 0; p != process && x != out.size(); ++x)
            out[x].insert(all[p][x].begin(), all[p][x].end());
    return out;
}

std::optional<written_values> values_of(const litmus_test& test, const deadline& until) {
    const std::size_t n = test.processes.size();
    written_values all(n, value_sets(test.locations.size()));
    std::size_t writes = 0;
    for (const process& p : test.processes)
        writes += writes_in(p.body);
    try {
        // A value needs at most as many steps to arrive from others as there are writes.
        for (std::size_t round = 0; round <= writes; ++round) {
            const written_values before = all;
            for (std::size_t p = 0; p != n; ++p)
                all[p] = walker(test, p, written_by_others(before, p), until).run();
            if (all == before)
                break;
        }
    } catch (const too_many&) {
        return std::nullopt;
    } catch (const out_of_time&) {
        return std::nullopt;
    }
    return all;
}

} // namespace wbsync::litmus
