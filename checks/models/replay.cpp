// SPDX-License-Identifier: BSD-3-Clause
// The findings of the models, each replayed from its schedule.

#include "checks/engine/replay.hpp"
#include "checks/models/model_checks.hpp"
#include <wbsync/program/manifest.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

using namespace model_checks;

namespace {

/// The findings in the manifests of all folders.
std::vector<manifest::row> recorded_findings() {
    std::vector<manifest::row> findings;
    for (const auto& folder : std::filesystem::directory_iterator(WBSYNC_SOURCE_DIR "/models")) {
        const auto file = folder.path() / "counts.json";
        if (!std::filesystem::exists(file))
            continue; // models/vfs has no manifest: it is shared code
        for (manifest::row& r : manifest::read(file.string()))
            if (r.verdict.starts_with("finding "))
                findings.push_back(std::move(r));
    }
    return findings;
}

void expect_same_replay(const catalogue::model& m, memory_kind memory,
                        const parameter_values& size) {
    CAPTURE(m.name());
    CAPTURE(text_of(size));
    options with;
    with.memory = memory;
    replay::expect_same(m.run(with, size),
                        [&](const options& again) { return m.run(again, size); });
}

/// Two of everything that the model has.
parameter_values two_of_each(const catalogue::model& m) {
    parameter_values values = catalogue::default_size(m);
    for (const catalogue::parameter& p : m.parameters)
        if ((p.name == "switchers" || p.name == "inodes" || p.name == "superblocks") && p.most >= 2)
            values[p.name] = 2;
    return values;
}

} // namespace

TEST_CASE("every finding that a manifest records is replayed byte for byte") {
    const std::vector<manifest::row> findings = recorded_findings();
    REQUIRE_FALSE(findings.empty());
    for (const manifest::row& r : findings)
        expect_same_replay(model_named(r.model), engine::find_memory(r.memory)->kind, r.parameters);
}

TEST_CASE("every finding of two switchers, inodes and superblocks is replayed byte for byte") {
    int replayed = 0;
    for (const catalogue::model& m : models::all())
        for (const memory_kind memory : {memory_kind::sc, memory_kind::weak}) {
            const parameter_values size = two_of_each(m);
            if (size == catalogue::default_size(m) ||
                m.expected(memory, size).outcome() != verdict::finding)
                continue;
            expect_same_replay(m, memory, size); // fails if an expected finding is missing
            ++replayed;
        }
    CHECK(replayed == 92);
}
