// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wbsync::engine {

/// The memory model that a check runs under. Each is a file in engine/memory_models/, and has a row
/// in the registry below.
enum class memory_kind : std::uint8_t {
    sc,
    rc11,
    lkmm,
    litmus,
    weak = rc11, ///< its older name
};

/// A memory model as the command line, schedules, expectations and JSON name it.
struct registered_memory {
    memory_kind kind;
    std::string_view name;    ///< in the literature
    const char* word;         ///< in results, manifests and JSON; also on the command line
    char letter;              ///< of the schedules that run under it, in lower case
    bool for_models;          ///< models can ask for it; otherwise `wbsync litmus` alone does
    bool by_default;          ///< commands run under it unless they are told otherwise
    std::string_view summary; ///< one line
};

/// The registry. A new memory model needs a row here and a case in make_memory_model().
inline constexpr std::array registered_memories{
    registered_memory{memory_kind::sc, "sc", "sc", 's', true, true,
                      "sequential consistency: a load reads the newest store"},
    registered_memory{memory_kind::rc11, "rc11", "weak", 'w', true, false,
                      "RC11 without load buffering: a load may read an old store"},
    registered_memory{memory_kind::lkmm, "lkmm", "lkmm", 'l', true, true,
                      "the Linux-kernel memory model, of tools/memory-model"},
    registered_memory{memory_kind::litmus, "litmus", "litmus", 'k', false, false,
                      "what `wbsync litmus` adds the order of the kernel's model to"},
};

/// A check in C++ runs under it unless it is told otherwise.
inline constexpr memory_kind default_memory = memory_kind::lkmm;

constexpr const registered_memory& registered(memory_kind m) noexcept {
    for (const registered_memory& r : registered_memories)
        if (r.kind == m)
            return r;
    return registered_memories.front();
}

/// nullptr: no memory model for models has that name.
constexpr const registered_memory* find_memory(std::string_view name) noexcept {
    for (const registered_memory& r : registered_memories)
        if (r.for_models && (r.name == name || r.word == name))
            return &r;
    return nullptr;
}

/// Finds it by the letter of a schedule, lower or upper case.
constexpr const registered_memory* find_memory_by_letter(char letter) noexcept {
    for (const registered_memory& r : registered_memories)
        if (r.for_models && (r.letter == letter || r.letter - 'a' + 'A' == letter))
            return &r;
    return nullptr;
}

/// "'s:' or 'w:' or 'l:'": how the schedules of models begin, for messages.
std::string memory_letters();

/// "sc, rc11 (or weak), lkmm": the memory models for models, for messages and help.
std::string memory_names();

/// "sc and lkmm": the memory models that are used by default.
std::string default_memory_names();

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/memory_kind_inl.hpp>
#endif
