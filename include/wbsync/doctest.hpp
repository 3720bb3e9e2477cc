// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/print.hpp>
#include <wbsync/result.hpp>

#include <doctest/doctest.h>

#include <iosfwd>
#include <string_view>
#include <utility>

namespace wbsync {

/// What a test expects of a result.
struct asserted {
    result seen;
    bool holds;

    explicit operator bool() const noexcept { return holds; }
    friend std::ostream& operator<<(std::ostream& out, const asserted& a) { return out << a.seen; }
};

/// CHECK(verified(check<model>())) shows the counterexample when it fails. As a member function,
/// verified() is a bool, of which doctest can show no more than `false`.
[[nodiscard]] inline asserted verified(result r) {
    const bool holds = r.verified();
    return {std::move(r), holds};
}

/// Like verified(): CHECK(vacuous(check<model>())).
[[nodiscard]] inline asserted vacuous(result r) {
    const bool holds = r.vacuous();
    return {std::move(r), holds};
}

/// Like verified(): CHECK(found(check<model>(), "BUG_ON")).
[[nodiscard]] inline asserted found(result r, std::string_view text) {
    const bool holds = r.found(text);
    return {std::move(r), holds};
}

} // namespace wbsync
