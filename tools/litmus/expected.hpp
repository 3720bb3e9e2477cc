// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace wbsync::litmus {

/// What is expected of a test in one memory model.
struct expectation {
    std::string result;       ///< "Never", "Sometimes", "Always"; empty: nothing is known
    std::uint64_t states = 0; ///< how many there are; 0: not known
};

/// What is expected of tests. A test says it itself, with or without the number of states:
/// `Result: Never, 3 states` in the kernel's model, `Result weak: Sometimes` in that one. For the
/// kernel's model a table `index.tsv` in the folder of the test or in the one above wins over that,
/// which may be older than the model. Each line of the table names a file and, in its last such
/// column, Never, Sometimes or Always.
class expectations {
public:
    expectation of(const std::filesystem::path& file, std::string_view text,
                   std::string_view memory);

private:
    using table = std::map<std::string, std::string>;

    const table& index(const std::filesystem::path& folder);

    std::map<std::filesystem::path, table> read_;
};

} // namespace wbsync::litmus
