// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace wbsync::report {

/// What describes a check besides its result.
struct subject {
    std::string model = {};
    std::string commit = {};
    std::map<std::string, int> parameters = {};
    std::string expected = {}; ///< "verified", "finding P1"
    bool as_expected = false;
    std::string source_root = {}; ///< folder that file names are relative to; empty: as they are
};

namespace detail {

/// "models/writeback/umount.hpp" for a file below the folder; otherwise the path as it is.
inline std::string relative_path(std::string_view file, std::string_view root) {
    if (!root.empty() && root.back() == '/')
        root.remove_suffix(1);
    const bool below = !root.empty() && file.starts_with(root) && file.size() > root.size() &&
                       file[root.size()] == '/';
    if (below)
        file.remove_prefix(root.size() + 1);
    while (file.starts_with("./")) // as of "g++ -I."
        file.remove_prefix(2);
    return std::string{file};
}

} // namespace detail

} // namespace wbsync::report
