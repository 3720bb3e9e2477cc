// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/relacy.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>

#include <fmt/core.h>

namespace wbsync::engine {

/// The execution whose model's code runs in this thread of the process; nullptr: there is none, or
/// its model is not intact any more.
inline execution* execution_of_model() noexcept {
    execution* run = execution::current();
    const bool its_own = run != nullptr && run->current_phase() != execution::phase::outside &&
                         run->concluded().intact();
    return its_own ? run : nullptr;
}

/// While it lives, a crash of the model's own code, or a call of std::terminate(), is a finding of
/// the execution under way instead of the end of the process. The signal handler has a stack of its
/// own, since the model may have used up its fiber's.
///
/// Only one at a time in a process: signal handlers are the process's (search::turn). A crash of
/// the engine itself, or of another thread, is left to the handler that was installed before.
class crash_handler {
public:
    crash_handler() : old_terminate_(std::set_terminate(&on_terminate)) {
        previous_terminate() = old_terminate_;
        stack_t mine{};
        mine.ss_sp = stack().data();
        mine.ss_size = stack().size();
        ::sigaltstack(&mine, &old_stack_);
        struct sigaction action {};
        action.sa_sigaction = &on_signal;
        action.sa_flags = SA_ONSTACK | SA_NODEFER | SA_SIGINFO;
        sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i != signals.size(); ++i)
            ::sigaction(signals[i].number, &action, &old_[i]);
    }

    ~crash_handler() {
        for (std::size_t i = 0; i != signals.size(); ++i)
            ::sigaction(signals[i].number, &old_[i], nullptr);
        ::sigaltstack(&old_stack_, nullptr);
        std::set_terminate(old_terminate_);
    }

    crash_handler(const crash_handler&) = delete;
    crash_handler& operator=(const crash_handler&) = delete;

private:
    struct named_signal {
        int number;
        const char* what;
    };

    static constexpr std::array<named_signal, 5> signals{{
        {SIGSEGV, "segmentation fault"},
        {SIGBUS, "bus error"},
        {SIGFPE, "arithmetic error, such as a division by zero"},
        {SIGILL, "illegal instruction"},
        {SIGABRT, "abort() was called"},
    }};

    static std::array<std::byte, std::size_t{64} * 1024>& stack() {
        static std::array<std::byte, std::size_t{64} * 1024> memory;
        return memory;
    }

    static std::terminate_handler& previous_terminate() noexcept {
        static constinit std::terminate_handler previous = nullptr;
        return previous;
    }

    static void on_signal(int number, siginfo_t* info, void*) {
        execution* run = execution_of_model();
        if (run == nullptr) { // a crash of the engine, or in another thread
            ::signal(number, SIG_DFL);
            ::raise(number);
            return;
        }
        for (const auto& s : signals)
            if (s.number == number)
                run->crash(is_overflow(*info) ? fmt::format("the stack of {} KiB was used up",
                                                            stack_pool::stack_size / 1024)
                                              : s.what);
    }

    static bool is_overflow(const siginfo_t& info) {
        const bool by_access = info.si_signo == SIGSEGV && info.si_code > 0;
        return by_access && stack_pool::instance().is_guard(info.si_addr);
    }

    [[noreturn]] static void on_terminate() {
        if (execution* run = execution_of_model(); run != nullptr)
            run->crash(fmt::format("std::terminate() was called{}", what_was_thrown()));
        std::set_terminate(previous_terminate());
        std::terminate();
    }

    static std::string what_was_thrown() {
        if (std::current_exception() == nullptr)
            return "";
        std::string what = "not derived from std::exception";
        try {
            throw;
        } catch (const std::exception& e) {
            what = e.what();
        } catch (...) { // nothing to tell
        }
        return fmt::format(": an exception ({}) left a function that must not throw, such as a "
                           "destructor",
                           what);
    }

    std::terminate_handler old_terminate_;
    stack_t old_stack_{};
    std::array<struct sigaction, 5> old_{};
};

} // namespace wbsync::engine
