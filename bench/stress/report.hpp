// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/stress/settings.hpp"
#include "bench/stress/subject.hpp"

#include <string>
#include <vector>

namespace wbsync::bench {

/// A model, and its attempts.
struct stressed {
    subject what;
    attempt plain;   ///< without delays
    attempt delayed; ///< with delays

    [[nodiscard]] bool as_expected() const { return what.allows(plain) && what.allows(delayed); }
};

/// A line for the model checker, and one for each attempt.
std::string text_of(const stressed& s, const stress_settings& with);
std::string summary_of(const std::vector<stressed>& all);
std::string markdown_of(const std::vector<stressed>& all, const stress_settings& with);
std::string json_of(const std::vector<stressed>& all, const stress_settings& with);

} // namespace wbsync::bench
