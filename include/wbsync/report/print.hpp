// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/result.hpp>

#include <cstdio>
#include <iosfwd>

namespace wbsync {

/// The verdict, its evidence, and the counterexample if there is one, like report::text().
std::ostream& operator<<(std::ostream& out, const result& r);

/// Prints the result like operator<<, and returns whether the check was verified: for a main()
/// without a test framework.
///
///     int main() { return print(check<my_protocol>()) ? 0 : 1; }
///
/// Throws std::system_error if writing fails: a report that nobody got is no success.
bool print(const result& r, std::FILE* to = stdout);

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/report/print_inl.hpp>
#endif
