// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/search/fork_child.hpp>
#include <wbsync/search/task_job.hpp>
#include <wbsync/search/task_text.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wbsync::search {

/// Leaves out what is not sent between processes.
void fields(auto& text, detail::is<task_result> auto& r) {
    text(r.why, r.executions, r.sleep_set_blocked, r.blocked, r.discarded, r.events, r.threads,
         r.limit, r.cut_off, r.covered, r.failed, r.decisions, r.allowed, r.left);
}

/// Memory that a process shares with the processes that it forks.
template <class T>
class shared_memory {
public:
    shared_memory() {
        void* at =
            ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED)
            throw std::system_error(errno, std::generic_category(), "mmap");
        object_ = ::new (at) T();
    }
    ~shared_memory() { ::munmap(object_, sizeof(T)); }
    shared_memory(const shared_memory&) = delete;
    shared_memory& operator=(const shared_memory&) = delete;

    T* operator->() noexcept { return object_; }

private:
    T* object_;
};

/// Runs one function on many tasks, in forked processes. Each process takes the next task as soon
/// as it is free. When the run is to end, no more tasks are taken.
///
/// run() is called once. It returns when all processes have ended; results come in files that the
/// processes share, so there is no limit to their size. Memory is copied on write, so a fork costs
/// O(pages of the process).
class workers {
public:
    using run_function = std::function<task_result(std::size_t)>;

    /// `is_last`: does this result make later tasks unnecessary?
    workers(int processes, std::size_t tasks, std::function<bool(const task_result&)> is_last)
        : is_last_(std::move(is_last)), tasks_(tasks), results_(tasks) {
        shared_->last_task = tasks;
        for (int i = 0; i != processes; ++i)
            files_.push_back(std::tmpfile());
    }
    ~workers() {
        for (std::FILE* f : files_)
            if (f != nullptr)
                std::fclose(f);
    }
    workers(const workers&) = delete;
    workers& operator=(const workers&) = delete;

    /// Executions finished by all processes, for a progress line.
    [[nodiscard]] std::uint64_t executions() { return shared_->executions; }
    void count(std::uint64_t executions) { shared_->executions += executions; }

    /// The flag that tells a task to stop.
    [[nodiscard]] const volatile std::sig_atomic_t* interrupted() { return &shared_->interrupted; }

    /// How many tasks were taken: the first ones.
    [[nodiscard]] std::size_t taken() { return std::min(shared_->next_task.load(), tasks_); }

    /// Returns the results in the order of the tasks. A task that was taken and has no result lost
    /// its process. `wait` is called again and again meanwhile.
    std::vector<std::optional<task_result>> run(const run_function& task,
                                                const std::function<void()>& wait,
                                                const volatile std::sig_atomic_t* interrupt) {
        std::fflush(nullptr);
        std::vector<pid_t> children;
        for (std::FILE* f : files_) {
            const pid_t child = f == nullptr ? -1 : fork_child([&] { work(task, f); });
            if (child > 0)
                children.push_back(child);
        }
        while (!children.empty()) {
            if (interrupt != nullptr && *interrupt != 0)
                shared_->interrupted = 1; // the signal may have gone only to this process
            std::erase_if(children,
                          [](pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; });
            if (children.empty())
                break;
            ::usleep(1000);
            wait();
        }
        for (std::FILE* f : files_)
            if (f != nullptr)
                read(f);
        return std::move(results_);
    }

private:
    struct shared {
        std::atomic<std::size_t> next_task{0};
        std::atomic<std::size_t> last_task{0};
        std::atomic<std::uint64_t> executions{0};
        std::atomic<bool> run_ends{false};
        volatile std::sig_atomic_t interrupted = 0;
    };

    [[noreturn]] void work(const run_function& task, std::FILE* to) {
        while (!shared_->run_ends) {
            const std::size_t i = shared_->next_task++;
            if (i >= tasks_ || i > shared_->last_task)
                break;
            const task_result r = task(i);
            if (ends_the_run(r.why))
                shared_->run_ends = true; // otherwise each process would run one more
            write(to, i, r);
            if (is_last_(r)) {
                std::size_t last = shared_->last_task;
                while (i < last && !shared_->last_task.compare_exchange_weak(last, i)) {
                }
            }
        }
        ::_exit(EXIT_SUCCESS);
    }

    static void write(std::FILE* to, std::size_t i, const task_result& r) {
        const std::string text = to_text(r);
        const std::uint64_t head[] = {i, text.size()};
        if (std::fwrite(head, sizeof head, 1, to) != 1 ||
            std::fwrite(text.data(), 1, text.size(), to) != text.size() || std::fflush(to) != 0)
            ::_exit(EXIT_FAILURE);
    }

    void read(std::FILE* from) {
        std::rewind(from);
        std::uint64_t head[2];
        while (std::fread(head, sizeof head, 1, from) == 1) {
            std::string text(head[1], '\0');
            if (std::fread(text.data(), 1, text.size(), from) != text.size())
                return;
            results_[head[0]] = from_text<task_result>(text);
        }
    }

    std::function<bool(const task_result&)> is_last_;
    std::size_t tasks_;
    std::vector<std::optional<task_result>> results_;
    std::vector<std::FILE*> files_;
    shared_memory<shared> shared_;
};

} // namespace wbsync::search
