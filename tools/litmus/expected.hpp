// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace wbsync::litmus {

/// The expected result of a test under one memory model.
struct expectation {
    std::string result;       ///< "Never", "Sometimes", "Always"; empty: unknown
    std::uint64_t states = 0; ///< number of states; 0: unknown
};

/// The expected results of tests. A test states its own, with or without the number of states:
/// `Result: Never, 3 states` for the kernel's model, `Result weak: Sometimes` for that model. For
/// the kernel's model a table `index.tsv` in the test's folder or in the one above takes
/// precedence: the statement in the test may be older than the model. Each line of the table names
/// a file and, in the last such column, Never, Sometimes or Always.
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
