// SPDX-License-Identifier: BSD-3-Clause
// The model checker's results for the scripts: for each script the number of its outcomes, and the
// outcomes, a line each. Arguments: seed, scripts of one thread, scripts of two.

#include "checks/native/conformance/script_model.hpp"
#include "checks/native/conformance/settings.hpp"

#include <cstdio>
#include <cstring>

namespace {

using namespace conformance;

/// All that can happen under sc.
outcomes all_of(const script& s) {
    outcomes all;
    record last;
    const sabotage nothing;
    wbsync::options with;
    with.memory = wbsync::memory_kind::sc;
    with.all_findings = true;
    with.symmetry = false;
    with.trace = false;
    with.jobs = 1;
    with.max_executions = 20'000;
    with.on_execution = [&](const std::vector<wbsync::finding>& findings) {
        for (const wbsync::finding& f : findings)
            all.insert((findings.size() == 1 ? "" : perhaps) + ("finding " + f.property));
        if (!findings.empty())
            return;
        if (!last.end.empty()) // otherwise given up
            all.insert(last.str());
    };
    const wbsync::result r = wbsync::check<script_model>(with, &s, &nothing, &last);
    if (r.incomplete())
        return {too_large};
    return all;
}

std::uint64_t number(const char* text) {
    return std::strtoull(text, nullptr, 10);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4)
        return std::fputs("arguments: seed, scripts of one thread, scripts of two\n", stderr), 2;
    const settings with{number(argv[1]), number(argv[2]), number(argv[3])};
    for (const script& s : with.scripts()) {
        const outcomes all = all_of(s);
        std::printf("%zu\n", all.size());
        for (const outcome& o : all)
            std::printf("%s\n", o.c_str());
    }
    return 0;
}
