// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/catalogue.hpp"

#include <vector>

namespace wbsync::models {

/// Every model of the repository, by name.
const std::vector<model>& all();

} // namespace wbsync::models
