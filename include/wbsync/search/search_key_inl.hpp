// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/search/build_id.hpp>
#include <wbsync/search/search_key.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <fmt/core.h>

namespace wbsync::search {

WBSYNC_INLINE std::string name_of(const std::type_info& type) {
    int failed = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &failed), &std::free);
    return failed == 0 ? name.get() : type.name();
}

WBSYNC_INLINE std::string changed_options(const options& with) {
    std::string text;
    if (!with.symmetry)
        text += " without symmetry";
    if (with.all_findings)
        text += ", all_findings";
    if (with.max_depth != options{}.max_depth)
        text += fmt::format(", max_depth={}", static_cast<int>(with.max_depth));
    for (const weakening& w : with.weaken)
        text += fmt::format(", weaken '{}'", w.str());
    return text;
}

WBSYNC_INLINE search_key key_of(const subject& what, const options& with) {
    const told_arguments& args = what.arguments;
    if (with.name.empty() && args.unknown != 0)
        throw std::invalid_argument(fmt::format(
            "wbsync: 'resume' and 'save_interrupted' need options::name here: argument {} of the "
            "model, a {}, cannot be told from another value, so a search could go on from one of "
            "other arguments. Give a name that is different for different arguments",
            args.unknown, name_of(*args.unknown_type)));
    const loaded_object its = object_of(&what.type);
    const loaded_object ours = object_of(reinterpret_cast<const void*>(&object_of)); // NOLINT
    const std::string typed = fmt::format("{}({})", name_of(what.type), args.text);
    search_key key;
    key.options = changed_options(with);
    key.model = fmt::format("{} under {}{}", with.name.empty() ? typed : with.name,
                            wbsync::name_of(with.memory), key.options);
    // Files may each have a type of that name in their anonymous namespace.
    key.type = fmt::format("{} {}at {:x}", typed, args.types,
                           reinterpret_cast<std::uintptr_t>(&what.type) - its.base);
    key.build = its.build == ours.build ? its.build : its.build + "+" + ours.build;
    return key;
}

} // namespace wbsync::search
