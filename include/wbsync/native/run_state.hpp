// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/futex.hpp>
#include <wbsync/native/options.hpp>
#include <wbsync/native/result.hpp>
#include <wbsync/native/thread_record.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

namespace wbsync::native {

/// Ends a thread of a run with a violation: thrown by the operation that found it, and wherever
/// other threads wait. Only the body of the thread catches it.
struct stopped {};

/// State that a family of primitives keeps for a run: workqueues, callbacks.
class service {
public:
    service() = default;
    service(const service&) = delete;
    service& operator=(const service&) = delete;
    virtual ~service() = default;

    /// Does it have nothing to do, until somebody asks for something?
    [[nodiscard]] virtual bool is_idle() = 0;
    /// Its threads have to return.
    virtual void quit() = 0;
};

/// Every operation reads it: not 0 while there are delays, and when a run is over. Otherwise it
/// costs only the load.
inline std::atomic<std::uint64_t> delay_threshold{0};

/// A run under way: its threads, and what was found. One at a time in a process.
class run_state {
public:
    explicit run_state(const options& with) : with_(with) {}
    run_state(const run_state&) = delete;
    run_state& operator=(const run_state&) = delete;

    static run_state* current() noexcept { return current_.load(std::memory_order_acquire); }
    static void set_current(run_state* run) noexcept {
        current_.store(run, std::memory_order_release);
    }

    [[nodiscard]] const options& with() const noexcept { return with_; }

    // --- what was found -------------------------------------------------------------------------

    /// Keeps the violation if it is the first one.
    void report(violation v) {
        const std::lock_guard lock(mutex_);
        if (!found_)
            found_ = std::move(v);
    }
    [[nodiscard]] std::optional<violation> found() {
        const std::lock_guard lock(mutex_);
        return found_;
    }
    /// Ends all threads at their next wait.
    void stop() noexcept {
        stopping_.store(true, std::memory_order_release);
        std::uint64_t none = 0;
        delay_threshold.compare_exchange_strong(none, 1);
    }
    [[nodiscard]] bool stopping() const noexcept {
        return stopping_.load(std::memory_order_relaxed);
    }

    // --- threads --------------------------------------------------------------------------------

    thread_record& add(const label& name, thread_kind kind) {
        const std::lock_guard lock(mutex_);
        const int number = kind == thread_kind::main ? -1 : next_number_++;
        threads_.push_back(std::make_unique<thread_record>(name, kind, number));
        threads_.back()->random = with_.seed * 0x9e3779b97f4a7c15 + threads_.size();
        threads_.back()->cpu = number < 0 ? 0 : number;
        return *threads_.back();
    }
    /// The threads so far; a record stays at its address.
    [[nodiscard]] std::vector<thread_record*> threads() {
        const std::lock_guard lock(mutex_);
        std::vector<thread_record*> all;
        for (const auto& t : threads_)
            all.push_back(t.get());
        return all;
    }

    /// Do the threads of the model run?
    std::atomic<bool> running{false};
    /// The model is destroyed: nothing can be thrown any more.
    std::atomic<bool> ends{false};
    /// The daemons have to return; see rest().
    std::atomic<bool> quitting{false};

    // --- coming to rest -------------------------------------------------------------------------

    /// Something was started that another thread will end: a work, a callback, a daemon's round.
    void moves() noexcept { moves_.fetch_add(1, std::memory_order_seq_cst); }
    [[nodiscard]] std::uint64_t moved() const noexcept {
        return moves_.load(std::memory_order_seq_cst);
    }

    /// The number with which a waiting daemon answers, once it has looked again.
    std::atomic<std::uint64_t> asked{1};

    /// Are all serving threads without work? To be asked only when no ordinary thread is left.
    [[nodiscard]] bool at_rest() {
        const std::uint64_t before = moved();
        const std::uint64_t question = asked.fetch_add(1, std::memory_order_seq_cst) + 1;
        int rounds = 100; // a thread that does not answer soon is not at rest
        for (const thread_record* t : threads())
            while (t->kind == thread_kind::daemon && !t->ended &&
                   t->idle.load(std::memory_order_acquire) < question) {
                if (stopping() || moved() != before || --rounds == 0)
                    return false;
                std::this_thread::sleep_for(std::chrono::microseconds(20));
            }
        for (service* s : services())
            if (!s->is_idle())
                return false;
        return moved() == before;
    }

    // --- services -------------------------------------------------------------------------------

    /// The service of this run; `args` are for its constructor, at the first use.
    template <class Service, class... Args>
    Service& get(Args&&... args) {
        const std::lock_guard lock(mutex_);
        for (const auto& [type, s] : services_)
            if (*type == typeid(Service))
                return static_cast<Service&>(*s);
        services_.emplace_back(&typeid(Service),
                               std::make_unique<Service>(std::forward<Args>(args)...));
        return static_cast<Service&>(*services_.back().second);
    }
    void quit_services() {
        for (service* s : services())
            s->quit();
    }
    void drop_services() { services_.clear(); }

    std::atomic<std::uint64_t> grace_periods{0};
    std::atomic<std::uint64_t> flushes{0};

private:
    std::vector<service*> services() {
        const std::lock_guard lock(mutex_);
        std::vector<service*> all;
        for (const auto& [type, s] : services_)
            all.push_back(s.get());
        return all;
    }

    static inline std::atomic<run_state*> current_{nullptr};

    options with_;
    std::mutex mutex_; ///< of all members below
    std::optional<violation> found_;
    std::vector<std::unique_ptr<thread_record>> threads_;
    int next_number_ = 0;
    std::vector<std::pair<const std::type_info*, std::unique_ptr<service>>> services_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> moves_{0};
};

inline thread_local thread_record* this_thread = nullptr;

/// The thread of the model that calls this; nullptr: the caller is no such thread, or builds or
/// ends the model.
inline thread_record* me() noexcept {
    thread_record* const t = this_thread;
    return t != nullptr && t->kind != thread_kind::main ? t : nullptr;
}

/// Throws if the run is over.
inline void expect_to_go_on() {
    if (const run_state* run = run_state::current();
        run != nullptr && run->stopping() && this_thread != nullptr)
        throw stopped{};
}

/// While it exists, the thread counts as waiting.
class waiting {
public:
    waiting(const char* verb, const called& what, const site& at) : who_(this_thread) {
        if (who_ != nullptr)
            who_->waits.set(verb, what, at);
    }
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() {
        if (who_ != nullptr)
            who_->waits.clear();
    }

private:
    thread_record* who_;
};

} // namespace wbsync::native
