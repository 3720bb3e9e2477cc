// SPDX-License-Identifier: BSD-3-Clause
#include "runner.hpp"

#include "progress_line.hpp"

#include <wbsync/report/text.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wbsync::tools {

namespace {

check_outcome describe(const check_request& asked, const result& r) {
    const models::expectation expected = asked.of.expected(r.memory, asked.values);
    check_outcome out;
    out.entry = report::to_json(r, {asked.of.name, asked.of.commit, asked.values,
                                    expectation_text(expected), expected.matches(r)});
    if (r.outcome != verdict::finding)
        return out;
    report::style style = asked.style;
    style.fences = asked.fences || r.memory == memory_kind::weak;
    out.counterexample = report::counterexample(r.counterexample, r.what, style);
    return out;
}

check_outcome run_here(const check_request& asked) {
    progress_line line(fmt::format("{} {}", asked.of.name, name_of(asked.with.memory)));
    options with = asked.with;
    if (line.wanted())
        with.on_progress = [&line](const progress& now) { line.show(now); };
    result seen;
    try {
        seen = asked.of.check(with, asked.values);
    } catch (const std::exception& e) {
        // Not the model: its exceptions are findings. So nothing is known about it.
        seen.memory = with.memory;
        seen.limit = fmt::format("the check failed: {}", e.what());
    }
    line.clear();
    return describe(asked, seen);
}

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

/// The child's side: sends the outcome and ends without cleaning up what belongs to the parent.
[[noreturn]] void be_child(const check_request& asked, pid_t parent, int to) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(EXIT_FAILURE);            // it ended before that
    ::dup2(STDERR_FILENO, STDOUT_FILENO); // what a model prints is no part of the report
    bool sent = false;
    try {
        const check_outcome out = run_here(asked);
        sent = write_all(
            to, report::dump({{"entry", out.entry}, {"counterexample", out.counterexample}}));
    } catch (const std::exception& e) {
        fmt::print(stderr, "wbsync: {}: {}\n", asked.of.name, e.what());
    }
    ::_exit(sent ? EXIT_SUCCESS : EXIT_FAILURE);
}

/// The result of a check whose process ended without one.
result died(const check_request& asked, int status) {
    result r;
    r.memory = asked.with.memory;
    if (!WIFSIGNALED(status)) {
        r.outcome = verdict::finding;
        r.what.property = "crash";
        r.what.message = fmt::format("the process of the check ended by itself, with status {}",
                                     WEXITSTATUS(status));
        return r;
    }
    const int signal = WTERMSIG(status);
    const std::string what = fmt::format("the process of the check was ended by signal {} ({})",
                                         signal, ::strsignal(signal));
    switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGABRT:
    case SIGTRAP:
        r.outcome = verdict::finding;
        r.what.property = "crash";
        r.what.message = what;
        return r;
    case SIGKILL:
        r.limit = what + ": it may have run out of memory";
        return r;
    default:
        r.limit = what;
        return r;
    }
}

} // namespace

check_outcome run_isolated(const check_request& asked) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        throw_errno("pipe");
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0)
        throw_errno("fork");
    if (child == 0) {
        ::close(ends[0]);
        be_child(asked, parent, ends[1]);
    }
    ::close(ends[1]);
    const std::string text = read_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            throw_errno("waitpid");

    report::json sent = report::json::parse(text, nullptr, false);
    if (sent.is_discarded())
        return describe(asked, died(asked, status));
    return {std::move(sent["entry"]), sent["counterexample"].get<std::string>()};
}

std::string expectation_text(const models::expectation& e) {
    return e.outcome == verdict::finding ? fmt::format("finding {}", e.property)
                                         : std::string{name_of(e.outcome)};
}

} // namespace wbsync::tools
