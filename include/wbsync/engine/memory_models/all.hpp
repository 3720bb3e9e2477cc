// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/litmus.hpp>
#include <wbsync/engine/memory_models/rc11.hpp>
#include <wbsync/engine/memory_models/sc.hpp>

#include <array>
#include <cstddef>
#include <memory>

namespace wbsync::engine {

inline std::unique_ptr<memory_model> make_memory_model(memory_kind kind) {
    switch (kind) {
    case memory_kind::sc: return std::make_unique<sc>();
    case memory_kind::rc11: return std::make_unique<rc11>();
    case memory_kind::litmus: return std::make_unique<litmus>();
    }
    return nullptr;
}

/// One memory model of each kind, made when it is first asked for.
class memory_models {
public:
    memory_model& of(memory_kind kind) {
        auto& model = all_[static_cast<std::size_t>(kind)];
        if (model == nullptr)
            model = make_memory_model(kind);
        return *model;
    }

private:
    std::array<std::unique_ptr<memory_model>, registered_memories.size()> all_;
};

} // namespace wbsync::engine
