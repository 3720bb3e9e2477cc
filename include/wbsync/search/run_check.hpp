// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/model_driver.hpp>
#include <wbsync/options.hpp>
#include <wbsync/result.hpp>
#include <wbsync/search/search_key.hpp>

namespace wbsync::search {

/// Explores all of the model, or runs the one execution that options::replay asks for. `what`
/// distinguishes models of different types and arguments. One check runs at a time; checks in other
/// threads of the process wait for it. Calling it inside of a model is a finding "misuse" of that
/// model; calling it from one of the functions in the options throws std::logic_error. Time grows
/// with the number of Mazurkiewicz traces, which may be exponential in the steps of the model;
/// memory grows with the length of an execution and, with several processes, with the number of
/// tasks.
[[nodiscard]] result run_check(engine::model_driver& model, const options& with,
                               const subject& what);

} // namespace wbsync::search

#ifndef WBSYNC_COMPILED
#include <wbsync/search/search.hpp>
#endif
