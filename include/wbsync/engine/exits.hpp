// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/crash.hpp>

#include <cstdlib>

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wbsync::engine {

/// A model that ends the process would take all other checks with it, some of them red, and call
/// that a success. Inside of a model the functions below are findings; otherwise they do what the C
/// library's do. The program's own definitions are found before those of shared libraries. Where
/// the C library is linked statically they may not win: then exit() is noticed by a function that
/// it calls, and the others are not.
class exits {
public:
    /// Called by a function that ends the process, before it does.
    static void leave_model(const char* function, int status) {
        if (execution* run = execution_of_model(); run != nullptr)
            run->crash(fmt::format("{}({}) was called", function, status), true);
    }

    /// The C library's function of that name; ends the process in any case.
    [[noreturn]] static void pass_on(const char* function, int status) {
        using end_function = void (*)(int);
        if (void* next = ::dlsym(RTLD_NEXT, function); next != nullptr)
            reinterpret_cast<end_function>(next)(status); // NOLINT: what dlsym() is for
        for (;;)
            ::syscall(SYS_exit_group, status);
    }

    /// To be called before a model runs: exit() will then be noticed.
    static void listen() {
        if (!std::exchange(listens(), true))
            std::atexit([] {
                listens() = false;
                if (execution* run = execution_of_model(); run != nullptr)
                    run->crash("exit() was called", true);
            });
    }

private:
    static bool& listens() noexcept {
        static constinit bool registered = false;
        return registered;
    }
};

} // namespace wbsync::engine

// NOLINTBEGIN: these are the C library's names
extern "C" {
[[gnu::noreturn, gnu::weak, gnu::used]] void exit(int status) noexcept {
    wbsync::engine::exits::leave_model("exit", status);
    wbsync::engine::exits::pass_on("exit", status);
}
[[gnu::noreturn, gnu::weak, gnu::used]] void quick_exit(int status) noexcept {
    wbsync::engine::exits::leave_model("quick_exit", status);
    wbsync::engine::exits::pass_on("quick_exit", status);
}
[[gnu::noreturn, gnu::weak, gnu::used]] void _exit(int status) {
    wbsync::engine::exits::leave_model("_exit", status);
    wbsync::engine::exits::pass_on("_exit", status);
}
[[gnu::noreturn, gnu::weak, gnu::used]] void _Exit(int status) noexcept {
    wbsync::engine::exits::leave_model("_Exit", status);
    wbsync::engine::exits::pass_on("_Exit", status);
}
}
// NOLINTEND
