// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/options.hpp>
#include <wbsync/result.hpp>
#include <wbsync/search/arguments.hpp>

#include <string>
#include <typeinfo>

#include <cxxabi.h>

namespace wbsync::search {

/// What is checked, if the user gives it no name.
struct subject {
    const std::type_info& type;
    told_arguments arguments;
};

/// Identifies a saved search. Only a search with the same key may continue it.
struct search_key {
    std::string model;   ///< the user's name for it, or its type and arguments; memory and options
    std::string type;    ///< the type of the model within the program, with its arguments
    std::string options; ///< the options that are not the default
    std::string build;   ///< the build of the program
};

std::string name_of(const std::type_info& type);

/// The options that change what is explored, or which of it is explored first, and are not the
/// default.
std::string changed_options(const options& with);

/// Throws std::invalid_argument if the search could be mistaken for another one.
search_key key_of(const subject& what, const options& with);

} // namespace wbsync::search

#ifndef WBSYNC_COMPILED
#include <wbsync/search/search_key_inl.hpp>
#endif
