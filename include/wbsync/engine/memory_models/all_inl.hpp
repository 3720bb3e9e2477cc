// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_models/all.hpp>
#include <wbsync/engine/memory_models/litmus.hpp>
#include <wbsync/engine/memory_models/lkmm.hpp>
#include <wbsync/engine/memory_models/rc11.hpp>
#include <wbsync/engine/memory_models/sc.hpp>
#include <wbsync/linkage.hpp>

#include <array>
#include <cstddef>
#include <memory>

namespace wbsync::engine {

WBSYNC_INLINE std::unique_ptr<memory_model> make_memory_model(memory_kind kind) {
    switch (kind) {
    case memory_kind::sc: return std::make_unique<sc>();
    case memory_kind::rc11: return std::make_unique<rc11>();
    case memory_kind::lkmm: return std::make_unique<lkmm_machine>();
    case memory_kind::litmus: return std::make_unique<litmus>();
    }
    return nullptr;
}

WBSYNC_INLINE memory_model& memory_models::of(memory_kind kind) {
    auto& model = all_[static_cast<std::size_t>(kind)];
    if (model == nullptr)
        model = make_memory_model(kind);
    return *model;
}

} // namespace wbsync::engine
