// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <csignal>
#include <ctime>

#include <unistd.h>

/// Ctrl-C, or `kill -INT`. The first one is passed on to the process of the check that runs, which
/// stops and says what it found so far; a second one ends the program at once.
namespace wbsync::tools::interrupt {

inline volatile std::sig_atomic_t seen = 0;  ///< in the program, and in the process of a check
inline volatile std::sig_atomic_t child = 0; ///< that the program waits for, or 0

namespace detail {

inline volatile std::sig_atomic_t first_second = 0;

inline std::sig_atomic_t now() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::sig_atomic_t>(t.tv_sec);
}

extern "C" inline void on_interrupt(int signal) {
    if (seen == 0) {
        seen = 1;
        first_second = now();
        if (child > 0)
            ::kill(child, signal);
    } else if (now() > first_second + 1) { // timeout(1) sends the first one twice
        std::signal(signal, SIG_DFL);
        ::raise(signal); // the process of the check ends with this one
    }
}

extern "C" inline void on_interrupt_of_child(int) {
    seen = 1;
}

inline void handle(void (*by)(int)) {
    struct sigaction action = {};
    action.sa_handler = by;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
}

} // namespace detail

/// In the program itself.
inline void listen() {
    detail::handle(detail::on_interrupt);
}

/// In the process of a check, and those that it starts.
inline void listen_in_child() {
    detail::handle(detail::on_interrupt_of_child);
}

/// While it lives, an interrupt waits.
class held {
public:
    held() {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGINT);
        ::sigprocmask(SIG_BLOCK, &set, &before_);
    }
    ~held() { release(); }
    held(const held&) = delete;
    held& operator=(const held&) = delete;

    void release() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

} // namespace wbsync::tools::interrupt
