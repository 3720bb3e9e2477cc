// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tools/litmus/ast.hpp"
#include "tools/litmus/condition.hpp"

#include <cstdint>
#include <set>
#include <string>

/// What LKMM allows of a litmus test, by going through all its candidate executions and asking
/// engine::lkmm::model about each: slow, and with no rule of order of its own. To compare with.
namespace lkmm_reference {

/// Which final states are looked for. Of those that meet the condition, and of those that do not,
/// one will do.
enum class aim : std::uint8_t { all, meets, misses };

struct answer {
    std::set<wbsync::litmus::final_state> states; ///< that pass the filter
    bool race = false;                            ///< in some execution
    bool complete = true;    ///< every candidate was looked at, or could add nothing
    std::uint64_t asked = 0; ///< how often the model was asked, of parts of executions as well
    std::string error;       ///< what a thread does wrong in some execution; then no more is known
};

/// Each thread goes every way that its program has with values that others may write. For each
/// combination of ways the writes that are last are chosen, then the order of the sections of each
/// lock, the write that each read sees, and co, one pair after another. The model is asked after
/// each decision, so what a forbidden part could become is not looked at. A state that is known is
/// not looked for again, unless an execution of it might have a race.
///
/// Gives up after `max_asked` questions to the model: the answer is then not complete. The same
/// every time.
answer enumerate(const wbsync::litmus::litmus_test& test, aim looked_for, std::uint64_t max_asked);

/// herd7's word: Never, Sometimes or Always. Empty: not known with so many questions.
std::string result(const wbsync::litmus::litmus_test& test, std::uint64_t max_asked);

} // namespace lkmm_reference
