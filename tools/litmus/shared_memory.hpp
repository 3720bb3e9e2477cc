// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"
#include "task.hpp"

#include <wbsync/memory/atomic.hpp>
#include <wbsync/rcu/srcu.hpp>
#include <wbsync/sync/spinlock.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wbsync::litmus {

/// The locations of a test, as objects of the library.
struct shared_memory {
    explicit shared_memory(const litmus_test& of) {
        using enum location::kind;
        for (const location& x : of.locations) {
            const char* const name = x.name.c_str();
            variables.push_back(x.what == variable ? std::make_unique<atomic64_t>(name, x.initial)
                                                   : nullptr);
            locks.push_back(x.what == spinlock ? std::make_unique<spinlock_t>(name) : nullptr);
            domains.push_back(x.what == srcu ? std::make_unique<srcu_struct>(name) : nullptr);
        }
    }

    std::vector<std::unique_ptr<atomic64_t>> variables;
    std::vector<std::unique_ptr<spinlock_t>> locks;
    std::vector<std::unique_ptr<srcu_struct>> domains;

    /// Sections that srcu_down_read() began and srcu_up_read() has not ended, by their cookies.
    std::map<std::int64_t, open_section> handed_over;
    std::string misuse;
};

} // namespace wbsync::litmus
