// SPDX-License-Identifier: BSD-3-Clause
// The one instantiation of the engine that the repository's own programs share.
#include <wbsync/search/run_check.hpp>
