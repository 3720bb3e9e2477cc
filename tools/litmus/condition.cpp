// SPDX-License-Identifier: BSD-3-Clause
#include "condition.hpp"

#include <algorithm>

namespace wbsync::litmus {

namespace {

bool same(const operand& a, const operand& b) {
    return a.what == b.what && a.number == b.number && a.process == b.process && a.index == b.index;
}

int find_location(const litmus_test& test, std::string_view name) {
    for (std::size_t i = 0; i != test.locations.size(); ++i)
        if (test.locations[i].name == name)
            return static_cast<int>(i);
    return -1;
}

/// A name that the test does not have.
struct unknown_name : source_error {
    using source_error::source_error;
};

class condition_parser {
public:
    condition_parser(cursor& in, litmus_test& test) : in_(in), test_(test) {}

    void run() {
        for (;;) {
            if (in_.accept("locations"))
                locations();
            else if (in_.accept("filter"))
                test_.filter = disjunction();
            else
                break;
        }
        if (in_.accept("~")) {
            in_.expect("exists");
            test_.asks = quantifier::not_exists;
        } else if (in_.accept("forall")) {
            test_.asks = quantifier::forall;
        } else {
            if (!in_.sees("exists"))
                in_.fail("expected exists, ~exists, forall, filter or locations");
            in_.take();
        }
        test_.condition = disjunction();
        if (!in_.done())
            in_.fail("expected the end of the test");
    }

private:
    void locations() {
        in_.expect("[");
        while (!in_.accept("]")) {
            try {
                observed();
            } catch (const unknown_name& e) {
                if (test_.warning.empty())
                    test_.warning = fmt::format("{}, so it is not shown", e.what());
            }
            in_.accept(";");
        }
    }

    formula disjunction() {
        return chain("\\/", formula::kind::any, &condition_parser::conjunction);
    }
    formula conjunction() { return chain("/\\", formula::kind::all, &condition_parser::atom); }

    formula chain(std::string_view op, formula::kind what, formula (condition_parser::*part)()) {
        formula first = (this->*part)();
        if (!in_.sees(op))
            return first;
        formula f;
        f.what = what;
        f.parts.push_back(std::move(first));
        while (in_.accept(op))
            f.parts.push_back((this->*part)());
        return f;
    }

    formula atom() {
        const cursor::level inside(in_);
        if (in_.accept("(")) {
            formula f = disjunction();
            in_.expect(")");
            return f;
        }
        formula f;
        if (in_.accept("~") || in_.accept("not")) {
            f.what = formula::kind::negation;
            f.parts.push_back(atom());
            return f;
        }
        if (in_.sees("true") || in_.sees("false")) {
            f.value = in_.take().text == "true";
            return f;
        }
        f.left = observed();
        f.what = in_.sees("!=") ? formula::kind::unequal : formula::kind::equal;
        if (!in_.accept("=") && !in_.accept("==") && !in_.accept("!="))
            in_.fail("expected = or !=");
        f.right = value();
        return f;
    }

    /// "0:r1" or "x": part of the state from now on.
    operand observed() {
        operand o;
        if (in_.sees(token_kind::number)) {
            o = register_of_thread();
        } else {
            const bool brackets = in_.accept("[");
            in_.accept("*");
            o.what = operand::kind::location;
            o.index = location_number(in_.expect_name("a register or a location"));
            if (brackets)
                in_.expect("]");
        }
        if (std::none_of(test_.shown.begin(), test_.shown.end(),
                         [&](const operand& p) { return same(o, p); }))
            test_.shown.push_back(o);
        return o;
    }

    operand register_of_thread() {
        const token& number = in_.take();
        in_.expect(":");
        const token& name = in_.expect_name("a register");
        if (number.number < 0 || number.number >= static_cast<std::int64_t>(test_.processes.size()))
            throw unknown_name(number.at, fmt::format("there is no thread P{}", number.number));
        operand o;
        o.what = operand::kind::reg;
        o.process = static_cast<int>(number.number);
        auto& all = test_.processes[static_cast<std::size_t>(o.process)].registers;
        const auto at = std::find(all.begin(), all.end(), name.text);
        o.index = static_cast<int>(at - all.begin());
        if (at == all.end())
            throw unknown_name(name.at,
                               fmt::format("P{} has no register '{}'", number.number, name.text));
        return o;
    }

    int location_number(const token& name) {
        const int i = find_location(test_, name.text);
        if (i < 0)
            throw unknown_name(name.at,
                               fmt::format("there is no location '{}': neither the initial state "
                                           "nor a parameter of a thread names it",
                                           name.text));
        return i;
    }

    /// A number, the address of a location, or another register.
    operand value() {
        if (in_.sees(token_kind::number) && in_.peek(1).text == ":")
            return observed();
        operand o;
        in_.accept("&");
        if (in_.sees(token_kind::name))
            o.number = address_of(location_number(in_.take()));
        else
            o.number = in_.expect_number();
        return o;
    }

    cursor& in_;
    litmus_test& test_;
};

std::int64_t value_of(const operand& o, const litmus_test& test, const final_state& state) {
    return o.what == operand::kind::number ? o.number : state[index_of_shown(test, o)];
}

std::string show(std::int64_t value, const litmus_test& test) {
    const std::int64_t i = (value - first_address) / 8;
    if (value >= first_address && i < static_cast<std::int64_t>(test.locations.size()))
        return test.locations[static_cast<std::size_t>(i)].name;
    return fmt::format("{}", value);
}

} // namespace

void parse_condition(cursor& at, litmus_test& test) {
    condition_parser(at, test).run();
}

std::size_t index_of_shown(const litmus_test& test, const operand& o) {
    const auto at = std::find_if(test.shown.begin(), test.shown.end(),
                                 [&](const operand& p) { return same(p, o); });
    return static_cast<std::size_t>(at - test.shown.begin());
}

bool holds(const formula& f, const litmus_test& test, const final_state& state) {
    const auto part = [&](const formula& p) { return holds(p, test, state); };
    switch (f.what) {
    case formula::kind::equal:
        return value_of(f.left, test, state) == value_of(f.right, test, state);
    case formula::kind::unequal:
        return value_of(f.left, test, state) != value_of(f.right, test, state);
    case formula::kind::all: return std::all_of(f.parts.begin(), f.parts.end(), part);
    case formula::kind::any: return std::any_of(f.parts.begin(), f.parts.end(), part);
    case formula::kind::negation: return !part(f.parts.front());
    case formula::kind::truth: break;
    }
    return f.value;
}

std::string describe(const litmus_test& test, const final_state& state) {
    std::string text;
    for (std::size_t i = 0; i != state.size(); ++i) {
        const operand& o = test.shown[i];
        const auto index = static_cast<std::size_t>(o.index);
        const std::string name =
            o.what == operand::kind::location
                ? test.locations[index].name
                : fmt::format("{}:{}", o.process,
                              test.processes[static_cast<std::size_t>(o.process)].registers[index]);
        text += fmt::format("{}{}={};", text.empty() ? "" : " ", name, show(state[i], test));
    }
    return text;
}

} // namespace wbsync::litmus
