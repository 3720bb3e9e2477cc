// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/catalogue.hpp>

#include <vector>

namespace wbsync::models {

/// Every model of the repository, folder by folder, in the order of the folders' names.
const std::vector<catalogue::model>& all();

} // namespace wbsync::models

/// The head of the function that returns the models of a folder. models/<folder>/catalogue.cpp
/// defines it, outside of all namespaces; the build finds these files, and nothing else has to list
/// them.
#define WBSYNC_FAMILY(folder)                                                                      \
    std::vector<::wbsync::catalogue::model> wbsync_family_##folder();                              \
    std::vector<::wbsync::catalogue::model> wbsync_family_##folder()
