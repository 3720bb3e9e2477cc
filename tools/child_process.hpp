// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "interrupt.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wbsync::tools {

/// How a child process ended.
struct child_end {
    std::string sent;
    int status = 0; ///< as waitpid() gives it
};

namespace detail {

[[noreturn]] inline void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

inline bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

inline std::string read_all(int fd) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

/// Sends what `work` returns, and ends without cleaning up what belongs to the parent.
template <class Work>
[[noreturn]] void be_child(Work& work, pid_t parent, int to) noexcept {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(EXIT_FAILURE);            // it ended before that
    ::dup2(STDERR_FILENO, STDOUT_FILENO); // what a model prints is no part of the report
    ::_exit(write_all(to, work()) ? EXIT_SUCCESS : EXIT_FAILURE);
}

} // namespace detail

/// Runs `work`, which returns a text and throws nothing, in a process of its own. An interrupt is
/// passed on to it.
template <class Work>
child_end run_in_child(Work work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        detail::throw_errno("pipe");
    const pid_t parent = ::getpid();
    interrupt::held not_now;
    const pid_t child = ::fork();
    if (child < 0)
        detail::throw_errno("fork");
    if (child == 0) {
        ::close(ends[0]);
        interrupt::listen_in_child();
        not_now.release();
        detail::be_child(work, parent, ends[1]);
    }
    interrupt::child = child;
    not_now.release();
    ::close(ends[1]);
    child_end end;
    end.sent = detail::read_all(ends[0]);
    ::close(ends[0]);
    siginfo_t ended{};
    while (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) < 0)
        if (errno != EINTR)
            detail::throw_errno("waitid");
    interrupt::child = 0; // before the number may be given to somebody else
    ::waitpid(child, &end.status, 0);
    return end;
}

} // namespace wbsync::tools
