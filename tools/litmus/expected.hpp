// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace wbsync::litmus {

/// What is expected of tests. A table `index.tsv` in the folder of a test or in the one above wins
/// over the test's own line `Result: …`, which may be older than the memory model. Each line of the
/// table names a file and, in its last such column, Never, Sometimes or Always.
class expectations {
public:
    /// "Never", "Sometimes", "Always", or empty: nothing is known.
    std::string of(const std::filesystem::path& file, std::string_view text);

private:
    using table = std::map<std::string, std::string>;

    const table& index(const std::filesystem::path& folder);

    std::map<std::filesystem::path, table> read_;
};

} // namespace wbsync::litmus
