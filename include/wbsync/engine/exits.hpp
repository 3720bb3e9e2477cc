// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/crash.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <fmt/core.h>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wbsync::engine {

/// A model that ends the process would take all other checks with it, some of them red, and call
/// that a success. One that forks would run them twice. A thread of the C library that begins or
/// ends inside of a model is not a thread of the model. So the functions below are findings inside
/// of a model; otherwise they do what the C library's do. The program's own definitions are found
/// before those of shared libraries. Where the C library is linked statically they may not win:
/// then exit() is noticed by a function that it calls, and the others are not noticed.
///
/// May be called from anywhere, and costs a look at the execution under way.
class exits {
public:
    /// Called by a function that ends the process, before it does.
    static void leave_model(const char* function, int status) {
        if (execution* run = execution_of_model(); run != nullptr)
            run->crash(fmt::format("{}({}) was called", function, status), true);
    }

    /// Called by one that makes or ends a process or a thread.
    static void leave_model(const char* what_was_called) {
        if (execution* run = execution_of_model(); run != nullptr && run->model_runs())
            run->crash(what_was_called, true);
    }

    /// The C library's function of that name; nullptr: it is not to be found.
    template <class Function>
    static Function* next(const char* function) {
        return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, function)); // NOLINT: so says POSIX
    }

    /// The same of one that ends the process, which is done in any case.
    [[noreturn]] static void pass_on(const char* function, int status) {
        if (auto* end = next<void(int)>(function); end != nullptr)
            end(status);
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
[[gnu::weak, gnu::used]] pid_t fork() noexcept {
    wbsync::engine::exits::leave_model("fork() was called");
    auto* next = wbsync::engine::exits::next<pid_t()>("fork");
    return next != nullptr ? next() : static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}
/// As POSIX allows it to be.
[[gnu::weak, gnu::used]] pid_t vfork() noexcept {
    return ::fork();
}
[[gnu::weak, gnu::used]] int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                            void* (*start)(void*), void* argument) noexcept {
    wbsync::engine::exits::leave_model(
        "pthread_create() was called, as by std::thread: the threads "
        "of a model are declared with scenario::thread()");
    using create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    auto* next = wbsync::engine::exits::next<create>("pthread_create");
    return next != nullptr ? next(thread, attributes, start, argument) : EAGAIN;
}
[[gnu::noreturn, gnu::weak, gnu::used]] void pthread_exit(void* value) {
    wbsync::engine::exits::leave_model("pthread_exit() was called: a thread of a model ends where "
                                       "its function returns");
    if (auto* next = wbsync::engine::exits::next<void(void*)>("pthread_exit"); next != nullptr)
        next(value);
    std::abort();
}
}
// NOLINTEND
