// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/catalogue.hpp>

#include <vector>

namespace wbsync::models {

/// Every model of the repository: folder by folder, in the order of their names.
const std::vector<catalogue::model>& all();

} // namespace wbsync::models

/// The head of the function that returns the models of a folder; models/<folder>/catalogue.cpp
/// defines it, outside of all namespaces. The build looks for these files, and nobody else has to
/// know of them.
#define WBSYNC_FAMILY(folder)                                                                      \
    std::vector<::wbsync::catalogue::model> wbsync_family_##folder();                              \
    std::vector<::wbsync::catalogue::model> wbsync_family_##folder()
