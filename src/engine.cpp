// SPDX-License-Identifier: BSD-3-Clause
// The engine and the search, in one translation unit: what runs at each step is inlined there.
#include <wbsync/engine/relacy_host.hpp>
#include <wbsync/search/search.hpp>
