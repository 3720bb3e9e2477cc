// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/catalogue.hpp>

#include <string>
#include <vector>

namespace wbsync::program {

/// The models that a glob matches, in the catalogue's order; all models if there is no glob. Throws
/// bad_usage if a glob matches none.
std::vector<const catalogue::model*> select(const std::vector<catalogue::model>& all,
                                            const std::vector<std::string>& globs);

/// The parameters of a model that "key=value" arguments give. Throws bad_usage for a parameter that
/// the model does not have, or a value that it cannot take.
catalogue::parameter_values given_values(const catalogue::model& of,
                                         const std::vector<std::string>& asked);

/// The values of all parameters: the given ones, and the model's defaults for the others.
catalogue::parameter_values values_of(const catalogue::model& of,
                                      const std::vector<std::string>& asked);

} // namespace wbsync::program
