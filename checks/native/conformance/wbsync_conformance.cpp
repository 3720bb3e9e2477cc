// SPDX-License-Identifier: BSD-3-Clause
// Runs the scripts on real threads, and compares what it sees with what the model checker says:
// the program of checked.cpp, which is the first argument. Then, if given: seed, scripts of one
// thread, scripts of two. Exit status 1 if there is a difference.
// --sabotage: does operations wrong, one after the other. Exit status 1 if one is not noticed.

#include "checks/native/conformance/comparison.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace {

using namespace conformance;

std::uint64_t number(const char* text) {
    return std::strtoull(text, nullptr, 10);
}

int compare_all(const std::string& checker, const settings& with) {
    const auto scripts = with.scripts();
    const auto expected = ask(checker, with, scripts.size());
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    totals sum;
    for (std::size_t i = 0; i != scripts.size(); ++i)
        compare(i, scripts[i], expected[i], sum);
    std::fputs(sum.str().c_str(), stdout);
    return sum.differences == 0 ? 0 : 1;
}

int see_what_is_wrong(const std::string& checker, const settings& with) {
    const auto scripts = with.scripts();
    const auto expected = ask(checker, with, scripts.size());
    return notice_all(scripts, expected) ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    const bool sabotaged = argc > 2 && std::strcmp(argv[2], "--sabotage") == 0;
    const int first = sabotaged ? 3 : 2;
    if (argc != first && argc != first + 3)
        return std::fputs("arguments: checker [--sabotage] [seed alone pairs]\n", stderr), 2;
    settings with = sabotaged ? settings{1, 2000, 0} : settings{};
    if (argc != first)
        with = {number(argv[first]), number(argv[first + 1]), number(argv[first + 2])};
    try {
        return sabotaged ? see_what_is_wrong(argv[1], with) : compare_all(argv[1], with);
    } catch (const std::exception& e) {
        return std::fprintf(stderr, "wbsync-conformance: %s\n", e.what()), 2;
    }
}
