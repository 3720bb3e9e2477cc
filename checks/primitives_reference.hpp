// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/primitives_program.hpp"

#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

/// Programs over primitives, explored twice: by the explorer, and by the scheduler that branches on
/// everything. Both must come to the same ends.
namespace primitives {

/// A program whose state says with `std::vector<std::int64_t> outcome() const` how it ended.
template <class State>
class observed_model {
public:
    observed_model(const program<State>* what, std::string* end) : program_(*what), end_(*end) {
        end_ = "stuck";
    }

    void threads(scenario& s) {
        if constexpr (requires { state_.daemons(s); })
            state_.daemons(s);
        int n = 0;
        for (const auto body : program_.threads)
            s.thread({"P", n++}, [this, body] { body(state_); });
    }
    void finally() { end_ = fmt::format("{}", fmt::join(state_.outcome(), " ")); }

private:
    const program<State>& program_;
    std::string& end_;
    State state_;
};

struct ends {
    std::set<std::string> all; ///< outcomes, and the properties that did not hold
    std::uint64_t executions = 0;
    std::uint64_t redundant = 0;
    bool complete = false;
};

template <class State>
ends explore(const program<State>& what, memory_kind memory, scheduler_kind scheduler) {
    ends seen;
    std::string end;
    options with;
    with.memory = memory;
    with.scheduler = scheduler;
    with.all_findings = true;
    with.trace = false;
    with.max_executions = 300'000;
    with.on_execution = [&](const std::vector<finding>& findings) {
        for (const finding& f : findings)
            seen.all.insert(f.property);
        if (findings.empty() && end != "stuck")
            seen.all.insert(end);
    };
    const result r = check<observed_model<State>>(with, &what, &end);
    seen.executions = r.executions;
    seen.redundant = r.redundant;
    seen.complete = r.limit.empty();
    return seen;
}

/// The explorer misses nothing that the reference sees, makes nothing up, and gives nothing up.
/// Returns what it saw under weak.
template <class State>
ends check_as_reference(const program<State>& what) {
    ends dpor;
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        CAPTURE(std::string{name_of(memory)});
        dpor = explore(what, memory, scheduler_kind::dpor);
        const ends reference = explore(what, memory, scheduler_kind::reference);
        REQUIRE(dpor.complete);
        REQUIRE(reference.complete);
        CHECK(fmt::format("{}", fmt::join(dpor.all, "; ")) ==
              fmt::format("{}", fmt::join(reference.all, "; ")));
        CHECK(dpor.redundant == 0);
        CHECK(dpor.executions <= reference.executions);
    }
    return dpor;
}

} // namespace primitives
