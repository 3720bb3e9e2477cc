// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_model.hpp>

#include <array>
#include <memory>

namespace wbsync::engine {

std::unique_ptr<memory_model> make_memory_model(memory_kind kind);

/// One memory model of each kind, made when it is first asked for.
class memory_models {
public:
    memory_model& of(memory_kind kind);

private:
    std::array<std::unique_ptr<memory_model>, registered_memories.size()> all_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/memory_models/all_inl.hpp>
#endif
