// SPDX-License-Identifier: BSD-3-Clause
// Runs the umounts of the lineage on real threads, and shows the model checker's result beside
// them.

#include "bench/stress/command_line.hpp"
#include "bench/stress/report.hpp"
#include "bench/stress/stress.hpp"
#include <wbsync/program/errors.hpp>
#include <wbsync/program/output.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>

#include <fmt/format.h>

namespace {

using namespace wbsync;
using namespace wbsync::bench;

void explain(std::string_view why) {
    std::fputs(fmt::format("wbsync-stress: {}\n", why).c_str(), stderr);
}

std::vector<stressed> stress_all(const stress_settings& with) {
    std::vector<stressed> all;
    for (const subject& s : subjects(with.models, with.manifest)) {
        all.push_back({s, stress(s.model, with, false), stress(s.model, with, true)});
        if (with.as == format::text)
            program::print(text_of(all.back(), with));
    }
    return all;
}

void print_end(const std::vector<stressed>& all, const stress_settings& with) {
    switch (with.as) {
    case format::text: return program::print(summary_of(all) + "\n");
    case format::markdown: return program::print(markdown_of(all, with));
    case format::json: return program::print(json_of(all, with));
    }
}

int explain_unexpected(const std::vector<stressed>& all) {
    int status = program::all_as_expected;
    for (const stressed& s : all)
        if (!s.as_expected()) {
            explain(fmt::format("{} shows what the model checker does not find: the model or the "
                                "native platform is wrong; run it again with --format text",
                                s.what.model.name()));
            status = program::not_as_expected;
        }
    return status;
}

} // namespace

int main(int argc, char** argv) {
    try {
        const auto with = read_command_line(argc, argv);
        if (!with)
            return program::all_as_expected;
        const std::vector<stressed> all = stress_all(*with);
        print_end(all, *with);
        return explain_unexpected(all);
    } catch (const program::bad_usage& e) {
        explain(e.what());
        return program::bad_usage_status;
    } catch (const std::exception& e) {
        explain(e.what());
        return program::program_failed;
    }
}
