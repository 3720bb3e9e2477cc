// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/slab.hpp>
#include <wbsync/native/options.hpp>
#include <wbsync/native/result.hpp>
#include <wbsync/native/thread_body.hpp>
#include <wbsync/scenario.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace wbsync::native {

/// Drives one run of any model.
class runner {
public:
    explicit runner(const options& with) : run_(with), turn_(one_at_a_time()) {
        run_state::set_current(&run_);
        this_thread = &run_.add("main", thread_kind::main);
        rcu_flavour::register_thread();
        delay_threshold = threshold(with.take_turns != nullptr ? 1 : with.delay_probability);
    }
    runner(const runner&) = delete;
    runner& operator=(const runner&) = delete;
    ~runner() {
        delay_threshold = 0;
        rcu_flavour::unregister_thread();
        this_thread = nullptr;
        run_state::set_current(nullptr);
    }

    [[nodiscard]] run_state& state() noexcept { return run_; }

    /// A part that runs in this thread; false: the run is over.
    template <class Body>
    bool part(Body body) {
        return ends_well(body) && !run_.stopping();
    }

    /// The threads, from their start to their end.
    void run_threads() {
        if (run_.threads().size() == 1) // that of run()
            run_.report({"misuse", "the model declares no threads", "", {}});
        run_.running = true;
        start();
        const auto from = std::chrono::steady_clock::now();
        go_.store(true, std::memory_order_release);
        const bool ended = await_end(from);
        seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
        if (!ended)
            report_hang();
        end_threads();
        run_.running = false;
    }

    /// Makes threads that have nothing to do return.
    void end_threads() {
        run_.quitting = true;
        run_.quit_services();
        join();
    }

    void check_leaks() {
        heap& h = heap::get();
        if (const auto n = h.count(); n != 0 && !run_.found())
            run_.report(
                {"leak",
                 n == 1 ? fmt::format("{} is never freed", h.any()->name.str())
                        : fmt::format("{} and {} more are never freed", h.any()->name.str(), n - 1),
                 "", h.any()->where});
    }

    [[nodiscard]] result outcome() {
        result r;
        r.found = run_.found();
        r.seconds = seconds_;
        r.grace_periods = run_.grace_periods;
        r.flushes = run_.flushes;
        r.seed = run_.with().seed;
        r.threads = static_cast<int>(run_.threads().size()) - 1;
        return r;
    }

private:
    static std::unique_lock<std::mutex> one_at_a_time() {
        static std::mutex turn;
        if (this_thread != nullptr)
            throw std::logic_error("wbsync: native::run() inside of a model that is run");
        return std::unique_lock(turn);
    }

    static std::uint64_t threshold(double probability) {
        constexpr auto most = std::numeric_limits<std::uint64_t>::max();
        if (!(probability > 0))
            return 0;
        return probability >= 1 ? most : static_cast<std::uint64_t>(std::ldexp(probability, 64));
    }

    void start() {
        for (thread_record* t : run_.threads())
            if (t->body)
                t->thread = std::thread([this, t] {
                    as_thread(*t, [&] {
                        while (!go_.load(std::memory_order_acquire))
                            std::this_thread::yield();
                        const taking_turns turn(
                            t->kind == thread_kind::ordinary ? run_.with().take_turns : nullptr,
                            t->number);
                        run_guarded(*t, t->body);
                    });
                });
    }

    [[nodiscard]] bool ordinary_have_ended() {
        for (const thread_record* t : run_.threads())
            if (t->kind == thread_kind::ordinary && !t->ended.load(std::memory_order_acquire))
                return false;
        return true;
    }

    /// False: the run took too long.
    bool await_end(std::chrono::steady_clock::time_point from) {
        const double limit = run_.with().time_limit;
        for (unsigned round = 0; !run_.stopping() && !(ordinary_have_ended() && run_.at_rest());
             ++round) {
            std::this_thread::sleep_for(std::chrono::microseconds(round < 50 ? 20 : 200));
            if (limit > 0 &&
                std::chrono::steady_clock::now() - from > std::chrono::duration<double>(limit))
                return false;
        }
        return true;
    }

    void report_hang() {
        std::string text = fmt::format("the run has not ended after {} s", run_.with().time_limit);
        const char* property = "deadlock";
        std::string who;
        for (thread_record* t : run_.threads()) {
            if (t->ended || t->kind == thread_kind::main)
                continue;
            const std::string waits = t->waits.str();
            if (t->kind == thread_kind::ordinary &&
                (who.empty() || std::string{property} == "deadlock")) {
                property = t->property;
                who = t->name.str();
            }
            if (t->kind == thread_kind::ordinary || !waits.empty())
                text += fmt::format("; {} {}", t->name.str(), waits.empty() ? "runs" : waits);
        }
        run_.report({property, text, who, {}});
        run_.stop();
    }

    /// Joins all threads, even those started meanwhile. A thread that does not return cannot be
    /// ended: then the process is ended.
    void join() {
        const auto from = std::chrono::steady_clock::now();
        std::size_t joined = 0;
        for (auto all = run_.threads(); joined != all.size(); all = run_.threads())
            for (; joined != all.size(); ++joined) {
                while (all[joined]->thread.joinable() && !all[joined]->ended) {
                    std::this_thread::sleep_for(std::chrono::microseconds(20));
                    if (run_.stopping() &&
                        std::chrono::steady_clock::now() - from > std::chrono::seconds(10))
                        give_up(*all[joined]);
                }
                if (all[joined]->thread.joinable())
                    all[joined]->thread.join();
            }
    }

    [[noreturn]] void give_up(thread_record& t) {
        const auto found = run_.found();
        std::fputs(fmt::format("wbsync: {} does not end{}{}; {}\n", t.name.str(),
                               t.waits.str().empty() ? "" : ", it ", t.waits.str(),
                               found ? found->str() : "nothing was found")
                       .c_str(),
                   stderr);
        std::_Exit(70);
    }

    run_state run_;
    std::unique_lock<std::mutex> turn_;
    std::atomic<bool> go_{false};
    double seconds_ = 0;
};

/// Runs `Model(args...)` once on real threads: builds it, starts its threads together, waits until
/// they and all that serve them have ended, calls finally(), and destroys it. Returns the first
/// violation, if there was one, and the time that it took. One run at a time in a process.
///
/// A thread that loops without reading a variable of wbsync, or waiting for one, cannot be ended:
/// if it goes on for ten seconds after the end of the run, the process ends with status 70. The
/// same happens after a violation in the destructor of the model.
template <class Model, class... Args>
result run(const options& with, const Args&... args) {
    runner r(with);
    std::unique_ptr<Model> model;
    const bool built = r.part([&] {
        model = std::unique_ptr<Model>(new Model(args...)); // make_unique would copy what is moved
        scenario s(r.state());
        model->threads(s);
    });
    if (built)
        r.run_threads();
    else
        r.end_threads();
    if constexpr (requires { model->finally(); })
        if (!r.state().stopping())
            r.part([&] { model->finally(); });
    r.end_threads(); // those that finally() has started
    r.state().ends = true;
    model.reset();
    r.check_leaks();
    heap::get().release_all();
    r.state().drop_services();
    return r.outcome();
}

/// Runs the model again and again, with another seed each time, until something is found or `runs`
/// or `seconds` are used up; 0: no limit. Times and counts are sums.
template <class Model, class... Args>
result stress(const options& with, std::uint64_t runs, double seconds, const Args&... args) {
    result sum;
    sum.runs = 0;
    const auto from = std::chrono::steady_clock::now();
    options one = with;
    while (!sum.found && (runs == 0 || sum.runs != runs)) {
        const result r = run<Model>(one, args...);
        sum.seed = one.seed++;
        ++sum.runs;
        sum.found = r.found;
        sum.seconds += r.seconds;
        sum.grace_periods += r.grace_periods;
        sum.flushes += r.flushes;
        sum.threads = r.threads;
        if (seconds > 0 &&
            std::chrono::steady_clock::now() - from > std::chrono::duration<double>(seconds))
            break;
    }
    return sum;
}

} // namespace wbsync::native
