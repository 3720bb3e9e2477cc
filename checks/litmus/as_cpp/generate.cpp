// SPDX-License-Identifier: BSD-3-Clause
#include "generate.hpp"

#include "gaps.hpp"
#include "names.hpp"
#include "words.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace as_cpp {

namespace {

using namespace wbsync::litmus;

/// A part of the program.
struct term {
    enum class kind : std::uint8_t { number, boolean, pointer, other } what = kind::number;
    std::string text;
    bool depends = false; ///< a value<T>
};

bool has_access(const expression& e) {
    return e.what == expression::kind::call || e.what == expression::kind::access ||
           std::any_of(e.args.begin(), e.args.end(), has_access);
}

/// Writes one thread.
class thread_writer {
public:
    thread_writer(const litmus_test& test, const std::vector<object>& objects, int number,
                  flaw with)
        : test_(test), objects_(objects), number_(number), with_(with),
          process_(test.processes[static_cast<std::size_t>(number)]),
          locals_(locals_of(process_, objects)) {}

    /// A function of that name.
    std::string run(const std::string& name) {
        expect_locks_are_given_back();
        declare_registers();
        write(process_.body);
        tell_registers();
        std::string all = fmt::format("void {}(model& test) {{\n", name);
        for (const int x : locations_) {
            const object& o = objects_[static_cast<std::size_t>(x)];
            constexpr const char* members[] = {"variables", "pointers", "locks", "domains"};
            all += fmt::format("    auto& {} = test.{}[{}];\n", o.name,
                               members[static_cast<std::size_t>(o.what)], o.number);
        }
        return all + body_ + "}\n";
    }

private:
    /// The library takes it for a mistake if they are not.
    void expect_locks_are_given_back() const {
        const int taken =
            count(process_.body, action::spin_lock) + count(process_.body, action::spin_trylock);
        if (taken > count(process_.body, action::spin_unlock))
            throw not_expressible{"a thread that ends with a lock held"};
    }
    static int count(const expression& e, action what) {
        int n = e.what == expression::kind::call && e.function->what == what ? 1 : 0;
        for (const expression& a : e.args)
            n += count(a, what);
        return n;
    }
    static int count(const statement& s, action what) {
        int n = count(s.value, what);
        for (const statement& i : s.inner)
            n += count(i, what);
        return n;
    }

    // --- lines ----------------------------------------------------------------------------------

    void line(const std::string& text) {
        body_ += std::string(4 * (depth_ + 1), ' ') + text + "\n";
    }

    void declare_registers() {
        for (std::size_t r = 0; r != locals_.size(); ++r) {
            const local& l = locals_[r];
            const std::int64_t initial = process_.initial[r];
            if (l.constant || (!l.used && initial == 0))
                continue;
            line(l.what == local::kind::cookie    ? fmt::format("int {} = 0;", l.name)
                 : l.what == local::kind::pointer ? fmt::format("value<atomic64_t*> {};", l.name)
                 : initial != 0 ? fmt::format("value<std::int64_t> {}{{{}}};", l.name, initial)
                                : fmt::format("value<std::int64_t> {};", l.name));
        }
    }

    void tell_registers() {
        for (std::size_t i = 0; i != test_.shown.size(); ++i) {
            const operand& o = test_.shown[i];
            if (o.what != operand::kind::reg || o.process != number_)
                continue;
            const auto r = static_cast<std::size_t>(o.index);
            if (locals_[r].what == local::kind::cookie)
                throw not_expressible{"a state with the index of a section of SRCU"};
            const bool is_there = locals_[r].used || process_.initial[r] != 0;
            line(fmt::format("test.ends_with({}, {});", i,
                             is_there ? locals_[r].name : "std::int64_t{0}"));
        }
    }

    // --- statements -----------------------------------------------------------------------------

    void write(const statement& s) {
        switch (s.what) {
        case statement::kind::block:
            for (const statement& i : s.inner)
                write(i);
            break;
        case statement::kind::evaluate: evaluate(s.value); break;
        case statement::kind::assign: assign(s.target, assigned(s)); break;
        case statement::kind::branch: branch(s); break;
        case statement::kind::await: await(s); break;
        case statement::kind::store: throw not_expressible{"a plain access"};
        default: throw not_expressible{"a loop with too many rounds"};
        }
    }

    void evaluate(const expression& e) {
        if (!has_access(e))
            return;
        const std::string text = evaluated(e).text;
        if (!text.empty())
            line(text + ";");
    }

    term assigned(const statement& s) {
        term t = evaluated(s.value);
        const local& to = locals_[static_cast<std::size_t>(s.target)];
        if ((to.what == local::kind::pointer) != (t.what == term::kind::pointer)) {
            if (to.what != local::kind::pointer || t.text != "0")
                throw not_expressible{"a register for numbers and for pointers"};
            t.text = "nullptr";
        }
        // A value<bool> that becomes a value<std::int64_t> on the way would decide about the rest.
        if (!to.constant && t.depends && t.what != term::kind::number &&
            t.what != term::kind::pointer)
            t.text = fmt::format("std::int64_t{{0}} + {}", t.text);
        return t;
    }

    void assign(int target, const term& t) {
        const local& to = locals_[static_cast<std::size_t>(target)];
        if (to.constant && !t.depends)
            plain_.insert(target);
        line(fmt::format("{}{} = {};", to.constant ? "const auto " : "", to.name, t.text));
    }

    void branch(const statement& s) {
        const term c = evaluated(s.value);
        const std::string condition =
            with_ == flaw::no_branch
                ? fmt::format("if ({}) {{", c.text)
                : fmt::format("if (branch taken{}{{{}}}) {{",
                              nested_ == 0 ? "" : std::to_string(nested_), c.text);
        line(condition);
        arm(s.inner[0]);
        if (has_statements(s.inner[1])) {
            line("} else {");
            arm(s.inner[1]);
        }
        line("}");
    }

    static bool has_statements(const statement& s) {
        return s.what != statement::kind::block ||
               std::any_of(s.inner.begin(), s.inner.end(), has_statements);
    }

    void arm(const statement& s) {
        ++depth_;
        ++nested_;
        write(s);
        --depth_;
        --nested_;
    }

    void await(const statement& s) {
        const builtin& f = *s.place.function;
        const bool acquires = f.name == "smp_load_acquire";
        const expression& x = s.place.args.front();
        if ((!acquires && f.name != "READ_ONCE") || x.what != expression::kind::address)
            throw not_expressible{"a wait by another load"};
        const term v = place(x);
        if (v.what == term::kind::pointer)
            throw not_expressible{"a wait for a pointer"};
        awaited_by_ = s.target;
        const std::string wait =
            fmt::format("{}({}, [&](std::int64_t number) {{ return !({}); }})",
                        acquires ? "await_acquire" : "await", v.text, evaluated(s.value).text);
        awaited_by_ = -1;
        if (s.target < 0)
            line(wait + ";");
        else
            assign(s.target, {term::kind::number, wait, true});
    }

    // --- expressions ----------------------------------------------------------------------------

    term evaluated(const expression& e) {
        switch (e.what) {
        case expression::kind::number:
            return {term::kind::number,
                    e.number < 0 ? fmt::format("({})", e.number) : fmt::format("{}", e.number)};
        case expression::kind::reg: return reg(e.index);
        case expression::kind::address: return address(e.index);
        case expression::kind::unary: return unary(e);
        case expression::kind::binary: return binary(e);
        case expression::kind::awaited: return {term::kind::number, "number"};
        case expression::kind::call: return call(e);
        case expression::kind::access: break;
        }
        throw not_expressible{"a plain access"};
    }

    term reg(int r) {
        if (awaited_by_ == r)
            return {term::kind::number, "number"};
        const local& l = locals_[static_cast<std::size_t>(r)];
        if (awaited_by_ >= 0)
            throw not_expressible{"a wait that looks at another register"};
        if (l.what == local::kind::cookie)
            return {term::kind::number, l.name};
        const bool depends = plain_.count(r) == 0;
        return {l.what == local::kind::pointer ? term::kind::pointer : term::kind::number,
                with_ == flaw::no_dependency && depends ? l.name + ".peek()" : l.name,
                depends && with_ != flaw::no_dependency};
    }

    term address(int x) {
        const object& o = objects_[static_cast<std::size_t>(x)];
        if (o.what != object::kind::variable)
            throw not_expressible{"a pointer to what is no number"};
        locations_.insert(x);
        return {term::kind::pointer, "&" + o.name};
    }

    term unary(const expression& e) {
        const term a = evaluated(e.args[0]);
        if (a.what == term::kind::pointer && e.op != "!")
            throw not_expressible{"arithmetic with pointers"};
        return {e.op == "!"                    ? term::kind::boolean
                : a.what == term::kind::number ? a.what
                                               : term::kind::other,
                fmt::format("({}{})", e.op, a.text), a.depends};
    }

    term binary(const expression& e) {
        const bool both = e.op == "&&" || e.op == "||";
        if (both && has_access(e.args[1]))
            throw not_expressible{"an access in the second part of && or ||"};
        term a = evaluated(e.args[0]);
        term b = evaluated(e.args[1]);
        const bool compares = e.op == "==" || e.op == "!=";
        if (!compares && (a.what == term::kind::pointer || b.what == term::kind::pointer))
            throw not_expressible{"arithmetic with pointers"};
        match_pointers(a, b);
        if (both)
            return {term::kind::boolean,
                    fmt::format("({} {} {})", truth(a), e.op == "&&" ? "&" : "|", truth(b)),
                    a.depends || b.depends};
        expect_defined(e);
        const bool is_bool = compares || e.op == "<" || e.op == ">" || e.op == "<=" || e.op == ">=";
        const bool is_number = a.what == term::kind::number || b.what == term::kind::number;
        return {is_bool     ? term::kind::boolean
                : is_number ? term::kind::number
                            : term::kind::other,
                fmt::format("({} {} {})", a.text, e.op, b.text), a.depends || b.depends};
    }

    /// `&&` would convert its operands to bool, and all later stores would depend on them.
    static std::string truth(const term& t) {
        return t.what == term::kind::boolean ? t.text : fmt::format("({} != 0)", t.text);
    }

    /// A pointer is compared with pointers, or with nullptr.
    static void match_pointers(term& a, term& b) {
        if ((a.what == term::kind::pointer) == (b.what == term::kind::pointer))
            return;
        term& number = a.what == term::kind::pointer ? b : a;
        if (number.text != "0")
            throw not_expressible{"arithmetic with pointers"};
        number.text = "nullptr";
    }

    /// Litmus tests know what C leaves undefined.
    static void expect_defined(const expression& e) {
        if (e.op != "/" && e.op != "%" && e.op != "<<" && e.op != ">>")
            return;
        const expression& by = e.args[1];
        if (by.what != expression::kind::number || by.number <= 0 || by.number > 62)
            throw not_expressible{"arithmetic that C may leave undefined"};
    }

    // --- calls ----------------------------------------------------------------------------------

    /// The variable that an expression is the address of.
    term place(const expression& e) {
        if (e.what == expression::kind::address) {
            locations_.insert(e.index);
            const object& o = objects_[static_cast<std::size_t>(e.index)];
            return {o.what == object::kind::pointer ? term::kind::pointer : term::kind::number,
                    o.name};
        }
        const term p = evaluated(e);
        if (e.what != expression::kind::reg || p.what != term::kind::pointer)
            throw not_expressible{"a computed address"};
        return {term::kind::number, "*" + p.text, p.depends};
    }

    term call(const expression& e) {
        const builtin& f = *e.function;
        if (f.what == action::no_fence) // one for the compiler
            return {};
        if (!f.has_location())
            return {term::kind::number, word_of(f, false) + "()"};
        const auto location = static_cast<std::size_t>(f.location_argument());
        const term x = place(e.args[location]);
        const bool of_pointer = x.what == term::kind::pointer;
        std::vector<std::string> args;
        for (std::size_t i = 0; i != e.args.size(); ++i)
            args.push_back(i == location ? x.text : argument(e.args[i], of_pointer));
        return {of_pointer ? term::kind::pointer : term::kind::number,
                fmt::format("{}({})", word_of(f, of_pointer), fmt::join(args, ", ")), !is_plain(f)};
    }

    std::string argument(const expression& e, bool of_pointer) {
        const term t = evaluated(e);
        if (of_pointer == (t.what == term::kind::pointer))
            return t.text;
        if (of_pointer && t.text == "0")
            return "nullptr";
        throw not_expressible{"a variable for numbers and for pointers"};
    }

    static std::string word_of(const builtin& f, bool of_pointer) {
        std::string w = word(f, of_pointer);
        if (w.empty())
            throw not_expressible{
                fmt::format("no {}(){}", f.name, of_pointer ? " of pointers" : "")};
        return w;
    }

    const litmus_test& test_;
    const std::vector<object>& objects_;
    int number_;
    flaw with_;
    const process& process_;
    std::vector<local> locals_;
    std::set<int> locations_; ///< that the thread names
    std::set<int> plain_;     ///< registers that are no value<T>
    std::string body_;
    std::size_t depth_ = 0;
    int nested_ = 0;
    int awaited_by_ = -1; ///< the register that a wait looks at
};

// --- what is not in the threads -----------------------------------------------------------------

std::string quoted(const std::string& text) {
    return fmt::format("\"{}\"", text);
}

/// An initializer of these.
std::string list(const std::vector<std::string>& parts) {
    return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

std::vector<std::string> quoted(std::vector<std::string> texts) {
    for (std::string& t : texts)
        t = quoted(t);
    return texts;
}

/// The locations of one kind, as as_cpp::test has them.
std::vector<std::string> locations(const litmus_test& test, const std::vector<object>& objects,
                                   object::kind what) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i != objects.size(); ++i) {
        const location& x = test.locations[i];
        if (objects[i].what != what)
            continue;
        if (what == object::kind::variable) {
            all.push_back(fmt::format("{{\"{}\", {}}}", x.name, x.initial));
        } else if (what == object::kind::pointer) {
            const auto to = static_cast<std::size_t>((x.initial - first_address) / 8);
            if (objects[to].what != object::kind::variable)
                throw not_expressible{"a pointer to what is no number"};
            all.push_back(fmt::format("{{\"{}\", {}}}", x.name, objects[to].number));
        } else if (x.initial != 0) {
            throw not_expressible{"a lock that is held at first"};
        } else {
            all.push_back(quoted(x.name));
        }
    }
    return all;
}

std::vector<std::string> state(const litmus_test& test, const std::vector<object>& objects) {
    std::vector<std::string> all;
    for (const operand& o : test.shown) {
        const auto index = static_cast<std::size_t>(o.index);
        if (o.what == operand::kind::reg) {
            const process& p = test.processes[static_cast<std::size_t>(o.process)];
            all.push_back(
                fmt::format("{{shown::kind::reg, \"{}:{}\"}}", o.process, p.registers[index]));
            continue;
        }
        const object& x = objects[index];
        if (x.what == object::kind::domain)
            throw not_expressible{"a state with a domain of SRCU"};
        all.push_back(fmt::format("{{shown::kind::{}, \"{}\", {}}}",
                                  x.what == object::kind::variable  ? "variable"
                                  : x.what == object::kind::pointer ? "pointer"
                                                                    : "lock",
                                  test.locations[index].name, x.number));
    }
    return all;
}

program expressed(const litmus_test& test, const std::string& file, int number,
                  const std::vector<std::string>& expected, flaw with) {
    if (test.filter.what != formula::kind::truth)
        throw not_expressible{"a filter"};
    program out;
    const std::vector<object> objects = objects_of(test);
    std::vector<std::string> threads;
    out.code = fmt::format("// {}\n", file);
    for (std::size_t i = 0; i != test.processes.size(); ++i) {
        const std::string name = fmt::format("test_{}_P{}", number, i);
        out.code += thread_writer(test, objects, static_cast<int>(i), with).run(name);
        threads.push_back(name);
    }
    using enum object::kind;
    out.entry =
        list({quoted(file), list(locations(test, objects, variable)),
              list(locations(test, objects, pointer)), list(locations(test, objects, lock)),
              list(locations(test, objects, domain)), list(threads), list(state(test, objects)),
              list(quoted(expected)), list(quoted(gaps(test))), list(quoted(surpluses(test)))});
    return out;
}

} // namespace

program generate(const litmus_test& test, const std::string& file, int number,
                 const std::vector<std::string>& expected, flaw with) {
    try {
        return expressed(test, file, number, expected, with);
    } catch (const not_expressible& e) {
        return {"", "", e.reason};
    }
}

} // namespace as_cpp
