// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/run_state.hpp>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

// As <wbsync/memory/bug.hpp>: the first violation of a run is kept, and ends all its threads.

namespace wbsync {

namespace native {

inline std::string name_of_this_thread() {
    return me() == nullptr ? std::string{} : me()->name.str();
}

/// Records the violation without ending the run.
inline void note_violation(const char* property, std::string message, const site& at) {
    if (run_state* run = run_state::current(); run != nullptr)
        run->report({property, std::move(message), name_of_this_thread(), at});
}

} // namespace native

/// Reports that `property` does not hold, and ends the run. The destructor of the model cannot be
/// left in that way: there it ends the process with status 70.
[[noreturn]] inline void violated(const char* property, std::string message,
                                  const site& at = site::here()) {
    native::run_state* const run = native::run_state::current();
    if (run == nullptr)
        throw std::logic_error(std::string{property} + ": " + message);
    if (run->ends) {
        std::fputs(fmt::format("wbsync: in the destructor of the model: {}: {} at {}\n", property,
                               message, at.str())
                       .c_str(),
                   stderr);
        std::_Exit(70);
    }
    native::note_violation(property, std::move(message), at);
    run->stop();
    throw native::stopped{};
}

namespace native {

/// For a function that waits for another thread: it must run in a thread.
inline void expect_thread(const char* verb, const site& at) {
    if (me() == nullptr)
        violated("misuse", fmt::format("{} would wait for ever: no thread runs any more", verb),
                 at);
}

} // namespace native

namespace detail {

/// Ignored: nobody asks whether anything could have failed.
inline void evaluates_property() noexcept {}

/// The run goes on.
inline void note_warning(const char* text, const site& at) {
    native::note_violation("WARN_ON", text, at);
}

} // namespace detail
} // namespace wbsync
