// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/memory_model.hpp>
#include <wbsync/engine/trace.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wbsync {

using engine::memory_kind;

enum class scheduler_kind : std::uint8_t {
    dpor,      ///< optimal DPOR: every Mazurkiewicz trace once
    reference, ///< branches on everything; for tests of the engine
};

struct progress {
    std::uint64_t executions;
    std::uint64_t redundant;
    double seconds;
    double explored; ///< estimate of how much of the search is done, from 0 to 1
};

/// How a search that is too large for one process is divided into tasks. What is counted and found
/// does not depend on it.
struct division {
    std::uint64_t first = 2000; ///< runs before anything is divided
    std::uint64_t each = 4000;  ///< runs of one task, before it is divided in turn
    int tasks = 64;             ///< handed out in one round
    int parts = 4;              ///< that a task is divided into
    bool always = false;        ///< even if there is only one process; for tests
};

/// How a check is run. Each bound has one name: the field here, `--max-executions` on the command
/// line, `WBSYNC_MAX_EXECUTIONS` in the environment, which wins. A bound that was hit makes the
/// result incomplete.
struct options {
    memory_kind memory = memory_kind::weak;
    bool like_kernel = false; ///< `weak` nearer to the kernel's model, for litmus tests only
    scheduler_kind scheduler = scheduler_kind::dpor;
    std::uint64_t max_executions = 0; ///< in this run; 0: no limit
    double max_seconds = 0;           ///< of this run; 0: no limit
    int max_depth = 10'000;           ///< steps in one execution; at most 10,000
    std::uint64_t max_memory = 0;     ///< MiB that a process may use; 0: no limit
    /// Processor time of one step. A step that takes longer, or blocks for twelve times as long, is
    /// taken for one that never ends: a finding, "lockup".
    double max_step_seconds = 5;
    int jobs = 0; ///< processes that explore; 0: one for each core
    division divide = {};
    bool all_findings = false; ///< go on after a finding
    bool symmetry =
        true; ///< executions that differ in the names of alike threads are explored once
    bool accept_vacuous =
        false;               ///< a check that could not have failed is `verified`, not `vacuous`
    std::string replay = {}; ///< run only this schedule, see result::schedule
    bool trace = true;       ///< run a finding again to record its counterexample
    /// Of the model with its arguments, for `resume` and `save_interrupted`. Needed if one of the
    /// arguments is no number, enumerator, text, or container of those.
    std::string name = {};
    /// File to go on from, if it exists, and to stop into. It is refused if it is a search of
    /// another model, other arguments or options, or was written by another build of the program.
    std::string resume = {};
    /// File to stop into when interrupted, if there is no `resume`. It is not read.
    std::string save_interrupted = {};
    /// Set by a signal handler: stops the search, which is incomplete then.
    const volatile std::sig_atomic_t* interrupt = nullptr;
    std::function<void(const progress&)> on_progress = {}; ///< called now and then
    /// Called after each execution, with what it found.
    std::function<void(const std::vector<finding>&)> on_execution = {};

    [[nodiscard]] options with_environment() const {
        options o = *this;
        if (const char* v = std::getenv("WBSYNC_MEMORY"); v != nullptr)
            o.memory = parse_memory(v);
        if (const char* v = std::getenv("WBSYNC_MAX_EXECUTIONS"); v != nullptr)
            o.max_executions = number("WBSYNC_MAX_EXECUTIONS", v);
        if (const char* v = std::getenv("WBSYNC_MAX_SECONDS"); v != nullptr)
            o.max_seconds = static_cast<double>(number("WBSYNC_MAX_SECONDS", v));
        if (const char* v = std::getenv("WBSYNC_MAX_DEPTH"); v != nullptr)
            o.max_depth = static_cast<int>(
                std::min<std::uint64_t>(number("WBSYNC_MAX_DEPTH", v), 10'001)); // refused below
        if (const char* v = std::getenv("WBSYNC_MAX_MEMORY"); v != nullptr)
            o.max_memory = number("WBSYNC_MAX_MEMORY", v);
        if (const char* v = std::getenv("WBSYNC_JOBS"); v != nullptr)
            o.jobs = static_cast<int>(std::min<std::uint64_t>(number("WBSYNC_JOBS", v), 4096));
        if (const char* v = std::getenv("WBSYNC_REPLAY"); v != nullptr)
            o.replay = v;
        if (o.max_depth < 1 || o.max_depth > 10'000)
            throw std::invalid_argument("wbsync: max_depth must be between 1 and 10000");
        if (o.jobs < 0)
            throw std::invalid_argument("wbsync: jobs must be 0, for one process on each core, or "
                                        "the number of processes");
        if (o.divide.tasks < 1 || o.divide.parts < 1)
            throw std::invalid_argument("wbsync: a search is divided into one task at least");
        if (!(o.max_step_seconds > 0))
            throw std::invalid_argument("wbsync: max_step_seconds must be more than 0");
        return o;
    }

    static memory_kind parse_memory(std::string_view name) {
        if (name == "sc")
            return memory_kind::sc;
        if (name == "weak")
            return memory_kind::weak;
        throw std::invalid_argument("wbsync: memory must be 'sc' or 'weak', not '" +
                                    std::string{name} + "'");
    }

private:
    static std::uint64_t number(const char* variable, const char* text) {
        char* end = nullptr;
        const unsigned long long value = std::strtoull(text, &end, 10);
        if (end == text || *end != '\0' || *text == '-')
            throw std::invalid_argument(std::string{"wbsync: "} + variable +
                                        " must be a whole number, not '" + text + "'");
        return value;
    }
};

} // namespace wbsync
