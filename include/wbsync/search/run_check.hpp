// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/host.hpp>
#include <wbsync/options.hpp>
#include <wbsync/result.hpp>

#include <string>

namespace wbsync::search {

/// Explores all of the model, or runs the one execution that options::replay asks for.
/// `what` names the model with its type and arguments, as far as they are known.
[[nodiscard]] result run_check(engine::model_driver& model, const options& with,
                               const std::string& what);

} // namespace wbsync::search

#if !defined(WBSYNC_SHARED_ENGINE) || defined(WBSYNC_ENGINE_INSTANCE)
#include <wbsync/search/search.hpp>
#endif
