// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace wbsync::report {

/// More steps than that make a page that nobody reads: it has the first ones, and says so.
inline constexpr std::size_t most_page_steps = 10'000;

/// A page to step through a finding: one file of HTML, which needs no other and no network.
/// `entry` is that of a check with a counterexample, as to_json() makes it; `replay` the command
/// that leads there again, or empty. Lines of the sources below `from.source_root` are on the page
/// as far as they can be read. Text from the trace is data in it, never markup.
std::string page(const json& entry, const origin& from, std::string_view replay = {});

} // namespace wbsync::report

#ifndef WBSYNC_COMPILED
#include <wbsync/report/page_inl.hpp>
#endif
