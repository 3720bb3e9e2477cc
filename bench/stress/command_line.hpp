// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/stress/settings.hpp"

#include <optional>

namespace wbsync::bench {

/// nullopt: the user asked for help, which was printed. Throws program::bad_usage.
std::optional<stress_settings> read_command_line(int argc, char** argv);

} // namespace wbsync::bench
