// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tools/litmus/builtin.hpp"

#include <string>

namespace as_cpp {

/// The function of the library for that of a litmus test; empty: there is none.
/// `of_pointer`: the variable is a pointer.
std::string word(const wbsync::litmus::builtin& f, bool of_pointer);

/// What it returns is a number and not a value<T>.
bool is_plain(const wbsync::litmus::builtin& f);

} // namespace as_cpp
