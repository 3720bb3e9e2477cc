// SPDX-License-Identifier: BSD-3-Clause
// Runs isw/v9, in which the model checker finds nothing, on real threads for a while: built with
// -fsanitize=thread or -fsanitize=address. `PROGRAM SECONDS`, without delays and with them. Exit
// status 1 if a property fails; a sanitizer prints its findings itself, with a status of its own.

#include "models/writeback/isw_v9.hpp"
#include <wbsync/program/errors.hpp>
#include <wbsync/program/output.hpp>

#include <wbsync/number.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>

#include <fmt/format.h>

namespace {

using namespace wbsync;
using models::writeback::bounds;
using models::writeback::isw_model;
using models::writeback::isw_v9;

struct variant {
    const char* name;
    bounds size;
};

constexpr variant variants[] = {
    {"isw/v9", {}}, {"isw/v9/two", {2, 2, 2}}, {"isw/v9/cleaner", {1, 2, 1, 1}}};
constexpr double delay_probabilities[] = {0, 0.2};
constexpr int parts = 6;

/// Returns whether nothing was found.
bool run(const variant& v, double delay_probability, double seconds) {
    native::options with;
    with.delay_probability = delay_probability;
    const auto r = native::stress<isw_model<isw_v9<>>>(with, 0, seconds, v.size);
    program::print(fmt::format("{}{}: {}, {} umounts\n", v.name,
                               delay_probability > 0 ? " with delays" : "",
                               r.found ? r.found->str() : "clean", r.runs));
    return r.clean();
}

int run_all(double seconds) {
    int wrong = 0;
    for (const double delays : delay_probabilities)
        for (const variant& v : variants)
            wrong += run(v, delays, seconds / parts) ? 0 : 1;
    return wrong == 0 ? program::all_as_expected : program::not_as_expected;
}

double read_seconds(int argc, char** argv) {
    if (argc != 2)
        throw std::invalid_argument("one argument is needed, the number of seconds: such as 60");
    return parse_number<double>("the number of seconds", argv[1], 0.01, 86400);
}

int fail(const std::exception& e, int status) {
    std::fputs(fmt::format("{}\n", e.what()).c_str(), stderr);
    return status;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run_all(read_seconds(argc, argv));
    } catch (const std::invalid_argument& e) {
        return fail(e, program::bad_usage_status);
    } catch (const std::exception& e) {
        return fail(e, program::program_failed);
    }
}
