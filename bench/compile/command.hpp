// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

/// The cost of a command, with everything that it started.
struct command_cost {
    double seconds;   ///< processor time, in user mode
    double megabytes; ///< the largest resident set of one of its processes
};

/// Runs a command to its end. Throws std::runtime_error if it fails.
inline command_cost cost_of(const std::vector<std::string>& command) {
    std::vector<char*> words;
    for (const std::string& word : command)
        words.push_back(const_cast<char*>(word.c_str())); // NOLINT: execvp() changes nothing
    words.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        ::execvp(words.front(), words.data());
        ::_exit(127);
    }
    int status = 0;
    rusage used{};
    while (::wait4(child, &status, 0, &used) < 0)
        if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "wait4");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error(fmt::format("{} failed", fmt::join(command, " ")));
    return {static_cast<double>(used.ru_utime.tv_sec) +
                static_cast<double>(used.ru_utime.tv_usec) / 1e6,
            static_cast<double>(used.ru_maxrss) / 1024};
}

} // namespace bench
