// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/child_process.hpp>
#include <wbsync/program/interrupt.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>

namespace wbsync::program {

/// How many children can run at once without one waiting for another.
inline std::size_t cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

/// Work to be run in children, numbered 0 to n - 1, each in a process of its own: the engine knows
/// one execution at a time.
struct child_work {
    std::vector<std::size_t> order; ///< order of starting: all numbers below its size
    std::size_t at_once = 1;        ///< how many run at the same time
    double seconds = 0;             ///< after which a child is ended; 0: never
    int on_interrupt = SIGKILL; ///< the signal for the children when the program is asked to end
    /// Called in the child. What it returns is sent to the parent; it throws nothing.
    std::function<std::string(std::size_t, const child_side&)> run;
    /// Called for work 0 first, then for work 1, and so on, whatever ended first.
    std::function<void(std::size_t, const child_end&)> done;
    /// Gets the latest note of the first work that is not done, and how many others run.
    std::function<void(std::string_view, std::size_t)> noted = {};
};

namespace detail {

class children {
public:
    explicit children(const child_work& all) : all_(all), ends_(all.order.size()) {}

    std::vector<std::size_t> run() {
        while (may_start() || !running_.empty()) {
            while (may_start() && running_.size() < all_.at_once)
                start();
            if (running_.empty() || !wait())
                continue;
            for (std::size_t r = polled_.size(); r-- != 0;)
                if (polled_[r].revents != 0)
                    read_some(r);
            end_late_ones();
        }
        return without_a_result();
    }

private:
    using clock = std::chrono::steady_clock;

    struct child {
        std::size_t index;
        std::size_t slot;
        pid_t pid;
        int from;
        clock::time_point begin = clock::now();

        [[nodiscard]] double seconds() const {
            return std::chrono::duration<double>(clock::now() - begin).count();
        }
    };

    /// What is known about a child that was started.
    struct end {
        child_end of;
        std::string note;
        bool is_known = false;
    };

    [[nodiscard]] bool may_start() const {
        return started_ != ends_.size() && interrupt::seen == 0;
    }

    [[nodiscard]] std::size_t free_slot() const {
        std::size_t slot = 0;
        while (std::any_of(running_.begin(), running_.end(),
                           [&](const child& c) { return c.slot == slot; }))
            ++slot;
        return slot;
    }

    void start() {
        const std::size_t index = all_.order[started_++];
        const std::size_t slot = free_slot();
        const started_child c = start_child([&](const child_side& here) {
            return all_.run(index, {here.to, slot});
        });
        running_.push_back({index, slot, c.pid, c.from});
    }

    /// Waits until there is something to read. False: a signal came instead.
    bool wait() {
        polled_.clear();
        for (const child& c : running_)
            polled_.push_back({c.from, POLLIN, 0});
        interrupt::held until_waiting;
        if (interrupt::seen != 0 && !std::exchange(told_, true))
            for (const child& c : running_)
                ::kill(c.pid, all_.on_interrupt);
        const timespec now_and_then{0, 200'000'000}; // to look at the clocks of the children
        const timespec* const at_most = all_.seconds > 0 ? &now_and_then : nullptr;
        if (::ppoll(polled_.data(), polled_.size(), at_most, &until_waiting.before()) >= 0)
            return true;
        if (errno != EINTR)
            throw_errno("ppoll");
        return false;
    }

    void read_some(std::size_t r) {
        std::array<char, 65536> buffer{};
        const ssize_t got = ::read(running_[r].from, buffer.data(), buffer.size());
        if (got > 0)
            take(running_[r].index, {buffer.data(), static_cast<std::size_t>(got)});
        else if (got == 0 || errno != EINTR)
            finish(r);
    }

    /// A zero ends each note; the text after the last zero is what the work returned.
    void take(std::size_t index, std::string_view text) {
        end& e = ends_[index];
        std::string& sent = e.of.sent;
        sent += text;
        const std::size_t last = sent.rfind('\0');
        if (last == sent.npos)
            return;
        const std::size_t before = last == 0 ? sent.npos : sent.rfind('\0', last - 1);
        const std::size_t first = before == sent.npos ? 0 : before + 1;
        e.note = sent.substr(first, last - first);
        sent.erase(0, last + 1);
        if (all_.noted && index == reported_)
            all_.noted(e.note, running_.size() - 1);
    }

    void finish(std::size_t r) {
        const child c = running_[r];
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(r));
        ::close(c.from);
        end& e = ends_[c.index];
        while (::waitpid(c.pid, &e.of.status, 0) < 0 && errno == EINTR) {
        }
        // A child that we killed may have sent half of its text.
        const bool was_killed = told_ && all_.on_interrupt == SIGKILL;
        e.is_known = !was_killed || (WIFEXITED(e.of.status) && WEXITSTATUS(e.of.status) == 0);
        for (; reported_ != ends_.size() && ends_[reported_].is_known; ++reported_)
            all_.done(reported_, std::exchange(ends_[reported_].of, {}));
    }

    void end_late_ones() {
        for (const child& c : running_)
            if (all_.seconds > 0 && ends_[c.index].of.late == 0 && c.seconds() > all_.seconds) {
                ends_[c.index].of.late = c.seconds();
                ::kill(c.pid, SIGKILL);
            }
    }

    std::vector<std::size_t> without_a_result() {
        std::vector<std::size_t> without;
        for (std::size_t i = reported_; i != ends_.size(); ++i)
            if (ends_[i].is_known)
                all_.done(i, ends_[i].of);
            else
                without.push_back(i);
        return without;
    }

    const child_work& all_;
    std::vector<end> ends_;
    std::vector<child> running_;
    std::vector<pollfd> polled_;
    std::size_t started_ = 0;
    std::size_t reported_ = 0; ///< the first work that is not done
    bool told_ = false;        ///< the children were told to end
};

} // namespace detail

/// Runs all of the work. Returns the numbers of the works without a result, because the program was
/// asked to end: then nothing more is started, and running children get `on_interrupt`. After
/// SIGKILL a child has no result; after another signal it reports its own.
inline std::vector<std::size_t> run_in_children(const child_work& all) {
    return detail::children(all).run();
}

} // namespace wbsync::program
