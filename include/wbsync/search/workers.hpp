// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/search/task_job.hpp>
#include <wbsync/search/task_json.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wbsync::search {

inline json to_json(const task_result& r) {
    json decisions = json::array();
    for (const engine::decision& d : r.decisions)
        decisions.push_back(json::array({d.thread, d.choice}));
    return {{"why", r.why},
            {"executions", r.executions},
            {"redundant", r.redundant},
            {"events", r.events},
            {"threads", r.threads},
            {"limit", r.limit},
            {"cut_off", r.cut_off},
            {"covered", to_json(r.covered)},
            {"failed", r.failed},
            {"decisions", std::move(decisions)},
            {"ordered_additions", r.ordered_additions},
            {"left", to_json(r.left)}};
}

inline task_result result_from(const json& j) {
    task_result r;
    r.why = static_cast<stop>(j.at("why").get<std::uint8_t>());
    r.executions = j.at("executions").get<std::uint64_t>();
    r.redundant = j.at("redundant").get<std::uint64_t>();
    r.events = j.at("events").get<std::uint64_t>();
    r.threads = j.at("threads").get<int>();
    r.limit = j.at("limit").get<std::string>();
    r.cut_off = j.at("cut_off").get<double>();
    r.covered = coverage_from(j.at("covered"));
    r.failed = j.at("failed").get<bool>();
    for (const json& d : j.at("decisions"))
        r.decisions.push_back({d.at(0).get<engine::thread_id>(), d.at(1).get<int>()});
    r.ordered_additions = j.at("ordered_additions").get<std::vector<engine::object_id>>();
    r.left = remains_from(j.at("left"));
    return r;
}

/// Memory that a process shares with those that it forks.
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

/// Runs one function on many tasks, in forked processes that each take the next task as soon as
/// they are free.
class workers {
public:
    using run_function = std::function<task_result(std::size_t)>;

    /// `is_last`: does this result make the tasks after it unnecessary?
    workers(int processes, std::size_t tasks, std::function<bool(const task_result&)> is_last)
        : is_last_(std::move(is_last)), results_(tasks) {
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

    /// Executions finished by all of them, for a progress line.
    [[nodiscard]] std::uint64_t executions() { return shared_->executions; }
    void count(std::uint64_t executions) { shared_->executions += executions; }

    /// For a task: is it to stop?
    [[nodiscard]] const volatile std::sig_atomic_t* interrupted() { return &shared_->interrupted; }

    /// Returns the results in the order of the tasks. A task without one is nobody's: its process
    /// died. `wait` is called again and again meanwhile.
    std::vector<std::optional<task_result>> run(const run_function& task,
                                                const std::function<void()>& wait,
                                                const volatile std::sig_atomic_t* interrupt) {
        std::fflush(nullptr);
        std::vector<pid_t> children;
        const pid_t parent = ::getpid();
        for (std::FILE* f : files_) {
            const pid_t child = f == nullptr ? -1 : ::fork();
            if (child == 0)
                work(task, f, parent);
            if (child > 0)
                children.push_back(child);
        }
        while (!children.empty()) {
            if (interrupt != nullptr && *interrupt != 0)
                shared_->interrupted = 1; // somebody may have told only this process
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
        volatile std::sig_atomic_t interrupted = 0;
    };

    [[noreturn]] void work(const run_function& task, std::FILE* to, pid_t parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent)
            ::_exit(EXIT_FAILURE); // it ended before that
        for (;;) {
            const std::size_t i = shared_->next_task++;
            if (i >= results_.size() || i > shared_->last_task)
                ::_exit(EXIT_SUCCESS);
            const task_result r = task(i);
            write(to, i, r);
            if (is_last_(r)) {
                std::size_t last = shared_->last_task;
                while (i < last && !shared_->last_task.compare_exchange_weak(last, i)) {
                }
            }
        }
    }

    static void write(std::FILE* to, std::size_t i, const task_result& r) {
        const std::vector<std::uint8_t> text = json::to_cbor(to_json(r));
        const std::uint64_t head[] = {i, text.size()};
        if (std::fwrite(head, sizeof head, 1, to) != 1 ||
            std::fwrite(text.data(), 1, text.size(), to) != text.size() || std::fflush(to) != 0)
            ::_exit(EXIT_FAILURE);
    }

    void read(std::FILE* from) {
        std::rewind(from);
        std::uint64_t head[2];
        while (std::fread(head, sizeof head, 1, from) == 1) {
            std::vector<std::uint8_t> text(head[1]);
            if (std::fread(text.data(), 1, text.size(), from) != text.size())
                return;
            results_[head[0]] = result_from(json::from_cbor(text));
        }
    }

    std::function<bool(const task_result&)> is_last_;
    std::vector<std::optional<task_result>> results_;
    std::vector<std::FILE*> files_;
    shared_memory<shared> shared_;
};

} // namespace wbsync::search
