// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <csignal>
#include <ctime>

#include <unistd.h>

/// Signals that ask the program to end: Ctrl-C (SIGINT), a supervisor such as CI or timeout(1)
/// (SIGTERM), a terminal that goes away (SIGHUP). The first one is passed on to the processes of
/// the running checks (children.hpp), which stop and report what they found so far. The next one
/// ends the program at once, with all processes that it started.
namespace wbsync::program::interrupt {

inline volatile std::sig_atomic_t seen = 0; ///< in the program, and in the process of a check

namespace detail {

inline constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};

inline sigset_t signal_set() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals)
        ::sigaddset(&set, signal);
    return set;
}

inline timespec now() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t;
}

inline timespec first_time{}; ///< used only by the handler

/// timeout(1) signals the program and then its group: it sends two signals, but means one.
inline bool is_the_same_again() {
    const timespec t = now();
    const long milliseconds =
        (t.tv_sec - first_time.tv_sec) * 1000 + (t.tv_nsec - first_time.tv_nsec) / 1'000'000;
    return milliseconds < 300;
}

extern "C" inline void on_interrupt(int signal) {
    if (seen == 0) {
        seen = 1;
        first_time = now();
    } else if (!is_the_same_again()) {
        std::signal(signal, SIG_DFL);
        ::raise(signal); // the process of the check ends with this one
    }
}

extern "C" inline void on_interrupt_of_child(int) {
    seen = 1;
}

inline void handle(void (*by)(int)) {
    for (const int signal : signals) {
        struct sigaction action = {}, before = {};
        action.sa_handler = by;
        action.sa_flags = SA_RESTART;
        action.sa_mask = signal_set();
        ::sigaction(signal, &action, &before);
        if (signal == SIGHUP && before.sa_handler == SIG_IGN) // nohup(1)
            ::sigaction(signal, &before, nullptr);
    }
}

} // namespace detail

/// In the program itself.
inline void listen() {
    detail::handle(detail::on_interrupt);
}

/// In the process of a check, and in the processes that it starts.
inline void listen_in_child() {
    detail::handle(detail::on_interrupt_of_child);
}

/// While it lives, an interrupt is held back.
class held {
public:
    held() {
        const sigset_t set = detail::signal_set();
        ::sigprocmask(SIG_BLOCK, &set, &before_);
    }
    ~held() { release(); }
    held(const held&) = delete;
    held& operator=(const held&) = delete;

    void release() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

    /// The signal mask from before, for ppoll().
    [[nodiscard]] const sigset_t& before() const noexcept { return before_; }

private:
    sigset_t before_{};
};

} // namespace wbsync::program::interrupt
