// SPDX-License-Identifier: BSD-3-Clause
#include "flatten.hpp"

#include "arithmetic.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace wbsync::litmus {

namespace {

constexpr int known_rounds = 256; ///< if the loop's condition is known without any load
constexpr int open_rounds = 8;    ///< for any other loop
constexpr int max_statements = 10'000;

/// Is the statement of this kind, or does it contain one that is?
bool has(const statement& s, statement::kind what) {
    return s.what == what || std::any_of(s.inner.begin(), s.inner.end(),
                                         [&](const statement& i) { return has(i, what); });
}

/// Counts the statements that are made.
class budget {
public:
    void spend(const position& at) {
        if (++spent_ > max_statements)
            throw source_error(at, fmt::format("with all rounds of its loops the thread has more "
                                               "than {} statements",
                                               max_statements));
    }

private:
    int spent_ = 0;
};

// --- loops --------------------------------------------------------------------------------------

class unrolling {
public:
    unrolling(const process& p, budget& left)
        : known_(p.initial.begin(), p.initial.end()), left_(left) {}

    statement run(const statement& s) {
        left_.spend(s.at);
        if (s.what == statement::kind::loop)
            return loop(s);
        statement out = s;
        if (s.what == statement::kind::branch) {
            const auto before = known_;
            out.inner[0] = run(s.inner[0]);
            const auto after_first = std::exchange(known_, before);
            out.inner[1] = run(s.inner[1]);
            forget_unless_equal(after_first);
            return out;
        }
        for (statement& i : out.inner)
            i = run(i);
        if (s.target >= 0)
            known_[static_cast<std::size_t>(s.target)] =
                s.what == statement::kind::assign ? constant(s.value) : std::nullopt;
        return out;
    }

private:
    using values = std::vector<std::optional<std::int64_t>>;

    static statement block(const position& at) {
        statement s;
        s.at = at;
        return s;
    }

    /// The rounds whose condition is known, one after the other.
    statement loop(const statement& s) {
        statement rounds = block(s.at);
        for (int n = 0; n != known_rounds; ++n) {
            const std::optional<std::int64_t> condition = constant(s.value);
            if (!condition) {
                rounds.inner.push_back(open_loop(s, 0));
                return rounds;
            }
            if (*condition == 0)
                return rounds;
            rounds.inner.push_back(run(s.inner[0]));
        }
        rounds.inner.push_back(unfinished(s.at));
        return rounds;
    }

    /// The rounds from number `n` on.
    statement open_loop(const statement& s, int n) {
        left_.spend(s.at);
        statement round = block(s.at);
        round.what = statement::kind::branch;
        round.value = s.value;
        round.inner = {block(s.at), block(s.at)};
        const values before = known_;
        if (n == open_rounds) {
            round.inner[0] = unfinished(s.at);
        } else {
            round.inner[0].inner.push_back(run(s.inner[0]));
            round.inner[0].inner.push_back(open_loop(s, n + 1));
            forget_unless_equal(before);
        }
        return round;
    }

    static statement unfinished(const position& at) {
        statement s = block(at);
        s.what = statement::kind::unfinished;
        return s;
    }

    /// The value of an expression without accesses whose registers are known.
    [[nodiscard]] std::optional<std::int64_t> constant(const expression& e) const {
        std::vector<std::int64_t> args;
        for (const expression& a : e.args) {
            const std::optional<std::int64_t> v = constant(a);
            if (!v)
                return std::nullopt;
            args.push_back(*v);
        }
        switch (e.what) {
        case expression::kind::number: return e.number;
        case expression::kind::reg: return known_[static_cast<std::size_t>(e.index)];
        case expression::kind::address: return address_of(e.index);
        case expression::kind::unary: return apply(e.op, args[0]);
        case expression::kind::binary: return apply(e.op, args[0], args[1]);
        default: return std::nullopt;
        }
    }

    void forget_unless_equal(const values& other) {
        for (std::size_t r = 0; r != known_.size(); ++r)
            if (known_[r] != other[r])
                known_[r] = std::nullopt;
    }

    values known_; ///< what each register contains; empty: not known
    budget& left_;
};

// --- returns ------------------------------------------------------------------------------------

class ending {
public:
    explicit ending(budget& left) : left_(left) {}

    /// The statements up to a `return`. Blocks are replaced by their contents.
    std::vector<statement> run(std::vector<statement> todo) {
        std::vector<statement> out;
        std::reverse(todo.begin(), todo.end()); // the next one is at the end
        while (!todo.empty()) {
            statement s = std::move(todo.back());
            todo.pop_back();
            left_.spend(s.at);
            if (s.what == statement::kind::leave)
                break;
            if (s.what == statement::kind::block) {
                std::move(s.inner.rbegin(), s.inner.rend(), std::back_inserter(todo));
                continue;
            }
            const bool last = has(s, statement::kind::leave);
            if (last)
                for (statement& arm : s.inner)
                    arm = with_rest(std::move(arm), todo);
            out.push_back(std::move(s));
            if (last)
                break;
        }
        return out;
    }

private:
    /// `rest` is in the order of `todo`.
    statement with_rest(statement arm, const std::vector<statement>& rest) {
        std::vector<statement> all{std::move(arm)};
        all.insert(all.end(), rest.rbegin(), rest.rend());
        statement s;
        s.at = all.front().at;
        s.inner = run(std::move(all));
        return s;
    }

    budget& left_;
};

// --- sites --------------------------------------------------------------------------------------

/// A statement that occurs twice gets two sites.
class numbering {
public:
    void run(statement& s) {
        run(s.place);
        if (s.what == statement::kind::store)
            s.site = next_++;
        run(s.value);
        for (statement& i : s.inner)
            run(i);
    }
    [[nodiscard]] int sites() const noexcept { return next_; }

private:
    void run(expression& e) {
        for (expression& a : e.args)
            run(a);
        if (e.what == expression::kind::call || e.what == expression::kind::access)
            e.site = next_++;
    }

    int next_ = 0;
};

} // namespace

void flatten(process& p) {
    if (!has(p.body, statement::kind::loop) && !has(p.body, statement::kind::leave))
        return;
    budget left;
    statement unrolled = unrolling(p, left).run(p.body);
    std::vector<statement> all = std::move(unrolled.inner);
    p.body.inner = ending(left).run(std::move(all));
    numbering numbers;
    numbers.run(p.body);
    p.sites = numbers.sites();
}

} // namespace wbsync::litmus
