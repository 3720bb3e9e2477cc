// SPDX-License-Identifier: BSD-3-Clause
// The engine and the search, in one translation unit: what runs at each step is inlined there.
#include <wbsync/engine/extension_inl.hpp>
#include <wbsync/engine/footprint_inl.hpp>
#include <wbsync/engine/heap_inl.hpp>
#include <wbsync/engine/lkmm/witness_inl.hpp>
#include <wbsync/engine/memory_models/all_inl.hpp>
#include <wbsync/engine/ordering_inl.hpp>
#include <wbsync/engine/relacy_host.hpp>
#include <wbsync/engine/site_inl.hpp>
#include <wbsync/options_inl.hpp>
#include <wbsync/search/search.hpp>
