// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/interrupt.hpp>

#include <wbsync/search/fork_child.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/wait.h>
#include <unistd.h>

namespace wbsync::program {

/// What a child process knows about itself.
struct child_side {
    int to;               ///< file descriptor that its text goes to
    std::size_t slot = 0; ///< a small number that no other child has while it runs

    /// Reports progress: a note without a zero in it.
    void note(std::string text) const;
};

/// How a child process ended.
struct child_end {
    std::string sent; ///< what its work returned; incomplete if the process died early
    int status = 0;   ///< as waitpid() gives it
    double late = 0;  ///< the seconds after which it was killed; 0: it was not
};

/// A running child process.
struct started_child {
    pid_t pid;
    int from; ///< file descriptor that its text comes from
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

/// Sends what `work` returns, and ends without cleaning up what belongs to the parent.
template <class Work>
[[noreturn]] void be_child(const Work& work, int to) noexcept {
    ::dup2(STDERR_FILENO, STDOUT_FILENO); // what a model prints is not part of the report
    ::_exit(write_all(to, work(child_side{to})) ? EXIT_SUCCESS : EXIT_FAILURE);
}

} // namespace detail

inline void child_side::note(std::string text) const {
    text += '\0';
    (void)detail::write_all(to, text);
}

/// Starts `work` in a process of its own. `work` gets a child_side, returns a text and throws
/// nothing. An interrupt of that process is noted there, and does not end it.
template <class Work>
started_child start_child(const Work& work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        detail::throw_errno("pipe");
    interrupt::held not_now;
    const pid_t child = search::fork_child([&] {
        ::close(ends[0]);
        interrupt::listen_in_child();
        not_now.release();
        detail::be_child(work, ends[1]);
    });
    if (child < 0)
        detail::throw_errno("fork");
    ::close(ends[1]);
    return {child, ends[0]};
}

} // namespace wbsync::program
