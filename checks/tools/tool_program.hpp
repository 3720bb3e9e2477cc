// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/support/contains.hpp"
#include "checks/support/scratch.hpp"
#include "tools/program.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(WBSYNC_TOOL)

/// The program `wbsync`, run as its users run it.
namespace tool_program {

/// Variables that must not influence a check.
inline constexpr const char* variables[] = {
    "WBSYNC_MEMORY",     "WBSYNC_MAX_EXECUTIONS", "WBSYNC_MAX_SECONDS", "WBSYNC_MAX_DEPTH",
    "WBSYNC_MAX_MEMORY", "WBSYNC_JOBS",           "WBSYNC_REPLAY"};

/// Variables that must not influence how text looks.
inline constexpr const char* looks[] = {"COLUMNS", "NO_COLOR"};

struct ran {
    int status = -1;
    std::string out, err;
};

/// Runs the program by a shell. `output`: where its standard output goes instead. `environment`:
/// variables to set, "WBSYNC_JOBS=1".
inline ran wbsync_program(const std::string& arguments, const std::string& output = {},
                          const std::string& environment = {}) {
    const scratch_folder folder;
    const std::string out = folder.file("out"), err = folder.file("err");
    std::string command = "env";
    for (const char* name : variables)
        command += fmt::format(" -u {}", name);
    for (const char* name : looks)
        command += fmt::format(" -u {}", name);
    command += fmt::format(" {} '{}' {} >{} 2>{}", environment, WBSYNC_TOOL, arguments,
                           output.empty() ? out : output, err);
    return {wbsync::tools::run_shell(command).status, slurp(out), slurp(err)};
}

/// The command is bad usage, with a message that contains all the parts.
inline void refuses(const std::string& arguments, std::initializer_list<const char*> parts,
                    const std::string& environment = {}) {
    const ran r = wbsync_program(arguments, {}, environment);
    CAPTURE(environment);
    CAPTURE(arguments);
    CAPTURE(r.err);
    CHECK(r.status == 2);
    CHECK(r.out.empty());
    for (const char* part : parts)
        CHECK(contains(r.err, part));
}

/// The program in the background, in a folder of its own.
class running_program {
public:
    /// `output`: a file descriptor that its standard output goes to; -1: the file "out".
    explicit running_program(std::vector<std::string> arguments, int output = -1) {
        arguments.insert(arguments.begin(), WBSYNC_TOOL);
        std::fflush(nullptr);
        child_ = ::fork();
        if (child_ != 0)
            return;
        ::setpgid(0, 0);
        const bool there = ::chdir(folder_.path().c_str()) == 0 &&
                           std::freopen("err", "w", stderr) != nullptr &&
                           (output < 0 ? std::freopen("out", "w", stdout) != nullptr
                                       : ::dup2(output, STDOUT_FILENO) >= 0);
        if (!there)
            ::_exit(EXIT_FAILURE);
        for (const char* name : variables)
            ::unsetenv(name);
        for (const char* name : looks)
            ::unsetenv(name);
        std::vector<char*> words;
        for (std::string& word : arguments)
            words.push_back(word.data());
        words.push_back(nullptr);
        ::execv(words[0], words.data());
        ::_exit(EXIT_FAILURE);
    }
    ~running_program() {
        ::kill(-child_, SIGKILL); // if a REQUIRE failed
    }
    running_program(const running_program&) = delete;
    running_program& operator=(const running_program&) = delete;

    /// Waits until it runs that many checks: then it listens to signals.
    void wait_for_check(std::ptrdiff_t checks = 1) const {
        const std::string file = fmt::format("/proc/{0}/task/{0}/children", child_);
        for (std::string children; std::count(children.begin(), children.end(), ' ') < checks;
             children = slurp(file))
            ::sched_yield();
    }

    /// Waits until it has printed the text.
    void wait_for_output(std::string_view text) const {
        while (!contains(output(), text))
            ::sched_yield();
    }

    void signal(int number, bool all_processes = false) const {
        ::kill(all_processes ? -child_ : child_, number);
    }

    /// Sends signals until it is dead; returns like ended().
    [[nodiscard]] int signalled_to_death(int number) const {
        int status = 0;
        while (::waitpid(child_, &status, WNOHANG) == 0) {
            ::kill(child_, number);
            ::sched_yield();
        }
        return how(status);
    }

    /// Its exit status, or minus the signal that ended it.
    [[nodiscard]] int ended() const {
        int status = 0;
        ::waitpid(child_, &status, 0);
        return how(status);
    }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }
    [[nodiscard]] std::string output() const { return slurp(folder_.file("out")); }
    [[nodiscard]] std::string errors() const { return slurp(folder_.file("err")); }

private:
    static int how(int status) {
        return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    }

    scratch_folder folder_;
    pid_t child_ = -1;
};

/// A full pipe: a program that prints into it is stuck until somebody reads.
class full_pipe {
public:
    full_pipe() {
        REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
        const int flags = ::fcntl(ends_[1], F_GETFL);
        ::fcntl(ends_[1], F_SETFL, flags | O_NONBLOCK);
        for (const char filler = '\0'; ::write(ends_[1], &filler, 1) == 1;)
            ++filling_;
        ::fcntl(ends_[1], F_SETFL, flags);
    }
    ~full_pipe() {
        ::close(ends_[0]);
        if (ends_[1] >= 0)
            ::close(ends_[1]);
    }
    full_pipe(const full_pipe&) = delete;
    full_pipe& operator=(const full_pipe&) = delete;

    [[nodiscard]] int writer() const { return ends_[1]; }

    /// Reads what the others write, until no process is left that could.
    std::string read() {
        ::close(std::exchange(ends_[1], -1));
        std::string text;
        std::array<char, 4096> some{};
        for (ssize_t n; (n = ::read(ends_[0], some.data(), some.size())) > 0;)
            text.append(some.data(), static_cast<std::size_t>(n));
        return text.substr(std::min(filling_, text.size()));
    }

private:
    std::array<int, 2> ends_{};
    std::size_t filling_ = 0;
};

} // namespace tool_program

#endif
