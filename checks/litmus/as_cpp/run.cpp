// SPDX-License-Identifier: BSD-3-Clause
// The main() of litmus tests in C++: runs them under lkmm, and compares their final states with
// those that herd7 has.
#include "model.hpp"

#include <wbsync/check.hpp>
#include <wbsync/report/limit.hpp>
#include <wbsync/sync/lockdep.hpp>

#include "checks/litmus/state_parts.hpp"

#include <cstdio>
#include <map>
#include <string>

#include <fmt/format.h>

namespace as_cpp {

model::model(const test* of, std::set<std::string>* states)
    : test_(*of), states_(*states), registers_(of->state.size()) {
    for (const variable& v : of->variables)
        variables.emplace_back(v.name, v.initial);
    for (const pointer_variable& p : of->pointers)
        pointers.emplace_back(p.name, &variables[p.initial]);
    for (const char* name : of->locks)
        locks.emplace_back(name);
    for (const char* name : of->domains)
        domains.emplace_back(name);
}

void model::threads(scenario& s) {
    lockdep_off(); // a test says itself what it forbids
    for (std::size_t i = 0; i != test_.threads.size(); ++i)
        s.thread({"P", static_cast<int>(i)}, [this, i] { test_.threads[i](*this); });
}

void model::finally() {
    std::string text;
    for (std::size_t i = 0; i != test_.state.size(); ++i) {
        const shown& s = test_.state[i];
        text += fmt::format("{}={}; ", s.name,
                            s.what == shown::kind::reg ? registers_[i] : value_of(s));
    }
    states_.insert(text);
}

std::string model::name_of(const atomic64_t* p) const {
    for (std::size_t i = 0; i != variables.size(); ++i)
        if (p == &variables[i])
            return test_.variables[i].name;
    return "0";
}

std::string model::value_of(const shown& s) const {
    switch (s.what) {
    case shown::kind::variable: return std::to_string(variables[s.index].value.newest());
    case shown::kind::pointer:
        return name_of(pointer<atomic64_t>::to_pointer(pointers[s.index].value.newest()));
    case shown::kind::lock: return spin_is_locked(locks[s.index]) ? "1" : "0";
    case shown::kind::reg: break;
    }
    return {};
}

namespace {

using states = std::set<std::set<std::string>>;

/// Those of `these` that `others` do not have.
states without(const states& these, const states& others) {
    states rest;
    for (const auto& s : these)
        if (others.count(s) == 0)
            rest.insert(s);
    return rest;
}

template <class Texts>
states parsed(const Texts& texts) {
    states all;
    for (const auto& s : texts)
        all.insert(parts_of_state(s));
    return all;
}

void print(const test& t, const std::string& what, const states& some) {
    for (const auto& s : some) {
        std::string text;
        for (const std::string& part : s)
            text += " " + part;
        fmt::print("{}: {}:{}\n", t.file, what, text);
    }
}

/// All final states, and whatever else is wrong.
struct seen {
    states all;
    std::string wrong;
    bool incomplete = false; ///< a late load of a pointer is missing, and the result says so
};

seen run(const test& t) {
    seen out;
    std::set<std::string> texts;
    options with;
    with.memory = memory_kind::lkmm;
    with.jobs = 1; // in this process: the states are collected here
    with.all_findings = true;
    with.trace = false;
    with.on_execution = [&](const std::vector<finding>& findings) {
        for (const finding& f : findings)
            if (f.property != "deadlock") // such an execution has no final state, others have
                out.wrong = f.property + ": " + f.message;
    };
    const result r = check<model>(with, &t, &texts);
    out.all = parsed(texts);
    out.incomplete = r.limit.kind == limit_kind::late_load;
    if (!r.limit.empty() && !out.incomplete)
        out.wrong = report::text_of(r.limit);
    return out;
}

/// What came of all tests.
class summary {
public:
    void add(const test& t) {
        ++tests_;
        const seen ours = run(t);
        const states theirs = parsed(t.expected);
        const states extra = without(ours.all, theirs);
        const states missing = without(theirs, ours.all);
        if (!ours.wrong.empty())
            fmt::print("{}: {}\n", t.file, ours.wrong);
        std::vector<const char*> gaps = t.gaps;
        if (ours.incomplete)
            gaps.push_back("a late load of a pointer, told as incomplete");
        const bool may_miss = judge(t, missing, gaps, "missing");
        const bool may_have = judge(t, extra, t.surpluses, "not herd7's");
        equal_ += extra.empty() && missing.empty() ? 1 : 0;
        wrong_ += may_miss && may_have && ours.wrong.empty() ? 0 : 1;
    }

    /// The exit status.
    [[nodiscard]] int report() const {
        int not_expressible = 0;
        for (const left_out& l : all_left_out())
            not_expressible += l.tests;
        fmt::print("{} tests: {} equal, {} not expressible\n", tests_ + not_expressible, equal_,
                   not_expressible);
        for (const left_out& l : all_left_out())
            fmt::print("{:6} not expressible: {}\n", l.tests, l.reason);
        for (const auto& [reason, tests] : reasons_)
            fmt::print("{:6} with states {}\n", tests, reason);
        fmt::print("{:6} wrong\n", wrong_);
        return wrong_ == 0 && equal_ != 0 ? 0 : 1;
    }

private:
    /// Whether the difference is one that the library has with a reason.
    bool judge(const test& t, const states& differing, const std::vector<const char*>& reasons,
               const std::string& what) {
        if (differing.empty())
            return true;
        print(t, reasons.empty() ? what : what + ", as it may be", differing);
        if (!reasons.empty())
            ++reasons_[fmt::format("{}: {}", what, reasons.front())];
        return !reasons.empty();
    }

    int tests_ = 0;
    int equal_ = 0;
    int wrong_ = 0;
    std::map<std::string, int> reasons_; ///< of differences
};

} // namespace

} // namespace as_cpp

int main() {
    as_cpp::summary all;
    for (const as_cpp::tests* some : as_cpp::all_tests())
        for (const as_cpp::test& t : *some)
            all.add(t);
    return all.report();
}
