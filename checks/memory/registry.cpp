// SPDX-License-Identifier: BSD-3-Clause
// The registry of memory models: each row leads to a model, by each of its names and its letter.
#include <wbsync/doctest.hpp>
#include <wbsync/engine/memory_models/all.hpp>
#include <wbsync/engine/schedule.hpp>
#include <wbsync/wbsync.hpp>

#include "checks/support/store_buffering.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace wbsync;

namespace {

/// The message of the refusal; empty if the name is accepted.
std::string refusal(const std::string& name) {
    try {
        (void)options::parse_memory(name, "--memory");
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("memory models: every row of the registry leads to the model that it names") {
    for (const engine::registered_memory& r : engine::registered_memories) {
        CAPTURE(r.word);
        const auto model = engine::make_memory_model(r.kind);
        REQUIRE(model != nullptr);
        CHECK(model->kind() == r.kind);
        if (!r.for_models)
            continue;
        CHECK(options::parse_memory(r.name) == r.kind);
        CHECK(options::parse_memory(r.word) == r.kind);
    }
}

TEST_CASE("memory models: rc11 is what weak is, and not what sc is") {
    options with;
    with.memory = options::parse_memory("rc11");
    const result r = check<store_buffering>(with);
    CHECK(found(r, "BUG_ON"));
    with.memory = options::parse_memory("weak");
    CHECK(check<store_buffering>(with).schedule == r.schedule);
    with.memory = options::parse_memory("sc");
    CHECK(verified(check<store_buffering>(with)));
}

TEST_CASE("memory models: a name that is none is answered with the registry") {
    for (const char* name : {"tso", "", "SC", "litmus"}) { // litmus: not for models
        const std::string said = refusal(name);
        CAPTURE(said);
        CHECK(said.find("--memory must be one of") != std::string::npos);
        for (const engine::registered_memory& r : engine::registered_memories)
            CHECK((said.find(r.name, said.find("one of")) < said.find(", not")) == r.for_models);
    }
    CHECK(refusal("rc11").empty());
}

TEST_CASE("memory models: a schedule says which one it ran under") {
    for (const engine::registered_memory& r : engine::registered_memories) {
        if (!r.for_models)
            continue;
        for (const bool causal : {true, false}) {
            const engine::schedule s{r.kind, causal, {{0, 0}, {1, 2}}, {}};
            const engine::schedule again = engine::parse_schedule(to_string(s));
            CHECK(again.memory == r.kind);
            CHECK(again.causal == causal);
        }
    }
    CHECK_THROWS_WITH_AS((void)engine::parse_schedule("x:a"),
                         ("wbsync: 'x:a' is not a schedule: " + engine::memory_letters() +
                          " expected at character 1")
                             .c_str(),
                         std::invalid_argument);
}
