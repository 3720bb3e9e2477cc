// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/json.hpp>
#include <wbsync/report/text.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace wbsync::program {

/// The outcome of a check without its counterexample: all that the program itself needs. The entry
/// of a check in a document says the same to other programs.
struct check_summary {
    verdict outcome = verdict::incomplete;
    std::string property = {}; ///< of the finding
    std::string message = {};  ///< what failed, or which limit was hit, or why it is vacuous
    bool as_expected = false;
    std::uint64_t executions = 0;
    std::uint64_t redundant = 0;
    double explored = -1; ///< see result::explored
    double seconds = 0;
    std::string schedule = {}; ///< of the finding
    std::string resume = {};   ///< file in which the stopped search was saved

    /// "finding P1"
    [[nodiscard]] std::string verdict_text() const {
        return outcome == verdict::finding ? "finding " + property : name_of(outcome);
    }

    /// Why it is incomplete: "interrupted; explored about 12 %"
    [[nodiscard]] std::string limit_text() const {
        return explored < 0 ? message : message + "; " + report::explored_text(explored);
    }

    /// It is neither what was expected nor incomplete.
    [[nodiscard]] bool is_surprise() const noexcept {
        return !as_expected && outcome != verdict::incomplete;
    }
};

/// Reads the summary from an entry of a document that another process or a file has provided.
/// Throws std::invalid_argument if it is no such entry.
inline check_summary summary_of(const report::json& entry) {
    const auto text = [&](const char* key) {
        const report::json& value = entry.at(key);
        return value.is_null() ? std::string{} : value.get<std::string>();
    };
    try {
        const auto outcome = report::parse_verdict(text("verdict"));
        if (!outcome)
            throw std::invalid_argument("there is no verdict '" + text("verdict") + "'");
        const report::json& explored = entry.at("explored");
        return {.outcome = *outcome,
                .property = text("property"),
                .message = text("message"),
                .as_expected = entry.at("as_expected").get<bool>(),
                .executions = entry.at("executions").get<std::uint64_t>(),
                .redundant = entry.at("redundant").get<std::uint64_t>(),
                .explored = explored.is_null() ? -1 : explored.get<double>(),
                .seconds = entry.at("seconds").get<double>(),
                .schedule = text("schedule"),
                .resume = text("resume")};
    } catch (const report::json::exception& e) {
        throw std::invalid_argument(e.what());
    }
}

} // namespace wbsync::program
