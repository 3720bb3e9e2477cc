// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/ordering.hpp>
#include <wbsync/engine/site.hpp>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace wbsync::engine {

/// Decides what each place orders. Without a policy, an execution gives each place what it asks for
/// (execution::ordered()).
class ordering_policy {
public:
    /// `seen` collects each place; nullptr: nobody wants to know. Both must outlive this object. At
    /// most 64 weakenings.
    ordering_policy(const std::vector<weakening>& weakened, ordering_table* seen)
        : weakened_(weakened), seen_(seen) {}

    /// O(1) for a place that has asked before.
    ordering decide(const site& at, const char* verb, const char* part, ordering asked);

    /// A bit for each weakening that has changed what a place orders.
    [[nodiscard]] std::uint64_t applied() const noexcept { return applied_; }

private:
    struct key {
        const char* file;
        const char* function;
        const char* verb;
        const char* part;
        unsigned line;
        ordering asked;

        friend bool operator==(const key&, const key&) = default;
    };
    struct hash {
        std::size_t operator()(const key& k) const noexcept;
    };

    static ordering_place place_of(const site& at, const char* verb, const char* part,
                                   ordering asked);

    ordering decide(const ordering_place& p);

    const std::vector<weakening>& weakened_;
    ordering_table* seen_;
    std::unordered_map<key, ordering, hash> known_;
    std::uint64_t applied_ = 0;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/ordering_policy_inl.hpp>
#endif
