// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

#include <cstdint>
#include <set>
#include <vector>

namespace wbsync::litmus {

/// The store that writes a value, as far as that is known without running the test.
class writers {
public:
    explicit writers(const litmus_test& test);

    /// True: no thread has a branch or a loop, so each does the same in every execution.
    [[nodiscard]] bool straight() const noexcept { return straight_; }

    struct writer {
        int process = 0;
        const expression* store = nullptr;
    };
    /// The only store of that value to the location; nullptr: it may come from elsewhere.
    [[nodiscard]] const writer* only_one(int location, std::int64_t value) const;

private:
    void visit(const statement& s, int process);
    void visit(const expression& e, int process);

    struct constant_store {
        int location;
        std::int64_t value;
        writer by;
    };
    bool straight_ = true;
    std::vector<constant_store> stores_;
    std::set<int> unclear_; ///< locations with other stores; -1: any location
    std::vector<std::int64_t> initial_;
};

} // namespace wbsync::litmus
