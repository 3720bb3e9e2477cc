// SPDX-License-Identifier: BSD-3-Clause
#include "condition.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace wbsync::litmus {

namespace {

/// A name that does not exist in the test.
struct unknown_name : source_error {
    using source_error::source_error;
};
struct unknown_thread : unknown_name {
    using unknown_name::unknown_name;
};

using numbers = std::map<std::string_view, int>;

numbers numbered(const std::vector<std::string>& names) {
    numbers all;
    for (const std::string& name : names)
        all.emplace(name, static_cast<int>(all.size()));
    return all;
}

class condition_parser {
public:
    condition_parser(cursor& in, litmus_test& test) : in_(in), test_(test) {
        for (const location& x : test.locations)
            locations_.emplace(x.name, static_cast<int>(locations_.size()));
        for (const process& p : test.processes)
            registers_.push_back(numbered(p.registers));
    }

    /// Reports all names that do not exist, in the order of the file.
    void run() {
        try {
            read();
        } catch (const source_error& e) {
            note_error(e);
        }
        if (wrong_)
            throw source_error(messages_);
        test_.notes = std::move(messages_);
    }

private:
    void note_error(const source_error& e) {
        messages_.emplace_back(e.what());
        wrong_ = true;
    }

    void read() {
        for (;;) {
            if (in_.accept("locations"))
                locations();
            else if (in_.accept("filter"))
                test_.filter = implication();
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
        test_.condition = implication();
        in_.accept(";");
        if (!in_.done())
            in_.fail("expected the end of the test");
    }

    void locations() {
        in_.expect("[");
        while (!in_.accept("]")) {
            try {
                observed();
            } catch (const unknown_thread& e) {
                note_error(e);
            } catch (const unknown_name& e) {
                messages_.push_back(fmt::format("{}, so it is not shown", e.what()));
            }
            in_.accept(";");
        }
    }

    /// `a => b` is `~a \/ b`, and `a => b => c` is `a => (b => c)`.
    formula implication() {
        const cursor::level inside(in_);
        formula left = disjunction();
        if (!in_.accept("=>"))
            return left;
        formula f;
        f.what = formula::kind::any;
        f.parts.emplace_back().what = formula::kind::negation;
        f.parts.back().parts.push_back(std::move(left));
        f.parts.push_back(implication());
        return f;
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
            formula f = implication();
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
        f.left = known(&condition_parser::observed);
        f.what = in_.sees("!=") ? formula::kind::unequal : formula::kind::equal;
        if (!in_.accept("=") && !in_.accept("==") && !in_.accept("!="))
            in_.fail("expected = or !=");
        f.right = known(&condition_parser::value);
        return f;
    }

    /// An unknown name is recorded, and reading continues after it.
    operand known(operand (condition_parser::*what)()) {
        try {
            return (this->*what)();
        } catch (const unknown_name& e) {
            note_error(e);
            return {};
        }
    }

    /// "0:r1" or "x": a part of the state from now on.
    operand observed() {
        operand o = in_.sees(token_kind::number) ? register_of_thread() : final_location();
        const int process = o.what == operand::kind::reg ? o.process : -1;
        const auto [at, is_new] = shown_.try_emplace({process, o.index}, test_.shown.size());
        o.shown = at->second;
        if (is_new)
            test_.shown.push_back(o);
        return o;
    }

    operand final_location() {
        const bool brackets = in_.accept("[");
        in_.accept("*");
        const token& name = in_.expect_name("a register or a location");
        const std::string of_array = element();
        if (brackets)
            in_.expect("]");
        operand o;
        o.what = operand::kind::location;
        o.index = location_number(name, of_array);
        return o;
    }

    /// "[1]", of an array; empty: no element.
    std::string element() {
        if (!in_.sees("[") || in_.peek(1).kind != token_kind::number)
            return {};
        in_.take();
        const std::int64_t i = in_.expect_number();
        in_.expect("]");
        return fmt::format("[{}]", i);
    }

    operand register_of_thread() {
        const token& number = in_.take();
        in_.expect(":");
        const token& name = in_.expect_name("a register");
        if (number.number < 0 || number.number >= static_cast<std::int64_t>(test_.processes.size()))
            throw unknown_thread(number.at, fmt::format("there is no thread P{}", number.number));
        operand o;
        o.what = operand::kind::reg;
        o.process = static_cast<int>(number.number);
        const numbers& all = registers_[static_cast<std::size_t>(o.process)];
        const auto at = all.find(name.text);
        if (at == all.end())
            throw unknown_name(name.at,
                               fmt::format("P{} has no register '{}'", number.number, name.text));
        o.index = at->second;
        return o;
    }

    int location_number(const token& name, const std::string& of_array = {}) {
        const std::string text = std::string{name.text} + of_array;
        const auto at = locations_.find(text);
        if (at == locations_.end())
            throw unknown_name(name.at,
                               fmt::format("there is no location '{}': neither the initial state "
                                           "nor a parameter of a thread names it",
                                           text));
        test_.locations[static_cast<std::size_t>(at->second)].used = true;
        return at->second;
    }

    /// A number, the address of a location, or another register.
    operand value() {
        if (in_.sees(token_kind::number) && in_.peek(1).text == ":")
            return observed();
        operand o;
        in_.accept("&");
        if (in_.sees(token_kind::name))
            o.number = address_of(location_of_value());
        else
            o.number = in_.expect_number();
        return o;
    }

    int location_of_value() {
        const token& name = in_.take();
        return location_number(name, element());
    }

    cursor& in_;
    litmus_test& test_;
    numbers locations_;
    std::vector<numbers> registers_;                   ///< of each thread
    std::map<std::pair<int, int>, std::size_t> shown_; ///< by thread (-1: none) and number
    std::vector<std::string> messages_;
    bool wrong_ = false; ///< one of them is an error
};

std::int64_t value_of(const operand& o, const final_state& state) {
    return o.what == operand::kind::number ? o.number : state[o.shown];
}

} // namespace

void parse_condition(cursor& at, litmus_test& test) {
    condition_parser(at, test).run();
}

bool holds(const formula& f, const final_state& state) {
    const auto part = [&](const formula& p) { return holds(p, state); };
    switch (f.what) {
    case formula::kind::equal: return value_of(f.left, state) == value_of(f.right, state);
    case formula::kind::unequal: return value_of(f.left, state) != value_of(f.right, state);
    case formula::kind::all: return std::all_of(f.parts.begin(), f.parts.end(), part);
    case formula::kind::any: return std::any_of(f.parts.begin(), f.parts.end(), part);
    case formula::kind::negation: return !part(f.parts.front());
    case formula::kind::truth: break;
    }
    return f.value;
}

std::string describe_value(const litmus_test& test, std::int64_t value) {
    const std::int64_t i = (value - first_address) / 8;
    if (value >= first_address && i < static_cast<std::int64_t>(test.locations.size()))
        return test.locations[static_cast<std::size_t>(i)].name;
    return fmt::format("{}", value);
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
        text +=
            fmt::format("{}{}={};", text.empty() ? "" : " ", name, describe_value(test, state[i]));
    }
    return text;
}

} // namespace wbsync::litmus
