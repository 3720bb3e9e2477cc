// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/catalogue.hpp"

namespace wbsync::models {

/// Every model of the repository, by name.
inline const std::vector<model>& all() {
    static const std::vector<model> models;
    return models;
}

} // namespace wbsync::models
