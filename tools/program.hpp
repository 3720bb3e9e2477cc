// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wbsync::tools {

/// The path of a program that the shell would find.
inline std::optional<std::string> find_in_path(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders{path == nullptr ? "" : path};
    for (std::string folder; std::getline(folders, folder, ':');) {
        const auto file = std::filesystem::absolute(folder.empty() ? "." : folder) / name;
        std::error_code ignored;
        if (std::filesystem::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0)
            return file.string();
    }
    return std::nullopt;
}

/// How a program ended.
struct program_end {
    int status = -1; ///< its exit status; -1: it was not started, or a signal ended it
    std::string output;
};

/// How a program is run.
struct program_setting {
    std::string directory = ".";
    bool with_errors = true; ///< what it writes to stderr is part of the output
};

namespace detail {

/// The child's input, output and directory.
class child_setup {
public:
    child_setup(const program_setting& how, int output) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        if (how.with_errors)
            ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
        ::posix_spawn_file_actions_addchdir_np(&actions_, how.directory.c_str());
    }
    child_setup(const child_setup&) = delete;
    child_setup& operator=(const child_setup&) = delete;
    ~child_setup() { ::posix_spawn_file_actions_destroy(&actions_); }

    /// Runs without a shell: a word may contain anything. Returns the process, or nullopt.
    [[nodiscard]] std::optional<pid_t> start(const std::vector<std::string>& words) const {
        std::vector<char*> arguments;
        for (const std::string& word : words)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        pid_t child = 0;
        if (::posix_spawnp(&child, arguments[0], &actions_, nullptr, arguments.data(), environ) !=
            0)
            return std::nullopt;
        return child;
    }

private:
    posix_spawn_file_actions_t actions_{};
};

inline std::string read_all(int from) {
    std::string all;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(from, buffer, sizeof buffer)) > 0;)
        all.append(buffer, static_cast<std::size_t>(n));
    return all;
}

} // namespace detail

/// Runs a program without input, and waits for it.
inline program_end run_program(const std::vector<std::string>& words,
                               const program_setting& how = {}) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return {};
    const std::optional<pid_t> child = detail::child_setup{how, ends[1]}.start(words);
    ::close(ends[1]);
    program_end end;
    if (child) {
        end.output = detail::read_all(ends[0]);
        int status = 0;
        if (::waitpid(*child, &status, 0) == *child && WIFEXITED(status))
            end.status = WEXITSTATUS(status);
    }
    ::close(ends[0]);
    return end;
}

/// run_program() for a command line of the shell.
inline program_end run_shell(const std::string& command, const program_setting& how = {}) {
    return run_program({"sh", "-c", command}, how);
}

} // namespace wbsync::tools
