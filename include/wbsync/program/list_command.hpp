// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/catalogue.hpp>

#include <string>
#include <vector>

namespace wbsync::program {

/// What `wbsync list` prints of these models.
std::string list_text(const std::vector<const catalogue::model*>& models);
std::string list_json(const std::vector<const catalogue::model*>& models);

} // namespace wbsync::program
