// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/catalogue.hpp>

#include <string>
#include <vector>

namespace wbsync::program {

/// What `wbsync list` prints.
std::string list_text(const std::vector<catalogue::model>& all);
std::string list_json(const std::vector<catalogue::model>& all);

} // namespace wbsync::program
