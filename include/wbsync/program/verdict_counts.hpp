// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/errors.hpp>

#include <wbsync/result.hpp>

#include <string>

#include <fmt/format.h>

namespace wbsync::program {

/// How many checks had each verdict.
struct verdict_counts {
    int as_expected = 0;
    int unexpected = 0;
    int incomplete = 0;
    int not_started = 0;

    void add(verdict outcome, bool expected) {
        if (outcome == verdict::incomplete)
            ++incomplete;
        else
            ++(expected ? as_expected : unexpected);
    }

    [[nodiscard]] int status() const {
        return unexpected != 0                       ? not_as_expected
               : incomplete != 0 || not_started != 0 ? something_incomplete
                                                     : all_as_expected;
    }

    [[nodiscard]] std::string str() const {
        const int all = as_expected + unexpected + incomplete;
        std::string text =
            fmt::format("{} {}: {} as expected", all, all == 1 ? "check" : "checks", as_expected);
        if (unexpected != 0)
            text += fmt::format(", {} NOT as expected", unexpected);
        if (incomplete != 0)
            text += fmt::format(", {} incomplete", incomplete);
        if (not_started != 0)
            text += fmt::format("; {} not started", not_started);
        return text;
    }
};

} // namespace wbsync::program
