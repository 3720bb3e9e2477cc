// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_kind.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE std::string memory_letters() {
    std::string text;
    for (const registered_memory& r : registered_memories)
        if (r.for_models)
            text.append(text.empty() ? "'" : " or '").append(1, r.letter).append(":'");
    return text;
}

WBSYNC_INLINE std::string default_memory_names() {
    std::string text;
    for (const registered_memory& r : registered_memories)
        if (r.by_default)
            text.append(text.empty() ? "" : " and ").append(r.name);
    return text;
}

WBSYNC_INLINE std::string memory_names() {
    std::string text;
    for (const registered_memory& r : registered_memories) {
        if (!r.for_models)
            continue;
        text += text.empty() ? "" : ", ";
        text += r.name;
        if (r.name != r.word)
            text.append(" (or ").append(r.word).append(")");
    }
    return text;
}

} // namespace wbsync::engine
