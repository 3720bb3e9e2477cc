// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/catalogue.hpp"
#include "models/writeback/register.hpp"

namespace wbsync::models {

/// Every model of the repository, by name.
inline const std::vector<model>& all() {
    static const std::vector<model> models = [] {
        std::vector<model> list;
        writeback::add_models(list);
        return list;
    }();
    return models;
}

} // namespace wbsync::models
