// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "../child_process.hpp"
#include "deadline.hpp"

#include <csignal>
#include <cstddef>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include <poll.h>

namespace wbsync::litmus {

/// Runs work(i) for each i in `order`, which has all numbers below its size, each in a process of
/// its own and at most `jobs` at once: the engine knows one execution at a time. `done(i, text,
/// late)` gets what work(i) returned, beginning with i = 0 and so on; an empty text if its process
/// ended without one. A process that has not ended after `seconds` (0: never) is ended, and late,
/// after so many; others are late by 0.
/// When the program is asked to end, the processes are, too: returns the numbers of those without a
/// result then.
inline std::vector<std::size_t>
run_in_children(const std::vector<std::size_t>& order, std::size_t jobs, double seconds,
                const std::function<std::string(std::size_t)>& work,
                const std::function<void(std::size_t, const std::string&, double late)>& done) {
    struct child {
        std::size_t index;
        pid_t pid;
        int from;
        deadline until;
        double late = 0;
    };
    const std::size_t n = order.size();
    std::vector<child> running;
    std::vector<std::string> texts(n);
    std::vector<bool> ended(n, false);
    std::vector<double> late(n, 0);
    std::size_t started = 0;
    std::size_t reported = 0;

    const auto start = [&] {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0)
            tools::detail::throw_errno("pipe");
        const pid_t parent = ::getpid();
        const pid_t pid = ::fork();
        if (pid < 0)
            tools::detail::throw_errno("fork");
        if (pid == 0) {
            ::close(ends[0]);
            const auto mine = [&] { return work(order[started]); };
            tools::detail::be_child(mine, parent, ends[1]);
        }
        ::close(ends[1]);
        running.push_back({order[started++], pid, ends[0], deadline(seconds)});
    };
    const auto finish = [&](std::size_t r) {
        const child c = running[r];
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(r));
        ::close(c.from);
        int status = 0;
        while (::waitpid(c.pid, &status, 0) < 0 && errno == EINTR) {
        }
        // Whoever was ended by us may have sent half of it.
        ended[c.index] = tools::interrupt::seen == 0 || (WIFEXITED(status) && status == 0);
        late[c.index] = c.late;
        for (; reported != n && ended[reported]; ++reported)
            done(reported, texts[reported], late[reported]);
    };
    const auto read_some = [&](std::size_t r) {
        std::array<char, 65536> buffer{};
        const ssize_t got = ::read(running[r].from, buffer.data(), buffer.size());
        if (got > 0)
            texts[running[r].index].append(buffer.data(), static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR)
            finish(r);
    };

    bool told = false;
    while ((started != n && !told) || !running.empty()) {
        while (started != n && running.size() < jobs && !told)
            start();
        std::vector<pollfd> waiting;
        for (const child& c : running)
            waiting.push_back({c.from, POLLIN, 0});
        tools::interrupt::held until_waiting;
        if (tools::interrupt::seen != 0 && !told) {
            told = true;
            for (const child& c : running)
                ::kill(c.pid, SIGKILL);
        }
        const timespec now_and_then{0, 200'000'000}; // to look at the clocks of the children
        if (::ppoll(waiting.data(), waiting.size(), seconds > 0 ? &now_and_then : nullptr,
                    &until_waiting.before()) < 0) {
            if (errno != EINTR)
                tools::detail::throw_errno("ppoll");
            continue; // nothing is known of the others
        }
        until_waiting.release();
        for (std::size_t r = waiting.size(); r-- != 0;)
            if (waiting[r].revents != 0)
                read_some(r);
        for (child& c : running)
            if (c.late == 0 && c.until.over()) {
                c.late = c.until.elapsed();
                ::kill(c.pid, SIGKILL);
            }
    }
    std::vector<std::size_t> without;
    for (std::size_t i = reported; i != n; ++i)
        if (ended[i])
            done(i, texts[i], late[i]);
        else
            without.push_back(i);
    return without;
}

} // namespace wbsync::litmus
