// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "deadline.hpp"
#include "goal.hpp"
#include "trace.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::litmus {

/// The ways through all threads of a test, with the values that each way needs from other threads
/// and those that it offers to them.
class ways {
public:
    explicit ways(const litmus_test& test) : test_(test) {}

    /// False: there are too many. `wanted`: as for traces_of().
    bool find(const goal& wanted, const deadline& until);
    [[nodiscard]] const std::string& too_many() const noexcept { return too_many_; }
    [[nodiscard]] bool has_plain() const noexcept { return has_plain_; }

    /// Pairs of a location and a value, each pair identified by a number.
    using exchanges = std::vector<std::uint64_t>;
    struct option {
        const trace* way;
        exchanges needs;      ///< values that another thread has to write
        exchanges offers;     ///< values that it writes
        std::size_t next = 0; ///< index of the next option that needs something else
    };
    /// The threads, those with few ways first.
    [[nodiscard]] const std::vector<std::size_t>& order() const noexcept { return order_; }
    /// The options of a thread; those with the same needs are adjacent.
    [[nodiscard]] const std::vector<option>& of(std::size_t thread) const {
        return options_[thread];
    }

    /// One option for each thread; nullptr: none yet.
    using choice = std::vector<const option*>;
    /// Do the threads before number `i` of the order write all of that, or may those after it?
    [[nodiscard]] bool is_offered(const exchanges& needs, const choice& chosen,
                                  std::size_t i) const;
    /// Can all reads of the ways be met that are chosen up to number `last` of the order?
    [[nodiscard]] bool can_be_met(const choice& chosen, std::size_t last) const;

private:
    using numbering = std::map<std::pair<int, std::int64_t>, std::size_t>;

    bool find_traces(const written_values& values, const goal& wanted, const deadline& until);
    [[nodiscard]] written_values written_on_some_way(const written_values& known) const;
    void find_exchanges();
    [[nodiscard]] option option_of(const trace& t, const exchanges& none,
                                   const numbering& numbers) const;

    const litmus_test& test_;
    std::vector<trace_list> lists_;
    std::vector<std::vector<option>> options_;
    std::vector<std::size_t> order_;
    std::vector<exchanges> may_offer_; ///< by the threads from that number of the order on
    std::string too_many_;
    bool has_plain_ = false;
};

} // namespace wbsync::litmus
