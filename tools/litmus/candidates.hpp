// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "condition.hpp"
#include "executions.hpp"
#include "partial_truth.hpp"
#include "ways.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::litmus {

/// The states that the search is for: all, those that meet the proposition, those that do not.
enum class aim : std::uint8_t { all, meets, misses };

/// The results of the search.
struct found_states {
    std::set<final_state> states; ///< that pass the filter
    std::string race;             ///< a pair of accesses
    std::string error;            ///< an error that an execution has
    bool thin_air = false;        ///< some execution has a value that comes from nowhere
    std::uint64_t candidates = 0; ///< executions that the model was asked about
};

/// Searches the combinations of the threads' ways, and the executions of each combination.
class candidates {
public:
    /// `through`: its find() must have been called.
    candidates(const litmus_test& test, const ways& through, const deadline& until,
               found_states& out);

    enum class end : std::uint8_t {
        nothing_left, ///< everything was searched
        enough,       ///< a wanted state was found, or an error
        cut_off,      ///< there is no time for more
    };
    /// Takes `at_most` steps. Data races are only searched for together with all states.
    end search(aim for_what, std::uint64_t at_most);

    /// Called for each part of an execution with a wanted state that the model forbids.
    using listener = std::function<void(const executions&, engine::lkmm::axiom)>;
    void listen(listener to) { forbidden_ = std::move(to); }

private:
    /// Steps between two looks at the clock: after some milliseconds, or after one question about a
    /// test with many events.
    static constexpr std::uint64_t steps_between_looks = 200'000;

    void choose(std::size_t i);
    void set_registers(std::size_t thread, const trace* t);
    [[nodiscard]] bool interesting() const;
    [[nodiscard]] bool over() const noexcept { return enough_ || cut_off_; }

    void with_all_chosen();
    void choose_last(executions& of, std::size_t shown);
    [[nodiscard]] std::int64_t held_at_end(int lock) const;

    bool spend(std::uint64_t steps);
    bool may_ask(const executions& of);
    void look_for_error(executions& of);
    void look_for_execution(executions& of);
    [[nodiscard]] static bool comes_from_itself(const executions& of);
    void accept(const final_state& state, const executions& of);
    [[nodiscard]] static std::string describe_unmatched_section(const executions& of);
    [[nodiscard]] std::string describe_race(const executions& of) const;

    const litmus_test& test_;
    const ways& ways_;
    const deadline& until_;
    found_states& out_;

    aim aim_ = aim::all;
    std::uint64_t left_ = 0;        ///< steps
    std::uint64_t since_clock_ = 0; ///< steps
    bool enough_ = false;
    bool cut_off_ = false;
    ways::choice chosen_;
    partial_state state_;
    std::vector<engine::lkmm::event_index> last_; ///< writes
    listener forbidden_;
};

} // namespace wbsync::litmus
