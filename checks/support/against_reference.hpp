// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/support/primitives_program.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace primitives {

/// The results of a model in all executions: the values that it leaves, and the findings.
struct outcomes {
    std::set<std::vector<std::int64_t>> finals;
    std::set<std::string> findings;
    friend bool operator==(const outcomes&, const outcomes&) = default;
};

/// The model; `std::vector<std::int64_t> left() const` of its state returns what it leaves.
template <class State>
class recorded_model : public program_model<State> {
public:
    recorded_model(const program<State>* what, outcomes* into)
        : program_model<State>(what), into_(*into) {}
    void finally() {
        program_model<State>::finally();
        into_.finals.insert(this->state().left());
    }

private:
    outcomes& into_;
};

/// The explorer has the same results as a scheduler that branches on everything, in fewer
/// executions and with none in vain.
template <class State>
void check_against_reference(const program<State>& what) {
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        outcomes seen[2];
        result results[2];
        for (const auto scheduler : {scheduler_kind::reference, scheduler_kind::dpor}) {
            const int i = scheduler == scheduler_kind::dpor ? 1 : 0;
            options with;
            with.memory = memory;
            with.scheduler = scheduler;
            with.all_findings = true;
            with.trace = false;
            with.on_execution = [&](const std::vector<finding>& findings) {
                for (const finding& f : findings)
                    seen[i].findings.insert(f.property);
            };
            results[i] = check<recorded_model<State>>(with, &what, &seen[i]);
            INFO(results[i]);
            CHECK(results[i].limit.empty());
        }
        CHECK(seen[0] == seen[1]);
        CHECK(results[1].sleep_set_blocked == 0);
        CHECK(results[1].executions <= results[0].executions);
    }
}

} // namespace primitives
