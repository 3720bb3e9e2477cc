// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>

#include <array>
#include <csignal>
#include <cstddef>

namespace wbsync::engine {

/// While it lives, a crash of the model's own code is a finding of the execution under way instead
/// of the end of the process. The handler has a stack of its own, since the model may have used up
/// its fiber's.
class crash_handler {
public:
    crash_handler() {
        stack_t mine{};
        mine.ss_sp = stack().data();
        mine.ss_size = stack().size();
        ::sigaltstack(&mine, &old_stack_);
        struct sigaction action {};
        action.sa_handler = &on_signal;
        action.sa_flags = SA_ONSTACK | SA_NODEFER;
        sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i != signals.size(); ++i)
            ::sigaction(signals[i].number, &action, &old_[i]);
    }

    ~crash_handler() {
        for (std::size_t i = 0; i != signals.size(); ++i)
            ::sigaction(signals[i].number, &old_[i], nullptr);
        ::sigaltstack(&old_stack_, nullptr);
    }

    crash_handler(const crash_handler&) = delete;
    crash_handler& operator=(const crash_handler&) = delete;

private:
    struct named_signal {
        int number;
        const char* what;
    };

    static constexpr std::array<named_signal, 5> signals{{
        {SIGSEGV, "segmentation fault, or the thread's stack of 256 KiB was used up"},
        {SIGBUS, "bus error"},
        {SIGFPE, "arithmetic error, such as a division by zero"},
        {SIGILL, "illegal instruction"},
        {SIGABRT, "abort() was called"},
    }};

    static std::array<std::byte, std::size_t{64} * 1024>& stack() {
        static std::array<std::byte, std::size_t{64} * 1024> memory;
        return memory;
    }

    static void on_signal(int number) {
        execution* run = execution::current();
        if (run == nullptr || run->where() == execution::phase::outside || crashed_twice(*run)) {
            ::signal(number, SIG_DFL);
            ::raise(number);
            return;
        }
        for (const auto& s : signals)
            if (s.number == number)
                run->crash(s.what);
    }

    /// A crash while a crash is being reported is ours.
    static bool crashed_twice(const execution& run) { return !run.intact(); }

    stack_t old_stack_{};
    std::array<struct sigaction, 5> old_{};
};

} // namespace wbsync::engine
