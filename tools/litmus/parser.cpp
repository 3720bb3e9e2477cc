// SPDX-License-Identifier: BSD-3-Clause
#include "parser.hpp"

#include "arithmetic.hpp"
#include "condition.hpp"
#include "cursor.hpp"
#include "flatten.hpp"
#include "lexer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <map>
#include <set>
#include <utility>

namespace wbsync::litmus {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// Binary operators of C, the loosest first.
constexpr std::array<std::pair<std::string_view, int>, 18> operators{{{"||", 1},
                                                                      {"&&", 2},
                                                                      {"|", 3},
                                                                      {"^", 4},
                                                                      {"&", 5},
                                                                      {"==", 6},
                                                                      {"!=", 6},
                                                                      {"<", 7},
                                                                      {">", 7},
                                                                      {"<=", 7},
                                                                      {">=", 7},
                                                                      {"<<", 8},
                                                                      {">>", 8},
                                                                      {"+", 9},
                                                                      {"-", 9},
                                                                      {"*", 10},
                                                                      {"/", 10},
                                                                      {"%", 10}}};

/// The operator with its precedence; an empty one with 0 if the token is not an operator.
std::pair<std::string_view, int> find_operator(const token& t) {
    if (t.kind == token_kind::symbol)
        for (const auto& o : operators)
            if (o.first == t.text)
                return o;
    return {};
}

class parser {
public:
    parser(const std::vector<token>& all, const deadline& until) : in_(all, until) {}

    litmus_test run() {
        initial_state();
        in_.accept(";");
        while (is_process()) {
            thread();
            in_.accept(";");
        }
        if (test_.processes.empty())
            in_.fail("expected a thread, P0(…) { … }");
        set_registers();
        for (process& p : test_.processes)
            flatten(p);
        parse_condition(in_, test_);
        note_unused();
        return std::move(test_);
    }

private:
    // --- types ----------------------------------------------------------------------------------

    /// A type is followed by a name, or by stars and a name.
    [[nodiscard]] bool sees_type() const {
        if (!in_.sees(token_kind::name))
            return false;
        if (is_one_of(in_.peek().text, {"int", "long", "unsigned", "signed", "short", "char",
                                        "volatile", "const", "struct", "intptr_t", "uintptr_t"}))
            return true;
        std::size_t i = 1;
        while (in_.peek(i).text == "*")
            ++i;
        return in_.peek(i).kind == token_kind::name && (i == 1 || in_.peek(i + 1).text != "(");
    }

    /// Skips a type; returns its kind, if that matters.
    location::kind type() {
        location::kind what = location::kind::variable;
        while (in_.sees(token_kind::name)) {
            const std::string_view next = in_.peek(1).text;
            const bool word =
                is_one_of(in_.peek().text, {"int", "long", "unsigned", "signed", "short", "char",
                                            "volatile", "const", "struct"});
            if (!word && in_.peek(1).kind != token_kind::name && next != "*" && next != ")")
                break; // the name itself
            if (in_.sees("spinlock_t"))
                what = location::kind::spinlock;
            if (in_.sees("srcu_struct"))
                what = location::kind::srcu;
            const bool is_struct = in_.sees("struct");
            in_.take();
            if (is_struct && in_.sees("srcu_struct"))
                what = location::kind::srcu;
            if (is_struct)
                in_.expect_name("the name of a struct");
        }
        while (in_.accept("*") || in_.accept("volatile") || in_.accept("const")) {
        }
        return what;
    }

    // --- the initial state ----------------------------------------------------------------------

    int location_number(std::string_view name) {
        const int next = static_cast<int>(test_.locations.size());
        const auto [at, is_new] = locations_.try_emplace(name, next);
        if (is_new)
            test_.locations.push_back({std::string{name}});
        return at->second;
    }
    int used_location(std::string_view name) {
        const int x = location_number(name);
        at(x).used = true;
        return x;
    }

    location& at(int i) { return test_.locations[static_cast<std::size_t>(i)]; }

    void initial_state() {
        in_.expect("{");
        while (!in_.accept("}")) {
            if (in_.accept(";"))
                continue;
            const location::kind what = sees_type() ? type() : location::kind::variable;
            if (in_.sees(token_kind::number)) {
                initial_register();
                continue;
            }
            const token& name = in_.expect_name("a location");
            const int x = location_number(name.text);
            given_.emplace_back(name.at, x);
            at(x).what = what;
            if (in_.sees("["))
                array(name, x);
            else if (in_.accept("=")) {
                const std::int64_t value = initial_value(); // may add a location
                at(x).initial = value;
            }
            if (!in_.sees("}"))
                in_.expect(";");
        }
        std::stable_sort(contents_.begin(), contents_.end(),
                         [](const auto& a, const auto& b) { return a.process < b.process; });
    }

    /// "[2] = {1, 2}": the elements are locations, `x` is another name of the first one.
    void array(const token& name, int first) {
        const position where = in_.take().at;
        const std::int64_t elements = in_.expect_number();
        in_.expect("]");
        if (elements < 1 || elements > max_elements)
            throw source_error(where, fmt::format("an array has 1 to {} elements, not {}",
                                                  max_elements, elements));
        if (at(first).elements != 0 || at(first).used)
            throw source_error(where, fmt::format("'{}' is known already", name.text));
        at(first).name = element_name(name.text, 0);
        at(first).elements = static_cast<int>(elements);
        for (int i = 1; i != static_cast<int>(elements); ++i) {
            const int x = location_number(element_names_.emplace_back(element_name(name.text, i)));
            at(x).what = at(first).what;
            given_.emplace_back(name.at, x);
        }
        if (!in_.accept("="))
            return;
        in_.expect("{");
        for (int i = 0; !in_.accept("}"); ++i) {
            if (i == static_cast<int>(elements))
                in_.fail(fmt::format("expected '}}' after {} elements", elements));
            const std::int64_t value = initial_value();
            at(element(name.text, first, i)).initial = value;
            if (!in_.sees("}"))
                in_.expect(",");
        }
    }

    static std::string element_name(std::string_view array, int i) {
        return fmt::format("{}[{}]", array, i);
    }
    int element(std::string_view array, int first, int i) {
        return i == 0 ? first : location_number(element_name(array, i));
    }

    /// "0:r1=x;"
    void initial_register() {
        initial_content c;
        c.at = in_.peek().at;
        c.process = in_.take().number;
        in_.expect(":");
        c.name = in_.expect_name("a register").text;
        if (in_.accept("="))
            c.value = initial_value();
        contents_.push_back(c);
        if (!in_.sees("}"))
            in_.expect(";");
    }

    /// To be called when the threads are known.
    void set_registers() {
        for (process& p : test_.processes)
            p.initial.resize(p.registers.size());
        std::vector<std::string> wrong;
        for (const initial_content& c : contents_)
            if (c.process < static_cast<std::int64_t>(test_.processes.size()))
                test_.processes[static_cast<std::size_t>(c.process)]
                    .initial[static_cast<std::size_t>(c.index)] = c.value;
            else
                wrong.push_back(located(c.at, fmt::format("there is no thread P{}", c.process)));
        if (!wrong.empty())
            throw source_error(wrong);
    }

    /// herd7 accepts names that only the initial state has. They may be misspelt.
    void note_unused() {
        std::set<std::pair<int, int>> shown;
        for (const operand& o : test_.shown)
            if (o.what == operand::kind::reg)
                shown.emplace(o.process, o.index);
        std::vector<std::string> notes;
        const auto note = [&](const position& where, const std::string& name) {
            notes.push_back(located(
                where,
                fmt::format("only the initial state names '{}', so it changes nothing", name)));
        };
        for (const auto& [where, x] : given_)
            if (!at(x).used)
                note(where, at(x).name);
        for (const initial_content& c : contents_)
            if (!c.used && shown.count({static_cast<int>(c.process), c.index}) == 0)
                note(c.at, fmt::format("{}:{}", c.process, c.name));
        test_.notes.insert(test_.notes.begin(), notes.begin(), notes.end());
    }

    std::int64_t initial_value() {
        if (in_.accept("ATOMIC_INIT")) {
            in_.expect("(");
            const std::int64_t value = in_.expect_number();
            in_.expect(")");
            return value;
        }
        const std::size_t before = in_.mark();
        if (in_.accept("(")) { // a cast
            if (!sees_type() && in_.peek(1).text != ")" && in_.peek(1).text != "*")
                in_.back_to(before);
            else {
                type();
                in_.expect(")");
            }
        }
        in_.accept("&");
        if (!in_.sees(token_kind::name))
            return in_.expect_number();
        const token& name = in_.take();
        const int x = used_location(name.text);
        if (!in_.accept("["))
            return address_of(x);
        const position where = in_.peek().at;
        const int of_array = checked_element(where, name.text, x, in_.expect_number());
        at(of_array).used = true;
        in_.expect("]");
        return address_of(of_array);
    }

    /// Element number `i` of the array that begins with location `first`.
    int checked_element(const position& where, std::string_view array, int first, std::int64_t i) {
        const int elements = std::max(1, at(first).elements);
        if (i < 0 || i >= elements)
            throw source_error(where,
                               fmt::format("'{}' has {} {}, and none with number {}", array,
                                           elements, elements == 1 ? "element" : "elements", i));
        return element(array, first, static_cast<int>(i));
    }

    // --- threads --------------------------------------------------------------------------------

    [[nodiscard]] bool is_process() const {
        const std::string_view name = in_.peek().text;
        return in_.sees(token_kind::name) && name.starts_with("P") && in_.peek(1).text == "(" &&
               name.size() > 1 && name.find_first_not_of("0123456789", 1) == name.npos;
    }

    void thread() {
        const token& name = in_.take();
        if (name.text.substr(1) != fmt::format("{}", test_.processes.size()))
            throw source_error(name.at, fmt::format("expected P{}", test_.processes.size()));
        process& p = test_.processes.emplace_back();
        p.name = name.text;
        registers_.clear();
        const std::size_t first = next_content_;
        while (next_content_ != contents_.size() &&
               contents_[next_content_].process + 1 ==
                   static_cast<std::int64_t>(test_.processes.size())) {
            initial_content& c = contents_[next_content_++];
            c.index = register_of(c.name).number; // it may be read before it is assigned
        }
        parameters_.clear();
        declared_.clear();
        in_.expect("(");
        while (!in_.accept(")")) {
            parameter();
            if (!in_.sees(")"))
                in_.expect(",");
        }
        p.body = block();
        for (std::size_t i = first; i != next_content_; ++i)
            contents_[i].used = register_of(contents_[i].name).used;
        test_.processes.back().sites = sites_;
        sites_ = 0;
    }

    void parameter() {
        if (in_.accept("void"))
            return;
        const std::size_t before = in_.mark();
        const location::kind what = type();
        bool pointer = false;
        for (std::size_t i = before; i != in_.mark(); ++i)
            pointer = pointer || in_.is_star(i);
        const token& name = in_.expect_name("a parameter");
        if (!pointer)
            throw source_error(
                name.at,
                fmt::format("parameter '{}' is not a pointer to a shared location", name.text));
        const int x = used_location(name.text);
        if (what != location::kind::variable)
            at(x).what = what;
        for (int i = 1; i < at(x).elements; ++i)
            at(element(name.text, x, i)).used = true;
        parameters_.insert(name.text);
    }

    statement block() {
        statement s;
        s.at = in_.expect("{").at;
        while (!in_.accept("}"))
            s.inner.push_back(one_statement());
        return s;
    }

    statement one_statement() {
        const cursor::level inside(in_);
        statement s;
        s.at = in_.peek().at;
        if (in_.sees("{"))
            return block();
        if (in_.accept(";"))
            return s;
        if (in_.accept("if"))
            return branch(s.at);
        if (in_.accept("while"))
            return while_loop(s.at);
        if (in_.accept("do"))
            return do_loop(s.at);
        if (in_.accept("for"))
            return for_loop(s.at);
        if (in_.accept("return")) {
            in_.expect(";");
            s.what = statement::kind::leave;
            return s;
        }
        for (const std::string_view word : {"switch", "goto", "break", "continue"})
            if (in_.sees(word))
                throw source_error(s.at, fmt::format("'{}' is not supported", word));
        if (sees_type())
            return declaration();
        statement out = simple();
        in_.expect(";");
        return out;
    }

    statement branch(const position& at) {
        statement s;
        s.what = statement::kind::branch;
        s.at = at;
        in_.expect("(");
        s.value = expr();
        in_.expect(")");
        s.inner.push_back(one_statement());
        s.inner.emplace_back();
        if (in_.accept("else"))
            s.inner.back() = one_statement();
        return s;
    }

    statement declaration() {
        statement s;
        s.at = in_.peek().at;
        type();
        do {
            while (in_.accept("*")) {
            }
            const token& name = in_.expect_name("the name of a register");
            if (in_.sees("["))
                in_.fail("an array of registers is not supported: expected ';'");
            declared_.insert(name.text);
            const int r = used_register(name.text);
            if (!in_.accept("="))
                continue;
            statement assign;
            assign.what = statement::kind::assign;
            assign.at = name.at;
            assign.target = r;
            assign.value = expr();
            s.inner.push_back(std::move(assign));
        } while (in_.accept(","));
        in_.expect(";");
        return s;
    }

    /// An assignment, a plain store, or an expression.
    statement simple() {
        statement s;
        s.at = in_.peek().at;
        if (in_.sees(token_kind::name) && in_.peek(1).text == "=" &&
            !is_location(in_.peek().text)) {
            s.what = statement::kind::assign;
            s.target = used_register(in_.take().text);
            in_.take();
            s.value = expr();
            return s;
        }
        if (in_.sees("++") || in_.sees("--") ||
            is_one_of(in_.peek(1).text, {"++", "--", "+=", "-="}))
            return step();
        if (in_.sees("*") || (in_.sees(token_kind::name) && in_.peek(1).text == "[")) {
            expression left = unary();
            if (left.what == expression::kind::access && in_.accept("=")) {
                s.what = statement::kind::store;
                s.place = std::move(left.args.front());
                s.site = left.site;
                s.value = expr();
                return s;
            }
            s.what = statement::kind::evaluate;
            s.value = std::move(left);
            return s;
        }
        s.what = statement::kind::evaluate;
        s.value = expr();
        return s;
    }

    /// `r++`, `--r`, `r += 2` and the like.
    statement step() {
        statement s;
        s.what = statement::kind::assign;
        s.at = in_.peek().at;
        std::string_view op;
        if (!in_.sees(token_kind::name))
            op = in_.take().text;
        const token& name = in_.expect_name("a register");
        if (is_location(name.text) || registers_.count(name.text) == 0)
            throw source_error(name.at, fmt::format("'{}' is no register of {}", name.text,
                                                    test_.processes.back().name));
        if (op.empty())
            op = in_.take().text;
        s.target = used_register(name.text);
        s.value.what = expression::kind::binary;
        s.value.at = s.at;
        s.value.op = op.starts_with('+') ? "+" : "-"; // the file's text may go away
        expression& before = s.value.args.emplace_back();
        before.what = expression::kind::reg;
        before.at = s.at;
        before.index = s.target;
        if (op.ends_with("=")) {
            s.value.args.push_back(expr());
        } else {
            s.value.args.emplace_back().number = 1;
        }
        return s;
    }

    // --- loops ----------------------------------------------------------------------------------

    static statement loop(const position& at, expression condition, statement body) {
        statement s;
        s.what = statement::kind::loop;
        s.at = at;
        s.value = std::move(condition);
        s.inner.push_back(std::move(body));
        return s;
    }
    static statement both(statement first, statement second) {
        statement s;
        s.at = first.at;
        s.inner.push_back(std::move(first));
        s.inner.push_back(std::move(second));
        return s;
    }

    statement for_loop(const position& at) {
        in_.expect("(");
        statement begin;
        begin.at = at;
        if (sees_type()) {
            begin = declaration();
        } else {
            if (!in_.sees(";"))
                begin = simple();
            in_.expect(";");
        }
        expression condition;
        condition.number = 1;
        if (!in_.sees(";"))
            condition = expr();
        in_.expect(";");
        statement next;
        next.at = at;
        if (!in_.sees(")"))
            next = simple();
        in_.expect(")");
        return both(std::move(begin),
                    loop(at, std::move(condition), both(one_statement(), std::move(next))));
    }

    // Loops that wait for a value are one access, however often they repeat.

    /// `while (f(load));` and `while (f(r)) r = load;` wait.
    statement while_loop(const position& at) {
        in_.expect("(");
        expression condition = expr();
        in_.expect(")");
        statement body = one_statement();
        const effect does = effect_of(body);
        statement wait = waiting(at, condition, does);
        if (wait.what != statement::kind::await)
            return loop(at, std::move(condition), std::move(body));
        if (does.only == nullptr)
            return wait;
        statement first;
        first.what = statement::kind::branch;
        first.at = at;
        first.value = std::move(condition);
        first.inner.push_back(std::move(wait));
        first.inner.emplace_back();
        return first;
    }

    /// `do r = load; while (f(r));` and `do {} while (f(load));` wait.
    statement do_loop(const position& at) {
        statement body = one_statement();
        in_.expect("while");
        in_.expect("(");
        expression condition = expr();
        in_.expect(")");
        in_.expect(";");
        statement wait = waiting(at, condition, effect_of(body));
        if (wait.what == statement::kind::await)
            return wait;
        statement first = body;
        return both(std::move(first), loop(at, std::move(condition), std::move(body)));
    }

    /// The effect of a loop's body.
    struct effect {
        int statements = 0;              ///< that do something
        const statement* only = nullptr; ///< if there is exactly one
    };
    static effect effect_of(const statement& body) {
        effect does;
        collect(body, does);
        return does;
    }
    static void collect(const statement& s, effect& does) {
        if (s.what == statement::kind::block) {
            for (const statement& i : s.inner)
                collect(i, does);
            return;
        }
        if (s.what == statement::kind::evaluate && s.value.what == expression::kind::call &&
            s.value.function->what == action::no_fence)
            return;
        does.only = does.statements++ == 0 ? &s : nullptr;
    }

    /// The loop with this condition and body as one that waits; an empty block: it does more than
    /// wait.
    static statement waiting(const position& at, const expression& condition, const effect& does) {
        statement wait;
        wait.at = at;
        wait.value = condition;
        if (does.statements == 0 && !take_load(wait.value, wait.place))
            return {};
        if (does.statements != 0) {
            if (does.only == nullptr || does.only->what != statement::kind::assign ||
                !is_load(does.only->value))
                return {};
            wait.target = does.only->target;
            wait.place = does.only->value;
        }
        if (has_access(wait.value) || depends_on_itself(wait))
            return {};
        wait.what = statement::kind::await;
        return wait;
    }
    static bool depends_on_itself(const statement& wait) {
        return wait.target >= 0 && names_register(wait.place, wait.target);
    }
    static bool names_register(const expression& e, int r) {
        return (e.what == expression::kind::reg && e.index == r) ||
               std::any_of(e.args.begin(), e.args.end(),
                           [&](const expression& a) { return names_register(a, r); });
    }
    static bool has_access(const expression& e) {
        return e.what == expression::kind::call || e.what == expression::kind::access ||
               std::any_of(e.args.begin(), e.args.end(), has_access);
    }

    static bool is_load(const expression& e) {
        return e.what == expression::kind::call && e.function->what == action::load;
    }

    /// Moves the only load out of `e`, and leaves `awaited` in its place.
    static bool take_load(expression& e, expression& load) {
        if (is_load(e)) {
            load = std::move(e);
            e = {};
            e.what = expression::kind::awaited;
            e.at = load.at;
            return true;
        }
        bool found = false;
        for (expression& a : e.args)
            found = found || take_load(a, load);
        return found;
    }

    // --- expressions ----------------------------------------------------------------------------

    expression expr(int least = 1) {
        cursor::level inside(in_);
        expression left = unary();
        for (;;) {
            const auto [op, level] = find_operator(in_.peek());
            if (level < least || level == 0)
                break;
            inside.deeper(); // everything left of the new operator is inside of it
            expression e;
            e.what = expression::kind::binary;
            e.at = in_.take().at;
            e.op = op;
            e.args.push_back(std::move(left));
            e.args.push_back(expr(level + 1));
            left = std::move(e);
        }
        if (least == 1 && (in_.sees("?") || in_.sees("->") || in_.sees("++") || in_.sees("--") ||
                           in_.sees("+=") || in_.sees("-=") || in_.sees("=") || in_.sees(".")))
            throw source_error(in_.peek().at,
                               fmt::format("'{}' is not supported here", in_.peek().text));
        return left;
    }

    expression unary() {
        const cursor::level inside(in_);
        expression e;
        e.at = in_.peek().at;
        if (in_.accept("*")) {
            e.what = expression::kind::access;
            e.args.push_back(unary());
            e.site = sites_++;
            return e;
        }
        if (in_.accept("&")) {
            expression of = unary();
            if (of.what != expression::kind::access)
                throw source_error(e.at, "'&' is only supported before '*'");
            return std::move(of.args.front());
        }
        for (const std::string_view op : {"-", "!", "~", "+"})
            if (in_.accept(op)) {
                e.what = expression::kind::unary;
                e.op = op;
                e.args.push_back(unary());
                return e;
            }
        return primary();
    }

    [[nodiscard]] bool sees_cast() const {
        if (!in_.sees("(") || in_.peek(1).kind != token_kind::name)
            return false;
        std::size_t i = 1;
        while (in_.peek(i).kind == token_kind::name || in_.peek(i).text == "*")
            ++i;
        if (in_.peek(i).text != ")")
            return false;
        if (i == 2) // "(name)": a cast if it is a type
            return is_one_of(in_.peek(1).text,
                             {"int", "long", "unsigned", "short", "char", "intptr_t", "uintptr_t",
                              "bool", "void", "u8", "u16", "u32", "u64", "s32", "s64"});
        return in_.peek(2).kind == token_kind::name || in_.peek(i - 1).text == "*";
    }

    expression primary() {
        if (sees_cast()) {
            in_.expect("(");
            type();
            in_.expect(")");
            return unary();
        }
        expression e;
        e.at = in_.peek().at;
        if (in_.accept("(")) {
            e = expr();
            in_.expect(")");
            return e;
        }
        if (in_.sees(token_kind::number)) {
            e.number = in_.take().number;
            return e;
        }
        const token& name = in_.expect_name("an expression");
        if (in_.sees("("))
            return call(name.at, name.text);
        if (in_.sees("{") && name.text.starts_with("__"))
            return tagged_call(name);
        if (in_.sees("["))
            return element_of_array(name);
        if (name.text == "NULL" || name.text == "false" || name.text == "true") {
            e.number = name.text == "true" ? 1 : 0;
            return e;
        }
        if (is_location(name.text)) {
            e.what = expression::kind::address;
            e.index = location_number(name.text);
            return e;
        }
        if (registers_.count(name.text) == 0)
            throw source_error(name.at, fmt::format("'{}' is neither a parameter nor a register "
                                                    "of {}",
                                                    name.text, test_.processes.back().name));
        e.what = expression::kind::reg;
        e.index = used_register(name.text);
        return e;
    }

    /// `x[1]`, as a plain access.
    expression element_of_array(const token& name) {
        if (!is_location(name.text))
            throw source_error(name.at, fmt::format("'{}' is no array of {}", name.text,
                                                    test_.processes.back().name));
        in_.expect("[");
        const position where = in_.peek().at;
        const std::int64_t i = constant(expr());
        in_.expect("]");
        expression place;
        place.what = expression::kind::address;
        place.at = name.at;
        place.index = checked_element(where, name.text, location_number(name.text), i);
        expression e;
        e.what = expression::kind::access;
        e.at = name.at;
        e.site = sites_++;
        e.args.push_back(std::move(place));
        return e;
    }
    static std::int64_t constant(const expression& e) {
        if (e.what == expression::kind::number)
            return e.number;
        if (e.what == expression::kind::unary)
            return apply(e.op, constant(e.args[0]));
        if (e.what == expression::kind::binary)
            return apply(e.op, constant(e.args[0]), constant(e.args[1]));
        throw source_error(e.at, "the index of an array has to be a constant");
    }

    /// `__load{acquire}(*x)` and the like, into which linux-kernel.def expands the kernel's names.
    expression tagged_call(const token& name) {
        in_.expect("{");
        std::string tag;
        while (!in_.accept("}")) {
            if (in_.done())
                in_.fail("expected '}'");
            tag += in_.take().text;
        }
        std::transform(tag.begin(), tag.end(), tag.begin(), [](char c) {
            return c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        });
        if (name.text.find("_op") != name.text.npos)
            return tagged_operation(name, tag);
        const std::string text = fmt::format("{}{{{}}}", name.text, tag);
        const builtin* const f = find_builtin(text);
        if (f != nullptr && f->arguments == 0 && !in_.sees("(")) {
            expression e;
            e.what = expression::kind::call;
            e.at = name.at;
            e.function = f;
            e.site = sites_++;
            return e;
        }
        return call(name.at, text);
    }

    /// `__atomic_fetch_op{acquire}(x, +, 1)` is atomic_fetch_add_acquire(1, x).
    expression tagged_operation(const token& name, const std::string& tag) {
        static const std::map<std::string_view, std::string_view> words{
            {"+", "add"}, {"-", "sub"}, {"&", "and"}, {"|", "or"}, {"^", "xor"}};
        static const std::map<std::string_view, std::string_view> forms{
            {"__atomic_op", "atomic_{}"},
            {"__atomic_op_return", "atomic_{}_return"},
            {"__atomic_fetch_op", "atomic_fetch_{}"}};
        static const std::map<std::string_view, std::string_view> suffixes{
            {"mb", ""}, {"once", "_relaxed"}, {"acquire", "_acquire"}, {"release", "_release"}};
        const auto form = forms.find(name.text);
        const auto suffix = suffixes.find(tag);
        const bool quiet = name.text == "__atomic_op"; // it has the tag `noreturn` or `once`
        if (form == forms.end() || (suffix == suffixes.end() && !quiet))
            throw source_error(name.at, fmt::format("'{}{{{}}}' is not supported", name.text, tag));
        expression e;
        e.what = expression::kind::call;
        e.at = name.at;
        in_.expect("(");
        expression place = expr();
        in_.expect(",");
        const auto word = words.find(in_.peek().text);
        if (word == words.end())
            in_.fail("expected one of + - & | ^");
        in_.take();
        in_.expect(",");
        e.args.push_back(expr());
        e.args.push_back(std::move(place));
        in_.expect(")");
        const std::string function = fmt::format(fmt::runtime(form->second), word->second) +
                                     std::string{quiet ? "" : suffix->second};
        e.function = find_builtin(function);
        if (e.function == nullptr)
            throw source_error(name.at, fmt::format("there is no {}()", function));
        e.site = sites_++;
        note_kind(e);
        return e;
    }

    expression call(const position& at, std::string_view name) {
        expression e;
        e.what = expression::kind::call;
        e.at = at;
        e.function = find_builtin(name);
        if (e.function == nullptr)
            throw source_error(at, fmt::format("'{}' is not supported", name));
        in_.expect("(");
        while (!in_.accept(")")) {
            const bool place = e.function->has_location() &&
                               static_cast<int>(e.args.size()) == e.function->location_argument();
            e.args.push_back(place ? place_of(*e.function) : expr());
            if (!in_.sees(")"))
                in_.expect(",");
        }
        if (static_cast<int>(e.args.size()) != e.function->arguments)
            throw source_error(at, fmt::format("{} takes {} arguments, not {}", name,
                                               e.function->arguments, e.args.size()));
        e.site = sites_++;
        note_kind(e);
        return e;
    }

    /// READ_ONCE(*x) and the like name the value, all others its address. `*x` is not a plain
    /// access there.
    expression place_of(const builtin& function) {
        const position at = in_.peek().at;
        if (!function.by_value)
            return expr();
        if (in_.accept("*"))
            return unary();
        expression e = unary();
        if (e.what != expression::kind::access)
            throw source_error(at, fmt::format("{} takes a location, such as *x", function.name));
        return std::move(e.args.front());
    }

    // --- names ----------------------------------------------------------------------------------

    [[nodiscard]] bool is_location(std::string_view name) const {
        return declared_.count(name) == 0 && parameters_.count(name) != 0;
    }

    /// A register of the current thread.
    struct register_name {
        int number = 0;
        bool used = false; ///< in the thread
    };

    register_name& register_of(std::string_view name) {
        auto& all = test_.processes.back().registers;
        const register_name next{static_cast<int>(all.size())};
        const auto [at, is_new] = registers_.try_emplace(name, next);
        if (is_new)
            all.emplace_back(name);
        return at->second;
    }
    int used_register(std::string_view name) {
        register_name& r = register_of(name);
        r.used = true;
        return r.number;
    }

    // --- what locations are used for ------------------------------------------------------------

    void note_kind(const expression& e) {
        if (!e.function->has_location())
            return;
        using enum location::kind;
        const auto argument = static_cast<std::size_t>(e.function->location_argument());
        const expression& place = e.args[argument];
        const location::kind wanted = kind_for(e.function->what);
        if (place.what != expression::kind::address) {
            if (wanted != variable)
                throw source_error(place.at, fmt::format("{} takes a parameter", e.function->name));
            return;
        }
        location& x = at(place.index);
        if (x.what == variable && wanted != variable)
            x.what = wanted;
        if (x.what != wanted)
            throw source_error(
                place.at, fmt::format("{} cannot be applied to '{}'", e.function->name, x.name));
    }

    static location::kind kind_for(action what) {
        switch (what) {
        case action::spin_lock:
        case action::spin_unlock:
        case action::spin_trylock:
        case action::spin_is_locked: return location::kind::spinlock;
        case action::srcu_lock:
        case action::srcu_unlock:
        case action::srcu_down:
        case action::srcu_up:
        case action::srcu_synchronize: return location::kind::srcu;
        default: return location::kind::variable;
        }
    }

    struct initial_content {
        position at;
        std::int64_t process = 0;
        std::string_view name;
        std::int64_t value = 0;
        int index = 0;     ///< of the register
        bool used = false; ///< by the thread
    };

    static constexpr int max_elements = 256; ///< of an array

    cursor in_;
    litmus_test test_;
    std::map<std::string_view, int> locations_; ///< by name, with their numbers
    std::deque<std::string> element_names_; ///< names of array elements, which locations_ refers to
    std::vector<std::pair<position, int>> given_; ///< locations that the initial state names
    std::vector<initial_content> contents_;       ///< of registers, by thread
    std::size_t next_content_ = 0;                ///< for a thread that was not read yet
    std::set<std::string_view> parameters_;       ///< of the current thread
    std::set<std::string_view> declared_;         ///< its registers, which may hide a parameter
    std::map<std::string_view, register_name> registers_;
    int sites_ = 0;
};

} // namespace

litmus_test parse(std::string_view text, const deadline& until) {
    const tokens all = split(text, until);
    litmus_test test = parser(all.tokens, until).run();
    test.name = all.name;
    return test;
}

} // namespace wbsync::litmus
