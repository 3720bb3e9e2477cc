// SPDX-License-Identifier: BSD-3-Clause
#include "kernel_answer.hpp"

#include "candidates.hpp"
#include "why.hpp"

#include <optional>

namespace wbsync::litmus {

namespace {

/// The search for the answer.
class inquiry {
public:
    inquiry(const litmus_test& test, const deadline& until, const kernel_limits& limits)
        : test_(test), until_(until), limits_(limits) {}

    kernel_answer run() {
        std::string result = by_all_states();
        if (result.empty() && out_.incomplete.empty() && found_.error.empty())
            result = by_two_states();
        if (found_.error.empty())
            out_.result = std::move(result);
        out_.states = std::move(found_.states);
        out_.race = std::move(found_.race);
        out_.error = std::move(found_.error);
        out_.candidates = found_.candidates;
        return std::move(out_);
    }

private:
    static constexpr const char* thin_air = "a plain value that is computed from itself";

    [[nodiscard]] std::string verdict() const {
        std::size_t meeting = 0;
        for (const final_state& s : found_.states)
            meeting += holds(test_.condition, s) ? 1U : 0U;
        return meeting == 0 ? "Never" : meeting == found_.states.size() ? "Always" : "Sometimes";
    }

    /// Empty: unknown.
    std::string by_all_states() {
        ways all(test_);
        if (!all.find({}, until_))
            return {};
        candidates every(test_, all, until_, found_);
        auto end = every.search(aim::all, limits_.for_states);
        // Searches again: what is known is not searched for again.
        if (end == candidates::end::cut_off && found_.states.size() <= limits_.few)
            end = every.search(aim::all, limits_.for_few_states);
        const bool finished = end == candidates::end::nothing_left;
        out_.race_known = finished || !all.has_plain();
        out_.all_states = finished && !found_.thin_air;
        if (finished && found_.thin_air && verdict() != "Sometimes")
            out_.incomplete = thin_air;
        return out_.all_states || verdict() == "Sometimes" ? verdict() : std::string{};
    }

    /// Is there a state that meets the proposition, and one that does not?
    std::string by_two_states() {
        const std::optional<bool> met = is_there(aim::meets);
        if (!met)
            return {};
        if (!*met)
            return "Never";
        const std::optional<bool> missed = is_there(aim::misses);
        if (!missed)
            return {};
        return *missed ? "Sometimes" : "Always";
    }

    /// nullopt: unknown, or there was an error.
    std::optional<bool> is_there(aim for_what) {
        for (const final_state& s : found_.states)
            if (holds(test_.condition, s) == (for_what == aim::meets))
                return true;
        ways some(test_);
        if (!some.find(for_what == aim::meets ? goal(test_) : goal(), until_)) {
            out_.incomplete = until_.over() ? "max_seconds" : some.too_many();
            return {};
        }
        found_.thin_air = false;
        switch (candidates(test_, some, until_, found_).search(for_what, limits_.for_result)) {
        case candidates::end::enough:
            return found_.error.empty() ? std::optional(true) : std::nullopt;
        case candidates::end::cut_off:
            out_.incomplete = until_.over() ? "max_seconds" : "too many candidate executions";
            return {};
        case candidates::end::nothing_left: break;
        }
        if (!found_.thin_air)
            return false;
        out_.incomplete = thin_air;
        return {};
    }

    const litmus_test& test_;
    const deadline& until_;
    const kernel_limits& limits_;
    found_states found_;
    kernel_answer out_;
};

} // namespace

kernel_answer ask_kernel_model(const litmus_test& test, const deadline& until,
                               const kernel_limits& limits) {
    return inquiry(test, until, limits).run();
}

std::string why_never(const litmus_test& test, const deadline& until, const kernel_limits& limits) {
    ways some(test);
    if (!some.find(goal(test), until))
        return {};
    found_states found;
    candidates all(test, some, until, found);
    auto furthest = engine::lkmm::axiom::none;
    std::string why;
    all.listen([&](const executions& of, engine::lkmm::axiom broken) {
        if (broken <= furthest)
            return;
        furthest = broken;
        why = describe_cycle(test, of, broken);
    });
    all.search(aim::meets, limits.for_result);
    return why;
}

} // namespace wbsync::litmus
