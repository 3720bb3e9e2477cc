// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>
#include <wbsync/linkage.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace wbsync {

WBSYNC_INLINE std::string site::str() const {
    const std::string_view path{file};
    const auto slash = path.find_last_of('/');
    return fmt::format("{}:{}", slash == path.npos ? path : path.substr(slash + 1), line);
}

WBSYNC_INLINE std::string_view site::function_name() const noexcept {
    const std::string_view name{function};
    return name.starts_with("operator") ? name : name.substr(0, name.find('<'));
}

WBSYNC_INLINE std::string label::str() const {
    std::string name;
    for (int i = 0; i != depth_; ++i)
        outer_[static_cast<std::size_t>(i)].append_to(name);
    part{text, index}.append_to(name);
    return name;
}

WBSYNC_INLINE void label::part::append_to(std::string& name) const {
    if (*text != '\0')
        name += name.empty() ? text : fmt::format(".{}", text);
    if (index >= 0)
        name += fmt::format("[{}]", index);
}

} // namespace wbsync
