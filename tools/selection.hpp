// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/catalogue.hpp"

#include <string>
#include <vector>

namespace wbsync::tools {

/// The models that a glob matches, in the catalogue's order; without globs all of them. Throws
/// bad_usage if there is a glob that matches none.
std::vector<const models::model*> select(const std::vector<models::model>& all,
                                         const std::vector<std::string>& globs);

/// What "key=value" says about the parameters of a model. Throws bad_usage for a parameter that the
/// model does not have, or a value that it cannot take.
models::parameter_values given_values(const models::model& of,
                                      const std::vector<std::string>& asked);

/// The values of all parameters: what is given, and the model's defaults for the others.
models::parameter_values values_of(const models::model& of, const std::vector<std::string>& asked);

} // namespace wbsync::tools
