// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/stress/attempt.hpp"
#include "bench/stress/reordering.hpp"
#include <wbsync/catalogue.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace wbsync::bench {

/// A model that is run on real threads, and what the model checker says about it.
struct subject {
    catalogue::model model;
    catalogue::expectation sc;
    catalogue::expectation weak;
    std::uint64_t executions_sc = 0; ///< needed by the model checker
    std::uint64_t executions_weak = 0;

    [[nodiscard]] bool has_finding() const { return weak.outcome() == verdict::finding; }
    /// Does the finding need a machine that reorders?
    [[nodiscard]] bool needs_weak() const {
        return has_finding() && sc.outcome() != verdict::finding;
    }
    /// The reordering that the finding needs, if it is known.
    [[nodiscard]] const reordering* needs() const {
        return needs_weak() ? reordering_of(model.name()) : nullptr;
    }
    [[nodiscard]] bool is_possible_here() const {
        return !needs_weak() || bench::is_possible_here(needs());
    }

    /// May the attempt end like that? A crash is a use after free, P2.
    [[nodiscard]] bool allows(const attempt& a) const {
        switch (a.end) {
        case ending::clean: return true;
        case ending::violated: return may_fail(a.property);
        case ending::crashed: return may_fail("P2");
        default: return false;
        }
    }

private:
    /// Weak memory shows everything that sequential consistency shows.
    [[nodiscard]] bool may_fail(const std::string& property) const {
        return is_possible_here() && has_finding() && weak.properties.contains(property);
    }
};

/// The models in which the model checker finds P1 or P2, and isw/v9, in which it finds nothing; or
/// the models in `names`, which may be patterns. None of them is weakened
/// (catalogue::model::weaken). The numbers are those of the manifest. Throws program::bad_usage if
/// there is no such model, or no such manifest.
std::vector<subject> subjects(const std::vector<std::string>& names, const std::string& manifest);

} // namespace wbsync::bench
