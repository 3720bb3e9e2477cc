// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/options.hpp>
#include <wbsync/result.hpp>
#include <wbsync/search/arguments.hpp>

#include <string>
#include <typeinfo>

#include <cxxabi.h>

namespace wbsync::search {

/// What is checked, before anybody asked for its name.
struct subject {
    const std::type_info& type;
    told_arguments arguments;
};

/// What a saved search is a search of. Only what has the same may go on from it.
struct search_key {
    std::string model;   ///< the user's name for it, or its type and arguments; memory and options
    std::string type;    ///< which type it is, among those of the program, with its arguments
    std::string options; ///< those that are not the usual ones
    std::string build;   ///< of the program
};

std::string name_of(const std::type_info& type);

/// Options that change what is explored, or which of it is explored first, and are not the usual
/// ones.
std::string changed_options(const options& with);

/// Throws std::invalid_argument if the search could not be told from another one.
search_key key_of(const subject& what, const options& with);

} // namespace wbsync::search

#ifndef WBSYNC_COMPILED
#include <wbsync/search/search_key_inl.hpp>
#endif
