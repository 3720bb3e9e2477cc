// SPDX-License-Identifier: BSD-3-Clause
// The processes that work on the tasks of a search, and what they send.
#include <wbsync/search/workers.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace wbsync;
using search::stop;
using search::task_result;

namespace {

task_result result_with(stop why, std::uint64_t executions) {
    task_result r;
    r.why = why;
    r.executions = executions;
    return r;
}

struct counted {
    std::vector<std::optional<task_result>> results;
    std::size_t taken;
};

counted run(int processes, std::size_t tasks, stop why) {
    search::workers all(processes, tasks, [](const task_result&) { return false; });
    auto results = all.run([&](std::size_t i) { return result_with(why, i + 1); }, [] {}, nullptr);
    return {std::move(results), all.taken()};
}

} // namespace

TEST_CASE("workers take every task, and each result is that of its task") {
    const counted seen = run(3, 50, stop::budget);
    CHECK(seen.taken == 50);
    for (std::size_t i = 0; i != 50; ++i) {
        REQUIRE(seen.results[i].has_value());
        CHECK(seen.results[i]->executions == i + 1);
    }
}

TEST_CASE("workers take no more tasks once the run is to end") {
    for (const stop why : {stop::interrupted, stop::out_of_time, stop::memory}) {
        const counted seen = run(3, 50, why);
        CHECK(seen.taken >= 1);
        CHECK(seen.taken <= 3);
        for (std::size_t i = 0; i != 50; ++i)
            CHECK(seen.results[i].has_value() == (i < seen.taken));
    }
}

TEST_CASE("what is sent between processes arrives as it was") {
    task_result r = result_with(stop::interrupted, std::numeric_limits<std::uint64_t>::max());
    r.limit = {.kind = limit_kind::seconds,
               .bound = 0.1,
               .in_execution = true,
               .who = "a thread, \"so to say\" \xc3\xa4",
               .where = "a.hpp:1",
               .not_saved = "why"};
    r.cut_off = 1.0 / 3;
    r.decisions = {{31, 0}, {2, -1}};
    r.left.tasks.resize(1);
    search::search_task& t = r.left.tasks[0];
    t.path.nodes.resize(2);
    t.path.nodes[0].sleeping_choices = {{3, 1234567890123456789U}};
    engine::wakeup_forest& forest = t.path.forest;
    const auto branch = forest.append(t.path.nodes[1].tree, {1, 2, {}, 33, true, false});
    forest.append_child(branch, {4, 5, {}, 6, false, true});
    forest.append(t.path.nodes[1].tree, {7, 8});
    t.floor = 1;
    const std::string text = search::to_text(r);
    const auto back = search::from_text<task_result>(text);
    CHECK(search::to_text(back) == text);
    CHECK(back.why == r.why);
    CHECK(back.executions == r.executions);
    CHECK(back.limit == r.limit);
    CHECK(back.cut_off == r.cut_off);
    CHECK(back.decisions[1].choice == -1);
    const engine::search_path& path = back.left.tasks[0].path;
    CHECK(path.nodes[0].sleeping_choices[0].choice == 1234567890123456789U);
    CHECK(path.nodes[0].tree == engine::wakeup_forest::none);
    CHECK(path.forest.count(path.nodes[1].tree) == 2);
    const auto first = path.nodes[1].tree;
    CHECK(path.forest.step(first).choice == 33);
    CHECK(path.forest.step(path.forest.children(first)).all_choices);
    CHECK(text.find_first_of("\"\\") == text.npos); // nothing that JSON escapes
}

TEST_CASE("a text that is no task is refused, wherever it ends") {
    search::search_task t;
    t.path.nodes.resize(3);
    const std::string text = search::to_text(t);
    for (std::size_t n = 0; n != text.size(); ++n)
        CHECK_THROWS_AS((void)search::from_text<search::search_task>(text.substr(0, n)),
                        std::invalid_argument);
    t.floor = 4;
    CHECK_THROWS_AS((void)search::from_text<search::search_task>(search::to_text(t)),
                    std::invalid_argument);
    CHECK_THROWS_AS((void)search::from_text<search::search_task>(text + '#'),
                    std::invalid_argument);
    for (const std::string_view wrong : {"\x80", "|||||||||||||||#", "BBB", " "})
        CHECK_THROWS_AS((void)search::from_text<search::search_task>(wrong), std::invalid_argument);
}
