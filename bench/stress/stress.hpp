// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/stress/attempt.hpp"
#include "bench/stress/settings.hpp"
#include <wbsync/catalogue.hpp>

namespace wbsync::bench {

/// Runs the model on real threads, in a process of its own, until something is found or the time is
/// over.
attempt stress(const catalogue::model& m, const stress_settings& with, bool delays);

} // namespace wbsync::bench
