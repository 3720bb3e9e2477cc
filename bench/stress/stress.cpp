// SPDX-License-Identifier: BSD-3-Clause
#include "bench/stress/stress.hpp"

#include "bench/stress/in_process.hpp"
#include "bench/stress/shared_counter.hpp"

#include <wbsync/wbsync.hpp>

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wbsync::bench {
namespace {

using clock = std::chrono::steady_clock;

double since(clock::time_point from) {
    return std::chrono::duration<double>(clock::now() - from).count();
}

native::options native_options(const stress_settings& with, bool delays) {
    native::options o;
    o.seed = with.seed;
    o.longest_delay = with.longest_delay;
    o.delay_probability = delays ? with.delay_probability : 0;
    return o;
}

/// Runs in the child: returns what it found, as JSON, or an empty text.
std::string run_until_found(const catalogue::model& m, const stress_settings& with, bool delays,
                            shared_counter& runs) {
    native::check_options = native_options(with, delays);
    options once;
    once.max_executions = 1;
    const auto values = catalogue::default_size(m);
    const auto from = clock::now();
    do {
        ++runs;
        const result r = m.run(once, values);
        ++native::check_options.seed;
        if (r.outcome == verdict::finding)
            return nlohmann::json{{"property", r.what.property}, {"message", r.what.message}}
                .dump();
    } while (since(from) < with.seconds && (with.umounts == 0 || runs.value() < with.umounts));
    return {};
}

/// Removes the property from the beginning of the message: it is shown once.
std::string without(const std::string& property, const std::string& message) {
    const std::string head = property + ": ";
    return message.starts_with(head) ? message.substr(head.size()) : message;
}

/// The exit status of native::run() if it cannot end a thread.
constexpr int thread_does_not_end = 70;

void add_end(attempt& a, const program::child_end& end) {
    if (WIFSIGNALED(end.status)) {
        a.end = ending::crashed;
        a.message = ::strsignal(WTERMSIG(end.status));
    } else if (WEXITSTATUS(end.status) == thread_does_not_end) {
        a.end = ending::stuck;
        a.message = "a thread does not end";
    } else if (WEXITSTATUS(end.status) != 0) {
        throw std::runtime_error(
            fmt::format("the process of a model ended with status {}", WEXITSTATUS(end.status)));
    } else if (!end.sent.empty()) {
        const auto found = nlohmann::json::parse(end.sent);
        a.end = ending::violated;
        found.at("property").get_to(a.property);
        a.message = without(a.property, found.at("message"));
    }
}

} // namespace

attempt stress(const catalogue::model& m, const stress_settings& with, bool delays) {
    shared_counter runs;
    const auto from = clock::now();
    const program::child_end end =
        in_process([&] { return run_until_found(m, with, delays, runs); });
    attempt a;
    a.seconds = since(from);
    a.runs = runs.value();
    a.seed = with.seed + (a.runs == 0 ? 0 : a.runs - 1);
    add_end(a, end);
    return a;
}

} // namespace wbsync::bench
