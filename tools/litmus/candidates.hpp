// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "condition.hpp"
#include "consistency.hpp"
#include "partial_truth.hpp"
#include "ways.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace wbsync::litmus {

/// Which states one looks for: all, those that meet the proposition, those that do not.
enum class aim : std::uint8_t { all, meets, misses };

/// What was found.
struct found_states {
    std::set<final_state> states; ///< that pass the filter
    std::string race;             ///< a pair of accesses
    std::string error;            ///< what an execution does wrong
    bool thin_air = false;        ///< there is an execution with a value that comes from nowhere
    std::uint64_t candidates = 0; ///< executions that the model was asked about
};

/// Goes through the ways of all threads, and through what may come of each combination of them.
class candidates {
public:
    /// `through` must have been found.
    candidates(const litmus_test& test, const ways& through, const deadline& until,
               found_states& out);

    enum class end : std::uint8_t {
        nothing_left, ///< everything was looked at
        enough,       ///< a state that is looked for was found, or an error
        cut_off,      ///< there is no time for more
    };
    /// Takes `at_most` steps. Data races are looked for together with all states.
    end search(aim for_what, std::uint64_t at_most);

private:
    void choose(std::size_t i);
    void set_registers(std::size_t thread, const trace* t);
    [[nodiscard]] bool interesting() const;
    [[nodiscard]] bool over() const noexcept { return enough_ || cut_off_; }

    void with_all_chosen();
    void choose_last(consistency& of, std::size_t shown);
    [[nodiscard]] std::int64_t held_at_end(int lock) const;

    bool spend(std::uint64_t steps);
    bool ask(const consistency& of);
    void look_for_error(consistency& of);
    void look_for_execution(consistency& of);
    void accept(const final_state& state, const kernel_model& model, const communication& c);
    [[nodiscard]] std::string describe_race(const kernel_model& model) const;

    const litmus_test& test_;
    const ways& ways_;
    const deadline& until_;
    found_states& out_;
    std::vector<std::int64_t> initial_;

    aim aim_ = aim::all;
    std::uint64_t left_ = 0; ///< steps
    std::uint64_t questions_ = 0;
    bool enough_ = false;
    bool cut_off_ = false;
    ways::choice chosen_;
    partial_state state_;
    std::vector<int> last_; ///< writes
};

} // namespace wbsync::litmus
