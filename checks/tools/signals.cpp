// SPDX-License-Identifier: BSD-3-Clause
// Signals that ask the program to end: nothing that was found is lost, and the report lists what
// was not run.
#include "checks/tools/tool_program.hpp"

#include <wbsync/report/json.hpp>

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#if defined(WBSYNC_TOOL)

using namespace tool_program;
using wbsync::report::json;

namespace {

constexpr std::array ends{SIGINT, SIGTERM, SIGHUP};

/// It would never end.
std::vector<std::string> long_check(std::initializer_list<std::string> more) {
    std::vector<std::string> arguments{"check", "isw/v9", "-p", "switchers=8", "-p", "inodes=8"};
    arguments.insert(arguments.end(), more);
    return arguments;
}

/// A litmus test with four threads, of `stores` stores each to the same variable.
void write_test(const std::string& file, int stores) {
    std::ofstream out(file);
    out << "C stores\n{ }\n";
    for (int t = 0; t != 4; ++t) {
        out << "P" << t << "(int *x)\n{\n";
        for (int i = 0; i != stores; ++i)
            out << "\tWRITE_ONCE(*x, " << 100 * t + i + 1 << ");\n";
        out << "}\n";
    }
    out << "exists (x=0)\n";
}

} // namespace

TEST_CASE("a signal ends a check with what was found so far, and a file to go on from") {
    // A terminal signals all processes, kill(1) only one.
    for (const bool all_processes : {false, true})
        for (const int signal : ends) {
            CAPTURE(all_processes);
            CAPTURE(signal);
            const running_program p(long_check({"--json", "-j", "2", "--memory", "sc"}));
            p.wait_for_check();
            p.signal(signal, all_processes);
            CHECK(p.ended() == 3);
            const json document = json::parse(p.output());
            const json& results = document["results"];
            REQUIRE(results.size() == 1);
            CHECK(results[0]["verdict"] == "incomplete");
            CHECK(results[0]["message"] == "interrupted");
            CHECK(results[0]["explored"].get<double>() < 1);
            CHECK(results[0]["resume"] == "wbsync-resume.json");
            const std::string go_on = "wbsync check isw/v9 -p switchers=8 -p inodes=8 --memory sc "
                                      "-j 2 --resume wbsync-resume.json";
            CHECK(results[0]["resume_command"] == go_on);
            CHECK(p.errors() == "resume: " + go_on + "\n");
            const json file = json::parse(slurp(p.file("wbsync-resume.json")));
            CHECK(file["search"]["executions"] == results[0]["executions"]);
            CHECK(document.at("not_started").empty());
        }
}

TEST_CASE("a signal ends all checks that run side by side, each with a file of its own") {
    const running_program p(long_check({"--json", "-j", "2"}));
    p.wait_for_check(2);
    p.signal(SIGTERM);
    CHECK(p.ended() == 3);
    const json document = json::parse(p.output());
    CHECK(document.at("not_started").empty());
    const json& results = document["results"];
    REQUIRE(results.size() == 2);
    const std::array files{"wbsync-resume.json", "wbsync-resume-2.json"};
    const std::array memories{"sc", "lkmm"};
    for (std::size_t i = 0; i != 2; ++i) {
        CHECK(results[i]["memory"] == memories[i]);
        CHECK(results[i]["message"] == "interrupted");
        CHECK(results[i]["resume"] == files[i]);
        CHECK(contains(p.errors(), results[i]["resume_command"].get<std::string>()));
        const json file = json::parse(slurp(p.file(files[i])));
        CHECK(file["search"]["executions"] == results[i]["executions"]);
    }
}

TEST_CASE("a signal ends a check, and tells of those that were not started") {
    const running_program p(long_check({"--json", "-j", "1"}));
    p.wait_for_check();
    p.signal(SIGTERM);
    CHECK(p.ended() == 3);
    const json document = json::parse(p.output());
    REQUIRE(document.at("not_started").size() == 1);
    CHECK(document.at("not_started")[0] ==
          json{{"model", "isw/v9"},
               {"memory", "lkmm"},
               {"parameters",
                {{"cleaner", 0}, {"inodes", 8}, {"superblocks", 1}, {"switchers", 8}}}});
}

TEST_CASE("a check that a signal ended prints the command that goes on, and what was not started") {
    const running_program p(long_check({"--no-symmetry", "-j", "1"}));
    p.wait_for_check();
    p.signal(SIGTERM);
    CHECK(p.ended() == 3);
    const std::string out = p.output();
    CAPTURE(out);
    CHECK(contains(out, "incomplete: interrupted; explored about "));
    CHECK(contains(out, "resume: wbsync check isw/v9 -p switchers=8 -p inodes=8 --memory sc "
                        "--no-symmetry -j 1 --resume wbsync-resume.json\n"));
    CHECK(contains(out, "not started: isw/v9 under lkmm, switchers=8 inodes=8 superblocks=1 "
                        "cleaner=0\n"));
    CHECK(contains(out, "1 check: 0 as expected, 1 incomplete; 1 not started\n"));
}

TEST_CASE("a signal does not take back the results before it") {
    const running_program p({"check", "dontcache/kick", "dontcache/kick_switch+bit",
                             "dontcache/kick_switch/P3", "-p", "writers=2", "--memory", "sc", "-j",
                             "1"});
    p.wait_for_output("verified"); // of the first one
    p.wait_for_check();            // so this is the second one, which takes minutes
    p.signal(SIGTERM);
    CHECK(p.ended() == 3);
    const std::string out = p.output();
    CAPTURE(out);
    CHECK(contains(out, "not started: dontcache/kick_switch/P3 under sc, writers=2"));
    CHECK(contains(out, "2 checks: 1 as expected, 1 incomplete; 1 not started\n"));
}

TEST_CASE("a signal ends the matrix, a sweep and deeper checks with results, too") {
    for (const char* command : {"matrix", "sweep", "deep"}) {
        CAPTURE(command);
        const running_program p({command, "--json", "--memory", "sc"});
        p.wait_for_check();
        p.signal(SIGTERM);
        CHECK(p.ended() == 3);
        const json document = json::parse(p.output());
        CHECK(document.contains(std::string{command} == "matrix" ? "tables" : "results"));
        REQUIRE(document.at("not_started").size() > 0);
        for (const json& c : document.at("not_started"))
            CHECK(c["memory"] == "sc");
        CHECK(contains(p.errors(), "resume: wbsync check ") == contains(p.output(), "--resume "));
    }
}

TEST_CASE("a deeper check that a signal ended is kept in a file of its own, not in the record") {
    const running_program p(
        {"deep", "dontcache/kick_switch+bit", "--memory", "sc", "--record", "r", "-j", "1"});
    p.wait_for_check();
    p.signal(SIGTERM);
    CHECK(p.ended() == 3);
    CHECK(contains(p.output(), "--resume wbsync-resume.json\n"));
    CHECK_FALSE(slurp(p.file("wbsync-resume.json")).empty());
    CHECK(json::parse(slurp(p.file("r")))["results"].empty());
}

TEST_CASE("a signal ends litmus tests, and those without a result are told") {
    const scratch_folder folder;
    write_test(folder.file("a.litmus"), 1);
    write_test(folder.file("b.litmus"), 20);
    write_test(folder.file("c.litmus"), 20);
    for (const int signal : ends) {
        CAPTURE(signal);
        const running_program p({"litmus", folder.path(), "-j", "1", "--max-seconds", "0"});
        p.wait_for_output("a.litmus");
        p.wait_for_check();
        p.signal(signal);
        CHECK(p.ended() == 3);
        CHECK(contains(p.output(), "not run: " + folder.file("b.litmus") + "\n"));
        CHECK(contains(p.output(), "not run: " + folder.file("c.litmus") + "\n"));
        CHECK(contains(p.output(), "1 test: "));
        CHECK(contains(p.output(), "\n2 not run\n"));
    }
    const running_program p({"litmus", folder.file("b.litmus"), folder.file("a.litmus"), "-j", "1",
                             "--max-seconds", "0", "--json"});
    p.wait_for_check();
    p.signal(SIGTERM);
    CHECK(p.ended() == 3);
    const json document = json::parse(p.output());
    CHECK(document["results"].empty());
    CHECK(document.at("not_run") == json{folder.file("b.litmus"), folder.file("a.litmus")});
    CHECK(document["summary"]["tests"] == 0);
}

TEST_CASE("a second signal ends the program at once, with all its processes") {
    full_pipe nobody_reads;
    const running_program p(long_check({"-j", "2"}), nobody_reads.writer());
    p.wait_for_check();
    CHECK(p.signalled_to_death(SIGTERM) == -SIGTERM); // the first one leaves it stuck
    (void)nobody_reads.read(); // returns when no process is left that could write
}

TEST_CASE("the program goes on when its terminal goes away, if nohup is asked for") {
    // As nohup(1) does.
    struct ignored {
        void (*before)(int) = std::signal(SIGHUP, SIG_IGN);
        ~ignored() { std::signal(SIGHUP, before); }
    } hangup;
    const running_program p({"check", "isw/v9", "isw/v6", "--memory", "sc"});
    p.wait_for_check();
    p.signal(SIGHUP, true);
    CHECK(p.ended() == 0);
    CHECK(contains(p.output(), "2 checks: 2 as expected\n"));
}

#endif
