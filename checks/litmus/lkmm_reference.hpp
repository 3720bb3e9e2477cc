// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tools/litmus/ast.hpp"
#include "tools/litmus/condition.hpp"

#include <cstdint>
#include <set>
#include <string>

/// What LKMM allows for a litmus test, by enumerating all candidate executions and asking
/// engine::lkmm::model about each: slow, and without ordering rules of its own. It is for
/// comparison.
namespace lkmm_reference {

/// The wanted final states. For `meets` and `misses` one state of the condition's kind is enough.
enum class aim : std::uint8_t { all, meets, misses };

struct answer {
    std::set<wbsync::litmus::final_state> states; ///< that pass the filter
    bool race = false;                            ///< in some execution
    bool complete = true;    ///< every candidate was visited, or could not add anything
    std::uint64_t asked = 0; ///< questions to the model, including those about parts of executions
    std::string error;       ///< error of a thread in some execution; then nothing else is known
};

/// Each thread takes every way that its program has with values that others may write. For each
/// combination of ways it chooses the last writes, then the order of the sections of each lock, the
/// write that each read sees, and co, one pair after another. The model is asked after each
/// decision, so the completions of a forbidden part are not visited. A known state is not searched
/// for again, unless an execution of it might have a race.
///
/// Gives up after `max_asked` questions to the model: the answer is then not complete. It is the
/// same every time.
answer enumerate(const wbsync::litmus::litmus_test& test, aim looked_for, std::uint64_t max_asked);

/// The result in herd7's words: Never, Sometimes or Always. Empty: unknown after that many
/// questions.
std::string result(const wbsync::litmus::litmus_test& test, std::uint64_t max_asked);

} // namespace lkmm_reference
