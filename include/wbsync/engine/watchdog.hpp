// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/crash.hpp>
#include <wbsync/engine/host.hpp>
#include <wbsync/engine/used_memory.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>

#include <dlfcn.h>
#include <link.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace wbsync::engine {

/// The code of the C library. It must not be left half-way: it may be changing the data of
/// malloc().
class c_library {
public:
    [[nodiscard]] static bool holds(std::uintptr_t address) noexcept {
        const range& r = code();
        return address >= r.begin && address < r.end;
    }
    /// To be called before a signal handler asks.
    static void find() { code(); }

private:
    struct range {
        std::uintptr_t begin = 0, end = 0;
    };

    static const range& code() noexcept {
        static const range found = [] {
            range r;
            ::dl_iterate_phdr(&look_into, &r);
            return r;
        }();
        return found;
    }

    /// Takes the part of the object that holds the C library's functions.
    static int look_into(dl_phdr_info* object, std::size_t, void* into) {
        const auto one =
            reinterpret_cast<std::uintptr_t>(::dlsym(RTLD_DEFAULT, "gnu_get_libc_version"));
        for (int i = 0; i != object->dlpi_phnum; ++i) {
            const auto& part = object->dlpi_phdr[i];
            const auto begin = static_cast<std::uintptr_t>(object->dlpi_addr + part.p_vaddr);
            if (part.p_type != PT_LOAD || one < begin || one >= begin + part.p_memsz)
                continue;
            *static_cast<range*>(into) = {begin, begin + part.p_memsz};
            return 1;
        }
        return 0;
    }
};

/// Looks after executions ten times a second, as long as it lives: a model whose code does not come
/// back to the engine would otherwise run for ever, whatever limits the check has. It measures the
/// processor time of the step, so a slow or stopped machine is not mistaken for a slow model. A
/// step that blocks uses no processor time: for it the ticks are counted.
///
/// Only one at a time in a process: there is one timer and one signal (search::turn).
class watchdog {
public:
    explicit watchdog(job& work) : work_(work) {
        c_library::find();
        current() = this;
        struct sigaction action {};
        action.sa_sigaction = &on_tick;
        action.sa_flags = SA_ONSTACK | SA_NODEFER | SA_SIGINFO | SA_RESTART;
        sigemptyset(&action.sa_mask);
        ::sigaction(signal, &action, &old_);
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = signal;
        thread_of(event) = static_cast<pid_t>(::syscall(SYS_gettid));
        exists_ = ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
        tick_in(period);
    }

    ~watchdog() {
        if (exists_)
            ::timer_delete(timer_);
        ::sigaction(signal, &old_, nullptr);
        current() = nullptr;
    }

    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

private:
    static constexpr int signal = SIGURG; // ignored by default, if one comes late
    static constexpr long millisecond = 1'000'000;
    static constexpr long period = 100 * millisecond;
    static constexpr int patience = 2;        ///< ticks for a step when the time is up
    static constexpr int blocked_factor = 12; ///< how much longer a step may block than compute
    static constexpr int most_tries = 200;    ///< to interrupt the model outside of the C library

    enum class reason : std::uint8_t { none, time, use, interrupt, computes, blocks };

    static watchdog*& current() noexcept {
        static constinit watchdog* instance = nullptr;
        return instance;
    }

    static void on_tick(int, siginfo_t*, void* context) {
        const int error = errno;
        if (current() != nullptr)
            current()->tick(program_counter(*static_cast<ucontext_t*>(context)));
        errno = error;
    }

    static pid_t& thread_of(sigevent& event) noexcept {
#if defined(sigev_notify_thread_id)
        return event.sigev_notify_thread_id;
#else
        return event._sigev_un._tid;
#endif
    }

    static std::uintptr_t program_counter([[maybe_unused]] const ucontext_t& at) noexcept {
#if defined(__x86_64__)
        return static_cast<std::uintptr_t>(at.uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
        return static_cast<std::uintptr_t>(at.uc_mcontext.pc);
#else
        return 0;
#endif
    }

    void tick(std::uintptr_t at) {
        execution* run = execution_of_model();
        if (run == nullptr || !run->model_runs() || run->progress() != seen_) {
            seen_ = run == nullptr ? 0 : run->progress();
            ticks_ = tries_ = 0;
            since_ = used_time();
        }
        ++ticks_;
        const reason why = reason_to_stop();
        if (why == reason::none || run == nullptr || !run->model_runs() || run != &work_.run)
            return;
        if (c_library::holds(at) && ++tries_ < most_tries) {
            tick_in(millisecond);
            return;
        }
        stop(*run, why);
    }

    /// Also tells the job, which stops after the execution, if the execution ends.
    reason reason_to_stop() {
        const patience_of_job& limits = work_.patience;
        const bool out_of_time = std::chrono::steady_clock::now() >= limits.deadline;
        const bool too_large = limits.memory != 0 && used_memory() > limits.memory;
        if (out_of_time || too_large)
            work_.look_around = 1;
        if (too_large)
            return reason::use;
        if (ticks_ > patience && out_of_time)
            return reason::time;
        if (ticks_ > patience && limits.interrupt != nullptr && *limits.interrupt != 0)
            return reason::interrupt;
        if (used_time() - since_ >= limits.step_seconds)
            return reason::computes;
        const auto milliseconds = ticks_ * (period / millisecond);
        if (static_cast<double>(milliseconds) >= limits.step_seconds * blocked_factor * 1000)
            return reason::blocks;
        return reason::none;
    }

    [[noreturn]] static void stop(execution& run, reason why) {
        switch (why) {
        case reason::time: run.abandon(limit_kind::seconds);
        case reason::use: run.abandon(limit_kind::memory);
        case reason::interrupt: run.abandon(limit_kind::interrupt);
        case reason::blocks: run.lock_up("it blocks outside of wbsync");
        default: run.lock_up("it computes without an end; to wait for others, use await()");
        }
    }

    void tick_in(long nanoseconds) noexcept {
        const itimerspec when{{0, period}, {0, nanoseconds}};
        if (exists_)
            ::timer_settime(timer_, 0, &when, nullptr);
    }

    /// Processor time of this thread, in seconds.
    static double used_time() noexcept {
        timespec t{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
    }

    job& work_;
    struct sigaction old_ {};
    timer_t timer_{};
    bool exists_ = false;
    std::uint64_t seen_ = 0; ///< execution::progress() when it last changed
    int ticks_ = 0;          ///< since then
    int tries_ = 0;
    double since_ = 0; ///< used_time() then
};

} // namespace wbsync::engine
