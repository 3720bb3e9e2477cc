// SPDX-License-Identifier: BSD-3-Clause
#include "events.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace wbsync::litmus {

namespace {

using sources = std::set<int>;

/// Walks over a thread, and tracks which values come from which loads.
class walker {
public:
    std::vector<event> run(const process& p) {
        statement_of(p.body);
        return std::move(events_);
    }

private:
    void statement_of(const statement& s) {
        switch (s.what) {
        case statement::kind::block:
            for (const statement& i : s.inner)
                statement_of(i);
            break;
        case statement::kind::evaluate: expression_of(s.value); break;
        case statement::kind::assign: registers_[s.target] = expression_of(s.value); break;
        case statement::kind::store: plain_store(s); break;
        case statement::kind::branch: branch(s); break;
        case statement::kind::await: await(s); break;
        default: break;
        }
    }

    void plain_store(const statement& s) {
        const sources address = expression_of(s.place);
        event e;
        e.plain_store = &s;
        e.at = s.at;
        e.site = s.site;
        e.writes = true;
        e.address = e.operands = address;
        const sources value = expression_of(s.value);
        e.operands.insert(value.begin(), value.end());
        place(e, s.place);
        add(e);
    }

    void branch(const statement& s) {
        const sources condition = expression_of(s.value);
        event decides;
        decides.at = s.at;
        decides.branches = true;
        decides.operands = condition;
        add(decides);
        const sources outside = control_; // LKMM: only the arms depend on the condition
        control_.insert(condition.begin(), condition.end());
        const auto before = registers_;
        arms_.push_back(next_arm_++);
        statement_of(s.inner[0]);
        auto after_first = std::exchange(registers_, before);
        arms_.back() = next_arm_++;
        statement_of(s.inner[1]);
        arms_.pop_back();
        control_ = outside;
        for (const auto& [r, from] : after_first)
            registers_[r].insert(from.begin(), from.end());
    }

    void await(const statement& s) {
        const sources value = expression_of(s.place);
        events_.back().waits = true;
        if (s.target >= 0)
            registers_[s.target] = value;
        control_.insert(value.begin(), value.end());
    }

    sources expression_of(const expression& e) {
        switch (e.what) {
        case expression::kind::reg: return registers_[e.index];
        case expression::kind::call: return call(e);
        case expression::kind::access: {
            event l;
            l.at = e.at;
            l.site = e.site;
            l.reads = true;
            l.address = l.operands = expression_of(e.args.front());
            place(l, e.args.front());
            return {add(l)};
        }
        default: break;
        }
        sources all;
        for (const expression& a : e.args) {
            const sources from = expression_of(a);
            all.insert(from.begin(), from.end());
        }
        return all;
    }

    sources call(const expression& e) {
        event n;
        n.function = e.function;
        n.source = &e;
        n.at = e.at;
        n.site = e.site;
        n.reads = e.function->reads();
        n.writes = e.function->writes();
        for (int i = 0; i != static_cast<int>(e.args.size()); ++i) {
            const expression& a = e.args[static_cast<std::size_t>(i)];
            const sources from = expression_of(a);
            n.operands.insert(from.begin(), from.end());
            if (e.function->has_location() && i == e.function->location_argument()) {
                n.address = from;
                place(n, a);
            }
        }
        const int number = add(n);
        return n.reads ? sources{number} : sources{};
    }

    static void place(event& e, const expression& of) {
        if (of.what == expression::kind::address)
            e.location = of.index;
        else
            e.any_location = true;
    }

    int add(event e) {
        e.control = control_;
        e.arms = arms_;
        events_.push_back(std::move(e));
        return static_cast<int>(events_.size()) - 1;
    }

    std::vector<event> events_;
    std::map<int, sources> registers_;
    sources control_;
    std::vector<int> arms_;
    int next_arm_ = 0;
};

bool is(const event& e, action what) {
    return e.function != nullptr && e.function->what == what;
}
bool full(const event& e) {
    return e.function != nullptr && e.function->is_full_fence() &&
           e.function->what != action::compare && e.function->what != action::add_unless;
}
bool acquires(const event& e) {
    return e.function != nullptr && engine::acquires(e.function->order);
}
bool releases(const event& e) {
    return e.function != nullptr && engine::releases(e.function->order);
}

/// Is the fence `f` executed whenever `a` or `b` is?
bool always_with(const event& f, const event& a, const event& b) {
    const auto inside = [&](const event& e) {
        return f.arms.size() <= e.arms.size() &&
               std::equal(f.arms.begin(), f.arms.end(), e.arms.begin());
    };
    return inside(a) || inside(b);
}

bool fence_between(const std::vector<event>& events, std::size_t i, std::size_t j) {
    const event& a = events[i];
    const event& b = events[j];
    for (std::size_t k = i + 1; k < j; ++k) {
        const event& f = events[k];
        const bool orders = full(f) || (is(f, action::read_fence) && a.reads && b.reads) ||
                            (is(f, action::write_fence) && a.writes && b.writes);
        if (orders && always_with(f, a, b))
            return true;
    }
    return false;
}

bool directly_ordered(const std::vector<event>& events, std::size_t i, std::size_t j) {
    const event& a = events[i];
    const event& b = events[j];
    const int number = static_cast<int>(i);
    if (a.branches)
        return false;
    if (full(a) || full(b) || acquires(a) || releases(b) || fence_between(events, i, j))
        return true;
    if (b.branches)
        return b.operands.count(number) != 0;
    if (a.is_plain() || b.is_plain()) // LKMM: otherwise the compiler may do with it what it wants
        return !a.is_plain() && b.address.count(number) != 0;
    if (b.operands.count(number) != 0 || (b.writes && b.control.count(number) != 0))
        return true;
    if (is(a, action::rcu_lock) || is(a, action::srcu_lock) || is(a, action::srcu_down) ||
        is(b, action::rcu_unlock) || is(b, action::srcu_unlock) || is(b, action::srcu_up))
        return true;
    return a.location >= 0 && a.location == b.location;
}

} // namespace

std::vector<event> events_of(const process& p) {
    return walker().run(p);
}

std::vector<std::vector<bool>> preserved_order(const std::vector<event>& events) {
    const std::size_t n = events.size();
    std::vector<std::vector<bool>> before(n, std::vector<bool>(n, false));
    for (std::size_t i = 0; i != n; ++i)
        for (std::size_t j = i + 1; j < n; ++j)
            before[i][j] = directly_ordered(events, i, j);
    for (std::size_t k = 0; k != n; ++k)
        for (std::size_t i = 0; i != k; ++i)
            for (std::size_t j = k + 1; j < n; ++j)
                if (before[i][k] && before[k][j])
                    before[i][j] = true;
    return before;
}

} // namespace wbsync::litmus
