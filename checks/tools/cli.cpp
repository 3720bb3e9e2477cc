// SPDX-License-Identifier: BSD-3-Clause
// The program, run as its users run it, and the layout of counterexamples.
#include <wbsync/doctest.hpp>
#include <wbsync/report/json.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/wbsync.hpp>

#include "checks/support/contains.hpp"
#include "checks/support/golden.hpp"
#include "checks/support/scratch.hpp"
#include "checks/tools/tool_program.hpp"
#include "models/all.hpp"
#include <wbsync/program/runner.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sched.h>
#include <unistd.h>

using namespace wbsync;
using report::json;

namespace {

// --- the layout ---------------------------------------------------------------------------------

constexpr site in(const char* function, unsigned line) {
    return {"/src/models/umount.hpp", function, line};
}

finding small_finding() {
    return {"BUG_ON", "busy", in("operator()", 41), 2};
}

trace_step store(int thread, const char* verb, const char* object, std::int64_t value,
                 const site& at) {
    return {.kind = event_kind::store,
            .thread = thread,
            .verb = verb,
            .object = {1, object},
            .order = event_order::relaxed,
            .after = value,
            .where = at};
}

trace_step load(int thread, const char* verb, const char* object, std::int64_t value,
                const site& at, int source = -1) {
    return {.kind = event_kind::load,
            .thread = thread,
            .verb = verb,
            .object = {1, object},
            .order = event_order::relaxed,
            .before = value,
            .reads_from = source,
            .where = at};
}

/// The load, where step `by` has stored a newer value.
trace_step stale(trace_step read, std::int64_t newer, int by) {
    read.stale = true;
    read.newer = newer;
    read.newer_step = by;
    return read;
}

/// From 0 to 1.
trace_step change(int thread, const char* verb, const char* object, const site& at) {
    trace_step s = store(thread, verb, object, 1, at);
    s.kind = event_kind::rmw;
    s.before = std::int64_t{0};
    return s;
}

trace_step lock(int thread, const char* object, const char* who, unsigned line) {
    return {.kind = event_kind::lock,
            .thread = thread,
            .verb = "spin_lock",
            .object = {1, object},
            .order = event_order::acquire,
            .before = lock_owner{},
            .after = lock_owner{thread, who},
            .where = in("f", line)};
}

trace_step plain_write(int thread, const char* object, unsigned line) {
    trace_step s = store(thread, "write", object, 1, in("f", line));
    s.kind = event_kind::plain_write;
    return s;
}

/// Store buffering between a switcher and the umounter, told at some length.
trace small_trace() {
    trace t;
    t.threads = {"switcher[0]", "kworker", "umount"};
    t.steps = {
        change(0, "atomic_inc", "isw_nr_in_flight", in("inode_switch_wbs", 10)),
        store(2, "WRITE_ONCE", "sb[0].s_flags", 0, in("generic_shutdown_super", 30)),
        {.kind = event_kind::fence,
         .thread = 2,
         .verb = "smp_mb",
         .order = event_order::full,
         .where = in("cgroup_writeback_umount", 31)},
        stale(load(2, "atomic_read", "isw_nr_in_flight", 0, in("cgroup_writeback_umount", 32)), 1,
              0),
        stale(load(0, "READ_ONCE", "sb[0].s_flags", 1, in("inode_switch_wbs", 11)), 0, 1),
        load(2, "atomic_read", "isw_nr_in_flight", 1, in("operator()", 40), 0),
        step_of(small_finding(), 2),
    };
    return t;
}

/// A trace in which each of `n` threads takes one long step.
trace wide_trace(int n) {
    trace t;
    for (int i = 0; i != n; ++i) {
        t.threads.push_back(fmt::format("switcher[{}]", i));
        t.steps.push_back(change(i, "atomic_inc", "a_counter_with_quite_a_long_name",
                                 in("inode_switch_wbs", 10)));
    }
    return t;
}

int longest_line(const std::string& text) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        longest = std::max(longest, end - at);
        at = end + 1;
    }
    return static_cast<int>(longest);
}

} // namespace

TEST_CASE("a counterexample is a table with a column for each thread that takes part" *
          doctest::test_suite(golden::suite)) {
    CHECK(expected("tools/counterexample_of_two_threads.txt",
                   report::counterexample(small_trace(), small_finding())));
}

TEST_CASE("barriers and places can be left out of a counterexample, or added") {
    const std::string bare =
        report::counterexample(small_trace(), small_finding(), {.barriers = false});
    CHECK_FALSE(contains(bare, "smp_mb"));
    CHECK(contains(bare, "\n4 "));
    CHECK(contains(bare, "not shown: 1 step that no other thread depends on\n"));
    const std::string full =
        report::counterexample(small_trace(), small_finding(), {.width = 140, .places = true});
    CHECK(contains(full, "  umount.hpp:31\n"));
    CHECK_FALSE(contains(full, "not shown"));
}

TEST_CASE("what no other thread depends on is folded in a counterexample that is long") {
    trace t = small_trace();
    CHECK_FALSE(contains(report::counterexample(t, small_finding()), "not shown"));
    const auto end = [&] { return t.steps.end() - 1; };
    t.steps.insert(end(), lock(2, "mine", "umount", 1));
    t.steps.insert(end(), plain_write(2, "mine.value", 2));
    t.steps.insert(end(), plain_write(2, "mine.other", 3));
    t.steps.insert(end(), plain_write(2, "busy", 4)); // the finding is about it
    t.steps.insert(end(), lock(2, "mine", "umount", 5));
    t.steps.insert(end(), plain_write(2, "last", 6));
    const std::string shown = report::counterexample(t, small_finding());
    CHECK_FALSE(contains(shown, "mine"));
    CHECK(contains(shown, "\u2026 3 steps\n"));
    CHECK(contains(shown, "write(busy, 1)\n"));
    CHECK(contains(shown, "write(last, 1)\n")); // it may have led there
    CHECK(contains(shown, "not shown: 6 steps that no other thread depends on\n"));
    CHECK(contains(report::counterexample(t, small_finding(), {.full = true}), "mine.value"));
}

TEST_CASE("a function is the heading of its steps once for each thread") {
    trace t;
    t.threads = {"a", "b"};
    for (const int thread : {0, 1, 0, 1})
        for (const char* function : {"outer", "inner"})
            t.steps.push_back(store(thread, "WRITE_ONCE", "x", 1, in(function, 1)));
    const auto headings = [&](const report::style& how) {
        const std::string shown = report::counterexample(t, {"P1", "", in("outer", 1), 1}, how);
        int n = 0;
        for (std::size_t at = 0; (at = shown.find("():\n", at)) != std::string::npos; ++at)
            ++n;
        return n;
    };
    CHECK(headings({}) == 4);
    CHECK(headings({.full = true}) == 9); // each time, and of the finding
}

TEST_CASE("a cell of a counterexample runs on over columns, which are empty there" *
          doctest::test_suite(golden::suite)) {
    CHECK(expected("tools/counterexample_over_columns.txt",
                   report::counterexample(wide_trace(3),
                                          {"P1", "busy inodes", in("evict_inodes", 20), 2},
                                          {.width = 90})));
}

TEST_CASE("a counterexample has columns for up to six threads, and is a list for more") {
    const std::string six =
        report::counterexample(wide_trace(6), {"P1", "busy inodes", in("f", 20), 5});
    CHECK(
        contains(six, "switcher[0  switcher[1  switcher[2  switcher[3  switcher[4  switcher[5]\n"));
    CHECK(contains(six, "P1 <--\n"));
    const std::string eight =
        report::counterexample(wide_trace(8), {"P1", "busy inodes", in("f", 20), 7});
    CHECK(contains(eight, "\n2    [switcher[1]] atomic_inc(a_counter_with_quite_a_long_name) "
                          "0 -> 1\n"));
    CHECK(contains(eight, "[switcher[7]] P1 <--\n"));
}

TEST_CASE("a counterexample keeps to its width") {
    for (const int threads : {1, 2, 3, 4, 6})
        for (const int width : {60, 80, 100, 160}) {
            const std::string shown = report::counterexample(
                wide_trace(threads),
                {"P2",
                 "a message that is so long that it does not fit on a line of any width "
                 "that is tried here and has_to_be_broken_up_even_where_there_is_no_space_"
                 "to_do_that_since_it_is_one_word",
                 in("f", 20), 0},
                {.width = width});
            CAPTURE(shown);
            CHECK(longest_line(shown) <= width);
        }
}

TEST_CASE("wrapping breaks names behind punctuation and never inside of an arrow") {
    using lines = std::vector<std::string>;
    CHECK(report::wrap("atomic_inc(inode[0].i_count) 0 -> 1", 24, 4) ==
          lines{"atomic_inc(inode[0].", "    i_count) 0 -> 1"});
    CHECK(report::wrap("a b c 0 -> 1", 9) == lines{"a b c", "0 -> 1"});
    CHECK(report::wrap("READ_ONCE(x) = 1 from 12", 19, 4) ==
          lines{"READ_ONCE(x) = 1", "    from 12"});
    CHECK(report::wrap("", 10) == lines{""});
    CHECK(report::wrap("äöü äöü", 4) == lines{"äöü", "äöü"});
}

TEST_CASE("steps outside of the threads span all columns" * doctest::test_suite(golden::suite)) {
    trace t = small_trace();
    const finding found{"BUG_ON", "x == 1", in("finally", 3), -1};
    t.steps = {{.kind = event_kind::alloc,
                .verb = "kmalloc",
                .object = {.name = "inode[0]"},
                .where = in("setup", 1)},
               store(0, "WRITE_ONCE", "x", 1, in("operator()", 2)),
               step_of(found, -1)};
    CHECK(expected("tools/counterexample_with_set_up.txt", report::counterexample(t, found)));
}

TEST_CASE("a report holds no address and is the same every time") {
    struct crashing {
        atomic_t x{"x"}, y{"y"};
        void threads(scenario& s) {
            s.thread("a", [this] { atomic_inc(x); });
            s.thread("b", [this] {
                atomic_inc(y);
                if (READ_ONCE(x) == 1)
                    throw std::runtime_error("two\nlines");
            });
        }
    };
    const std::string first = report::text(check<crashing>({}));
    CHECK(first == report::text(check<crashing>({})));
    CHECK_FALSE(contains(first, "0x"));
    CHECK(contains(first, "finding exception"));
    CHECK(contains(first, "failed: exception: two lines\n"));
}

TEST_CASE("a report says why a check is incomplete") {
    struct two_increments {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("inc", 2, [this](int) { WRITE_ONCE(x, READ_ONCE(x) + 1); });
        }
    };
    options with;
    with.max_executions = 1;
    CHECK(contains(report::text(check<two_increments>(with)),
                   "incomplete (max_executions of 1 reached; explored about 50 %): lkmm memory, "));
}

TEST_CASE("a failed assertion about a result shows its counterexample") {
    result r;
    r.outcome = verdict::finding;
    r.what = small_finding();
    r.counterexample = small_trace();
    CHECK(static_cast<bool>(found(r, "BUG_ON")));
    CHECK_FALSE(static_cast<bool>(verified(r)));
    CHECK(contains(doctest::toString(verified(r)).c_str(), "BUG_ON(busy) <--"));
}

TEST_CASE("JSON has steps by thread name, and nothing where there is nothing") {
    result r;
    r.outcome = verdict::finding;
    r.what = small_finding();
    r.counterexample = small_trace();
    const report::subject about{"isw/v6",     "6689f01d6740", {{"switchers", 1}},
                                "finding P1", false,          "/src"};
    const json found = report::to_json(r, about);
    CHECK(found["verdict"] == "finding");
    CHECK(found["property"] == "BUG_ON");
    CHECK(found["counterexample"]["threads"] == json{"switcher[0]", "kworker", "umount"});
    CHECK(found["counterexample"]["steps"].size() == 7);
    const auto& steps = found["counterexample"]["steps"];
    CHECK(steps[0] == json{{"step", 1},
                           {"thread", "switcher[0]"},
                           {"thread_id", 0},
                           {"kind", "rmw"},
                           {"op", "atomic_inc"},
                           {"object", "isw_nr_in_flight"},
                           {"object_id", 1},
                           {"order", "relaxed"},
                           {"value", "0 -> 1"},
                           {"text", "atomic_inc(isw_nr_in_flight) 0 -> 1"},
                           {"before", 0},
                           {"after", 1},
                           {"reads_from", nullptr},
                           {"stale", false},
                           {"late", false},
                           {"newer", nullptr},
                           {"newer_step", nullptr},
                           {"waits_for", json::array()},
                           {"property", nullptr},
                           {"message", nullptr},
                           {"site", "umount.hpp:10 inode_switch_wbs"},
                           {"file", "models/umount.hpp"},
                           {"line", 10},
                           {"function", "inode_switch_wbs"}});
    CHECK(steps[3]["value"] == "0 (stale: 1 is newer)");
    CHECK(steps[3]["newer_step"] == 1);
    CHECK(steps[5]["reads_from"] == 1);
    CHECK(steps[6]["kind"] == "finding");
    CHECK(found["counterexample"]["not_started"] == json{"kworker"});

    r = {};
    r.outcome = verdict::verified;
    const json verified = report::to_json(r, about);
    for (const char* key : {"property", "message", "counterexample"})
        CHECK(verified[key].is_null());
    r.what.message = "\xff";
    r.outcome = verdict::finding;
    CHECK_NOTHROW((void)report::dump(report::to_json(r, about)));
}

// --- a check in a process of its own -------------------------------------------------------------

namespace {

program::check_outcome run_scratch(std::function<void()> body) {
    struct one_thread {
        std::function<void()> body;
        explicit one_thread(std::function<void()> b) : body(std::move(b)) {}
        void threads(scenario& s) { s.thread("only", body); }
    };
    const catalogue::model m{.version = "scratch",
                             .expected = catalogue::sc_and_weak(catalogue::holds),
                             .check = [&](const options& with, const catalogue::parameter_values&) {
                                 return check<one_thread>(with, body);
                             }};
    return program::run_isolated({m, {}, {}});
}

} // namespace

TEST_CASE("a check that takes its process with it is a finding, or incomplete, and no more") {
    const json good = run_scratch([] { BUG_ON(false); }).entry;
    CHECK(good["verdict"] == "verified");
    CHECK(good["as_expected"] == true);

    const json empty = run_scratch([] {}).entry;
    CHECK(empty["verdict"] == "vacuous");
    CHECK(empty["as_expected"] == false);

    const json ended = run_scratch([] { ::_exit(0); }).entry;
    CHECK(ended["verdict"] == "finding");
    CHECK(ended["property"] == "crash");
    CHECK(ended["as_expected"] == false);
    CHECK_FALSE(ended["counterexample"].is_null());

    const program::check_outcome trapped = run_scratch([] { ::raise(SIGTRAP); });
    CHECK(trapped.entry["property"] == "crash");
    CHECK(contains(trapped.counterexample, "failed: crash: "));

    const json killed = run_scratch([] { ::raise(SIGKILL); }).entry;
    CHECK(killed["verdict"] == "incomplete");
    CHECK(contains(killed["message"].get<std::string>(), "memory"));

    const program::check_outcome crashed = run_scratch([] {
        atomic_t x{"x"};
        atomic_inc(x);
        ::raise(SIGSEGV);
    });
    CHECK(crashed.entry["property"] == "crash");
    CHECK(contains(crashed.counterexample, "atomic_inc(x) 0 -> 1"));
}

TEST_CASE("a check that cannot be run is incomplete") {
    const catalogue::model m{
        .version = "scratch",
        .expected = catalogue::sc_and_weak(catalogue::holds),
        .check = [](const options&, const catalogue::parameter_values&) -> result {
            throw std::runtime_error("no way");
        }};
    const json entry = program::run_isolated({m, {}, {}}).entry;
    CHECK(entry["verdict"] == "incomplete");
    CHECK(contains(entry["message"].get<std::string>(), "no way"));
}

#if defined(WBSYNC_TOOL)

// --- the program ---------------------------------------------------------------------------------

using tool_program::full_pipe;
using tool_program::ran;
using tool_program::refuses;
using tool_program::running_program;
using tool_program::variables;
using tool_program::wbsync_program;

namespace {

std::set<std::string> keys_of(const json& object) {
    std::set<std::string> keys;
    for (const auto& [key, value] : object.items())
        keys.insert(key);
    return keys;
}

} // namespace

TEST_CASE("the program refuses bad usage and names what is valid") {
    refuses("", {"subcommand"});
    refuses("frobnicate", {"frobnicate", "list", "check"});
    refuses("list surplus", {"surplus"});
    refuses("check isw/v10", {"isw/v10", "isw/v0, isw/v1, ", "list shows all"});
    refuses("check 'isw/v6' 'nothing/*'", {"nothing/*", "list shows all"});
    refuses("check isw/v6 -p colour=1", {"colour", "switchers (0 to ", "inodes", "cleaner"});
    refuses("check isw/v6 -p inodes=0", {"inodes must be between 1 and "});
    refuses("check isw/v6 -p inodes=99999999999", {"inodes must be between 1 and "});
    refuses("check isw/v6 -p switchers=two", {"'two' is not a whole number", "switchers (0 to "});
    refuses("check isw/v6 -p switchers=1x", {"'1x' is not a whole number"});
    refuses("check isw/v6 -p switchers", {"key=value"});
    refuses("check isw/v6 -p switchers=1 -p switchers=2", {"twice"});
    refuses("check isw/v6 -p", {"-p"});
    refuses("check isw/v6 --memory tso", {"tso", "sc, rc11 (or weak), lkmm"});
    refuses("check isw/v6 --memory litmus", {"litmus", "sc, rc11 (or weak), lkmm"});
    refuses("check isw/v6 --scheduler random", {"random", "dpor", "reference"});
    refuses("check isw/v6 --max-executions -1", {"--max-executions", "-1"});
    refuses("check isw/v6 --max-seconds soon", {"--max-seconds", "soon"});
    refuses("check isw/v6 --max-depth 0", {"--max-depth must be between 1 and "});
    refuses("check isw/v6 --max-memory much", {"--max-memory", "much"});
    refuses("check isw/v6 -j 0", {"--jobs must be between 1 and "});
    refuses("check isw/v6 --resume f", {"--resume goes on with one check, not with 2"});
    refuses("check isw/v6 --memory sc --resume f --scheduler reference", {"--resume", "dpor"});
    refuses("check isw/v6 --memory sc --resume /nowhere/f",
            {"cannot write '/nowhere/f': No such file"});
    refuses("check isw/v6 --memory sc --resume /", {"cannot write '/': Is a directory"});
}

TEST_CASE("the program refuses an option without a value") {
    for (const char* option : {"--max-executions", "--max-seconds", "--max-depth", "--max-memory",
                               "--jobs", "--memory", "--scheduler", "--resume", "-p"})
        refuses(fmt::format("check isw/v9 {} ''", option), {option, "the value is empty"});
    // An empty value does not take the next word.
    for (const char* option : {"--max-executions=", "--memory=", "--resume=", "--scheduler="})
        refuses(fmt::format("check {} isw/v9", option), {option, "the value is empty"});
    refuses("check isw/v9 -p switchers=", {"-p switchers=", "the value is empty", "switchers (0"});
    refuses("check isw/v9 -p =1", {"no parameter ''"});
    refuses("check ''", {"the value is empty"});
    refuses("sweep isw/v9 --beyond ''", {"--beyond", "the value is empty"});
    refuses("deep --record ''", {"--record", "the value is empty"});
    refuses("matrix --recorded ''", {"--recorded", "the value is empty"});
    refuses("replay isw/v9 --schedule ''", {"--schedule", "the value is empty"});
    refuses("litmus --max-seconds '' f", {"--max-seconds", "the value is empty"});
    refuses("litmus --seed '' f", {"--seed", "the value is empty"});
    for (const char* name : variables) {
        const std::string empty = fmt::format("{}=", name);
        refuses("check isw/v9", {name, "is empty: give it a value, or unset it"}, empty);
        refuses("litmus f", {name, "is empty"}, empty);
    }
}

TEST_CASE("the program refuses numbers with more than digits, and those that are none") {
    for (const char* number : {"-1", "+1", "' 1'", "'1 '", "0x10", "1e3", "1.5", "1,000",
                               "99999999999999999999999999"}) {
        refuses(fmt::format("check isw/v9 --max-executions {}", number), {"--max-executions"});
        refuses(fmt::format("deep isw/v9 -j {}", number), {"--jobs"});
        refuses(fmt::format("litmus f --max-executions {}", number), {"--max-executions"});
        refuses(fmt::format("litmus f --seed {}", number), {"--seed"});
        refuses("check isw/v9", {"WBSYNC_MAX_DEPTH"}, fmt::format("WBSYNC_MAX_DEPTH={}", number));
    }
    for (const char* number :
         {"-1", "-0.5", "+1", "' 1'", "nan", "inf", "infinity", "0x10", "1e99", "0.5s"}) {
        for (const char* command :
             {"check isw/v9", "matrix isw/v9", "deep isw/v9", "sweep isw/v9", "litmus f"})
            refuses(fmt::format("{} --max-seconds {}", command, number), {"--max-seconds"});
        refuses("check isw/v9", {"WBSYNC_MAX_SECONDS"},
                fmt::format("WBSYNC_MAX_SECONDS={}", number));
    }
}

TEST_CASE("a part of a second is a limit, as an option and in the environment") {
    const std::string large = "isw/v9 -p switchers=8 -p inodes=8 --memory sc";
    const char* const reached = "max_seconds of 0.25 reached";
    const ran option = wbsync_program(fmt::format("check {} --max-seconds 0.25", large));
    CHECK(option.status == 3);
    CHECK(contains(option.out, reached));
    const ran variable = wbsync_program("check " + large, {}, "WBSYNC_MAX_SECONDS=0.25");
    CHECK(variable.status == 3);
    CHECK(contains(variable.out, reached));
    for (const char* command : {"deep dontcache/kick_switch+bit --memory sc",
                                "sweep isw/v9 -p switchers=8 -p inodes=8 -p superblocks=1 "
                                "-p cleaner=0 --memory sc"}) {
        CAPTURE(command);
        CHECK(contains(wbsync_program(fmt::format("{} --max-seconds 0.25", command)).out, reached));
        CHECK(contains(wbsync_program(command, {}, "WBSYNC_MAX_SECONDS=0.25").out, reached));
    }
    CHECK(wbsync_program("matrix isw/v9 --memory sc --max-seconds 60.5").status == 0);
}

TEST_CASE("an option wins over the environment, and the environment over the default") {
    const auto checked = [](const std::string& options, const std::string& environment) {
        const ran r = wbsync_program("check isw/v9 --json" + options, {}, environment);
        CAPTURE(r.err);
        return json::parse(r.out)["results"];
    };
    const char* const two = "WBSYNC_MAX_EXECUTIONS=2";
    CHECK(checked(" --memory sc", two)[0]["executions"] == 2);
    CHECK(checked(" --memory sc --max-executions 3", two)[0]["executions"] == 3);
    CHECK(checked(" --memory sc --max-executions 0", two)[0]["verdict"] == "verified");
    CHECK(checked("", "WBSYNC_MEMORY=weak").size() == 1);
    CHECK(checked("", "WBSYNC_MEMORY=weak")[0]["memory"] == "weak");
    CHECK(checked(" --memory sc", "WBSYNC_MEMORY=weak").size() == 1);
    CHECK(checked(" --memory sc", "WBSYNC_MEMORY=weak")[0]["memory"] == "sc");
    CHECK(checked(" --max-depth 10000", "WBSYNC_MAX_DEPTH=3")[0]["verdict"] == "verified");
    CHECK(checked("", "WBSYNC_MAX_DEPTH=3")[0]["verdict"] == "incomplete");
    // A schedule on the command line, too.
    const json found =
        json::parse(wbsync_program("check isw/v6 --memory sc --json").out)["results"][0];
    const std::string schedule = found["schedule"].get<std::string>();
    const ran replayed = wbsync_program(
        fmt::format("replay isw/v6 --schedule '{}' --json", schedule), {}, "WBSYNC_REPLAY=s:c1");
    CHECK(json::parse(replayed.out)["results"][0]["schedule"] == schedule);
    const ran kept =
        wbsync_program("check isw/v6 --json", {}, fmt::format("WBSYNC_REPLAY='{}'", schedule));
    REQUIRE(json::parse(kept.out)["results"].size() == 1); // under the schedule's memory model
    CHECK(json::parse(kept.out)["results"][0]["schedule"] == schedule);
}

TEST_CASE("the program explains itself" * doctest::test_suite(golden::suite)) {
    std::string all;
    for (const char* command :
         {"", "list", "check", "sweep", "matrix", "deep", "replay", "litmus"}) {
        const std::string arguments = fmt::format("{}{}--help", command, *command ? " " : "");
        const ran r = wbsync_program(arguments);
        CHECK(r.status == 0);
        CHECK(r.err.empty());
        all += fmt::format("$ wbsync {}\n{}\n", arguments, r.out);
    }
    CHECK(expected("tools/help.txt", all));
    CHECK(wbsync_program("--version").out.starts_with("wbsync "));
}

TEST_CASE("the program lists the models") {
    const ran text = wbsync_program("list");
    CHECK(text.status == 0);
    CHECK(contains(text.out, "isw/v6"));
    CHECK(contains(text.out, "switchers"));
    CHECK(
        contains(text.out, "weakened at any:any in cgroup_writeback_umount: smp_mb, any: nothing"));

    const ran r = wbsync_program("list --json");
    CHECK(r.status == 0);
    const json document = json::parse(r.out);
    REQUIRE(document["models"].size() == models::all().size());
    for (const json& m : document["models"]) {
        CHECK(keys_of(m) == std::set<std::string>{"model", "commit", "release", "summary",
                                                  "parameters", "asks", "larger", "weakened",
                                                  "expected"});
        CHECK(keys_of(m["expected"]) == std::set<std::string>{"sc", "weak", "lkmm"});
        for (const json& p : m["parameters"])
            CHECK(keys_of(p) == std::set<std::string>{"name", "summary", "default", "min", "max"});
    }
}

TEST_CASE("the program shows a finding with its counterexample") {
    const ran r = wbsync_program("check isw/v6 --memory sc -p switchers=1");
    CAPTURE(r.out);
    CHECK(r.status == 0);
    CHECK(r.err.empty());
    CHECK(contains(r.out, "model "));
    CHECK(contains(r.out, "switchers=1"));
    CHECK(contains(r.out, "finding P"));
    CHECK(contains(r.out, "\nfailed: P"));
    CHECK(contains(r.out, "<--"));
    CHECK(contains(r.out, "1 check: 1 as expected"));
    CHECK_FALSE(contains(r.out, "0x"));
    const ran full = wbsync_program("check isw/v6 --memory sc -p switchers=1 --trace=full");
    CHECK(contains(full.out, "smp_mb()"));
    CHECK(contains(full.out, ".hpp:"));
    CHECK(full.out == wbsync_program("check isw/v6 --memory sc -p switchers=1 --trace").out);
    CHECK(r.out == wbsync_program("check isw/v6 --memory sc -p switchers=1 --trace=short").out);
}

TEST_CASE("the program shows an execution in which no property fails when it is replayed") {
    const ran r = wbsync_program("replay isw/v9 --schedule s:b3");
    CAPTURE(r.out);
    CHECK(r.status == 3);
    CHECK(r.err.empty());
    CHECK(contains(r.out, "incomplete: the replayed execution ended without a finding\n"));
    CHECK(contains(r.out, " 1  (set-up) "));
    CHECK(contains(r.out, "no property fails in this execution\n"));
    CHECK_FALSE(contains(r.out, "failed: "));
    const json document =
        json::parse(wbsync_program("replay isw/v9 --schedule s:b3 --json").out)["results"][0];
    CHECK(document["collision"].is_null());
    CHECK_FALSE(document["counterexample"]["steps"].empty());
}

TEST_CASE("the program shows the execution that was found first if it is asked to") {
    const auto schedule = [](const char* more) {
        return json::parse(wbsync_program(std::string{"check isw/v6 --memory sc --json"} + more)
                               .out)["results"][0]["schedule"]
            .get<std::string>();
    };
    CHECK(schedule(" --first") != schedule(""));
    CHECK(schedule(" --first").size() > schedule("").size());
}

TEST_CASE("the program shows a counterexample once if it is the same under two memory models") {
    const ran r = wbsync_program("check cgwb/offline_list-b43a9e76b4cc");
    CAPTURE(r.out);
    CHECK(contains(r.out, "    the same counterexample as under sc\n    replay: "));
    CHECK(r.out.find("failed: ") == r.out.rfind("failed: "));
}

TEST_CASE("tables of checks are at most 120 columns wide") {
    const ran r = wbsync_program("check 'cgwb/*' 'isw/v9*' --memory sc");
    for (std::size_t at = 0; at < r.out.size();) {
        const std::size_t end = r.out.find('\n', at);
        const std::string line = r.out.substr(at, end - at);
        CAPTURE(line);
        CHECK((line.starts_with("replay: ") || report::width_of(line) <= 120));
        at = end + 1;
    }
    // Parameters are the last to go.
    const ran narrow = wbsync_program("check isw/v9 --memory sc");
    CHECK(contains(narrow.out, "parameters"));
    CHECK(contains(narrow.out, "switchers=1"));
    CHECK_FALSE(contains(narrow.out, "expected  "));
    CHECK_FALSE(contains(r.out, "parameters"));
}

TEST_CASE("the program lists the models that a pattern matches") {
    const ran r = wbsync_program("list 'isw/v9' 'xfs/*'");
    CHECK(r.status == 0);
    CHECK(contains(r.out, "isw/v9 "));
    CHECK(contains(r.out, "xfs/inodegc_stop"));
    CHECK_FALSE(contains(r.out, "isw/v8"));
    const json listed = json::parse(wbsync_program("list isw/v9 --json").out)["models"];
    REQUIRE(listed.size() == 1);
    CHECK(listed[0]["model"] == "isw/v9");
}

TEST_CASE("the program names the models that are nearest to one that it does not know") {
    for (const char* command : {"list", "check", "matrix"}) {
        const ran r = wbsync_program(std::string{command} + " isw/v7acqrel");
        CHECK(r.status == 2);
        CHECK(r.out.empty());
        CHECK(contains(r.err, "no model matches 'isw/v7acqrel': the nearest names are "
                              "isw/v7+acqrel, "));
        CHECK(contains(r.err, "; wbsync list shows all "));
    }
}

TEST_CASE("the program checks under sc and under lkmm unless told otherwise") {
    const ran r = wbsync_program("check isw/v9 isw/v9 --json");
    CHECK(r.status == 0);
    const json results = json::parse(r.out)["results"];
    REQUIRE(results.size() == 2);
    CHECK(results[0]["memory"] == "sc");
    CHECK(results[1]["memory"] == "lkmm");
    CHECK(json::parse(wbsync_program("check isw/v9 --memory sc --json").out)["results"].size() ==
          1);
}

TEST_CASE("the program gives its results as JSON") {
    const ran r = wbsync_program("check 'isw/v[69]' --memory sc --json");
    CHECK(r.status == 0);
    CHECK(r.err.empty());
    const json document = json::parse(r.out);
    CHECK(keys_of(document) == std::set<std::string>{"schema", "program", "version", "command",
                                                     "options", "results", "not_started"});
    CHECK(document["schema"] == report::schema_version);
    CHECK(document["not_started"] == json::array());
    const json& results = document["results"];
    REQUIRE(results.size() == 2);
    for (const json& e : results) {
        CHECK(keys_of(e) ==
              std::set<std::string>{"model",     "commit",   "memory",        "parameters",
                                    "verdict",   "property", "message",       "limit",
                                    "collision", "expected", "as_expected",   "executions",
                                    "redundant", "blocked",  "overlap",       "discarded",
                                    "events",    "explored", "seconds",       "counterexample",
                                    "schedule",  "resume",   "resume_command"});
        CHECK(e["resume"].is_null());
        CHECK(e["resume_command"].is_null());
        CHECK(e["as_expected"] == true);
        CHECK(e["parameters"]["switchers"] == 1);
        CHECK(e["executions"].get<int>() > 0);
    }
    const json& found = results[0];
    CHECK(found["verdict"] == "finding");
    CHECK(found["property"].is_string());
    CHECK(found["message"].is_string());
    REQUIRE(found["counterexample"]["steps"].size() > 0);
    const json& verified = results[1];
    CHECK(verified["verdict"] == "verified");
    for (const char* key : {"property", "message", "counterexample"})
        CHECK(verified[key].is_null());
}

TEST_CASE("the program prints the matrix as text, and as a page" *
          doctest::test_suite(golden::suite)) {
    const ran text = wbsync_program("matrix 'isw/v[69]'");
    CHECK(text.status == 0);
    CHECK(expected("tools/matrix.txt", text.out));
    CHECK(expected("tools/matrix.md", wbsync_program("matrix 'isw/v[69]' --markdown").out));
}

TEST_CASE("the program prints the matrix as JSON") {
    const ran r = wbsync_program("matrix isw/v6 isw/v9 --json");
    CHECK(r.status == 0);
    const json document = json::parse(r.out);
    CHECK(keys_of(document) == std::set<std::string>{"schema", "program", "version", "command",
                                                     "options", "tables", "not_started"});
    CHECK(document["not_started"] == json::array());
    REQUIRE(document["tables"].size() == 1);
    const json& table = document["tables"][0];
    CHECK(keys_of(table) == std::set<std::string>{"folder", "columns", "rows"});
    CHECK(keys_of(table["columns"][0]) == std::set<std::string>{"question", "asks"});
    REQUIRE(table["rows"].size() == 2);
    for (const json& row : table["rows"]) {
        CHECK(keys_of(row) == std::set<std::string>{"version", "commit", "release", "cells"});
        REQUIRE(row["cells"].size() == 2);
        for (const json& cell : row["cells"])
            CHECK(keys_of(cell) == std::set<std::string>{"model", "question", "memory",
                                                         "parameters", "verdict", "property",
                                                         "expected", "as_expected", "executions",
                                                         "message", "resume"});
    }
    CHECK(table["rows"][0]["cells"][0]["verdict"] == "finding");
    CHECK(table["rows"][1]["cells"][0]["property"].is_null());
}

TEST_CASE("the matrix from the manifests is the one that running the models gives") {
    const std::string models =
        fmt::format("matrix 'isw/v9*' --recorded '{}/models'", WBSYNC_SOURCE_DIR);
    const ran recorded = wbsync_program(models);
    CAPTURE(recorded.err);
    CHECK(recorded.status == 0);
    CHECK(recorded.out == wbsync_program("matrix 'isw/v9*'").out);
    refuses("matrix --recorded /nowhere", {"/nowhere", "cannot be opened"});
}

TEST_CASE("the program checks deeper what is verified, says what is incomplete, and goes on") {
    const scratch_folder here;
    const std::string command =
        fmt::format("deep 'isw/v[69]' --memory sc --record {}/deep.json", here.path());
    const ran cut = wbsync_program(command + " --max-executions 2 --markdown");
    CHECK(cut.status == 3);
    CHECK(contains(cut.out, "`isw/v9`"));
    CHECK(contains(cut.out, "incomplete: max_executions of 2 reached"));
    CHECK_FALSE(contains(cut.out, "isw/v6"));                      // is no larger one to find it in
    CHECK(wbsync_program(command + " --markdown").out == cut.out); // not run again
    const ran all = wbsync_program("deep isw/v9 --memory sc --json");
    CHECK(all.status == 0);
    const json results = json::parse(all.out)["results"];
    REQUIRE(results.size() == 1);
    CHECK(results[0]["verdict"] == "verified");
    CHECK(results[0]["parameters"]["switchers"] == 2);
    refuses("deep --record /dev/null", {"no record"});
}

TEST_CASE("deeper checks refuse a record that cannot be written, or is none") {
    refuses("deep isw/v9 --record /nowhere/r", {"cannot write '/nowhere/r': No such file"});
    const scratch_folder here;
    std::ofstream(here.file("r")) << R"({"schema": 2, "results": [{"model": "isw/v9"}]})";
    refuses(fmt::format("deep isw/v9 --record {}", here.file("r")), {"is no record"});
}

TEST_CASE("deeper checks refuse a record of an older form, and say what to do") {
    const scratch_folder here;
    const auto write = [&](const json& record) {
        std::ofstream(here.file("r")) << record.dump();
        return fmt::format("deep isw/v9 --memory sc --record {}", here.file("r"));
    };
    const json results = json::array();
    refuses(write({{"results", results}}),
            {"another version of wbsync", "\"schema\": 2", "remove it, and start anew"});
    refuses(write({{"schema", 1}, {"results", results}}), {"another version of wbsync"});
    CHECK(wbsync_program(write({{"schema", 2}, {"results", results}})).status == 0);
}

TEST_CASE("deeper checks go on and fail in the end when their record cannot be written any more") {
    full_pipe output;
    const scratch_folder here;
    const std::string folder = here.file("records");
    std::filesystem::create_directory(folder);
    const running_program p(
        {"deep", "isw/v9", "isw/v9+acquire", "--memory", "sc", "--record", folder + "/r"},
        output.writer());
    while (!contains(slurp(folder + "/r"), "isw/v9")) // then it prints, and is stuck
        ::sched_yield();
    std::filesystem::remove_all(folder);
    const std::string text = output.read();
    CHECK(p.ended() == 4);
    CHECK(contains(text, "isw/v9+acquire"));
    CHECK(contains(text, "2 checks: 2 as expected\n"));
}

TEST_CASE("the program says that a check was cut short") {
    const ran text = wbsync_program("check isw/v9 --memory sc --max-executions 1");
    CHECK(text.status == 3);
    CHECK(contains(text.out, "incomplete: max_executions of 1 reached; explored about "));
    const ran r = wbsync_program("check isw/v9 --memory sc --max-executions 1 --json");
    CHECK(r.status == 3);
    const json result = json::parse(r.out)["results"][0];
    CHECK(result["verdict"] == "incomplete");
    CHECK(result["as_expected"] == false);
    CHECK(result["property"].is_null());
    CHECK(result["message"] == "max_executions of 1 reached");
    CHECK(result["limit"] == "max_executions");
    CHECK(result["explored"].get<double>() > 0);
    CHECK(result["explored"].get<double>() < 1);
}

TEST_CASE("the program goes on with a search in a file until it is done") {
    const scratch_folder here;
    const std::string common = "isw/v9 --memory weak -p switchers=2";
    const std::string resume = fmt::format("check {} --json --resume {}/f", common, here.path());
    const json whole = json::parse(wbsync_program("check " + common + " --json").out)["results"][0];
    REQUIRE(whole["verdict"] == "verified");
    const int all = whole["executions"].get<int>() + whole["blocked"].get<int>();
    REQUIRE(all > 500);
    json last;
    int runs = 0;
    do {
        const ran r = wbsync_program(resume + " --max-executions 250");
        CAPTURE(r.err);
        last = json::parse(r.out)["results"][0];
        REQUIRE(r.status == (last["verdict"] == "verified" ? 0 : 3));
        CHECK(std::filesystem::exists(here.file("f")) == (r.status == 3));
    } while (last["verdict"] == "incomplete" && ++runs != 10);
    CHECK(runs == (all - 1) / 250); // none is begun once more
    for (const char* key : {"verdict", "executions", "redundant", "events"})
        CHECK(last[key] == whole[key]);
    // The line that goes on is one that can be run.
    const ran text = wbsync_program(
        fmt::format("check {} --resume '{}/a b' --max-executions 250", common, here.path()));
    const auto at = text.out.find("resume: wbsync ");
    REQUIRE(at != std::string::npos);
    const std::string rest = text.out.substr(at + std::string_view{"resume: wbsync "}.size());
    const ran next = wbsync_program(rest.substr(0, rest.find('\n')));
    CHECK(next.status == 0);
    CHECK(contains(next.out, fmt::format("{}", whole["executions"].get<int>())));
}

TEST_CASE("the program refuses a file that is no search of this check") {
    const scratch_folder here;
    const std::string file = here.file("f");
    const std::string stopped =
        fmt::format("isw/v9 --memory weak --max-executions 5 --resume {}", file);
    REQUIRE(wbsync_program("check " + stopped).status == 3);
    refuses("check " + stopped + " -p switchers=2", {"is a search of isw/v9", "switchers=2"});
    refuses("check " + stopped + " --no-symmetry", {"is a search of isw/v9", "without symmetry"});
    refuses(fmt::format("check isw/v9 --memory sc --resume {}", file), {"under sc"});
    REQUIRE(std::filesystem::exists(file));
    std::ofstream(file) << "{";
    refuses("check " + stopped, {"is no search to resume"});
}

TEST_CASE("the program fails when nobody gets its output") {
    for (const char* arguments : {"list", "list --json", "--help", "check isw/v9 --memory sc",
                                  "check isw/v9 --memory sc --json"})
        for (const char* output : {"/dev/full", "&-"}) {
            const ran r = wbsync_program(arguments, output);
            CAPTURE(arguments);
            CHECK(r.status == 4);
            CHECK(contains(r.err, "wbsync: cannot write the output"));
        }
}

TEST_CASE("the program fails when the reader of its output is gone") {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"list"}, {"check", "isw/v9", "--memory", "sc"}}) {
        std::array<int, 2> pipe{};
        REQUIRE(::pipe(pipe.data()) == 0);
        ::close(pipe[0]);
        const running_program p(arguments, pipe[1]);
        ::close(pipe[1]);
        CHECK(p.ended() == 4); // no signal
    }
}

#endif
