// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>

namespace wbsync::program {

/// The exit codes of the program; `wbsync --help` explains them.
enum exit_code : int {
    all_as_expected = 0,
    not_as_expected = 1,
    bad_usage_status = 2,
    something_incomplete = 3,
    program_failed = 4,
};

/// The user asked for something that does not exist; the message says what exists.
struct bad_usage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace wbsync::program
