// SPDX-License-Identifier: BSD-3-Clause
// `wbsync litmus`: our own tests in checks/litmus/, and generated ones.
#include <wbsync/report/json.hpp>

#include "checks/support/scratch.hpp"
#include "tools/litmus/generate.hpp"
#include "tools/litmus/parser.hpp"
#include "tools/litmus/reordering.hpp"
#include "tools/litmus/result.hpp"
#include "tools/program.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

using namespace wbsync;
using report::json;

namespace {

tools::program_end litmus_program(const std::string& arguments) {
    return tools::run_shell(fmt::format("'{}' litmus {}", WBSYNC_TOOL, arguments));
}

/// The number of tests in checks/litmus.
std::size_t own_tests() {
    std::size_t n = 0;
    for (const auto& file : std::filesystem::directory_iterator(WBSYNC_SOURCE_DIR "/checks/litmus"))
        n += file.path().extension() == ".litmus" ? 1U : 0U;
    return n;
}

/// A test with two threads; `first` and `second` are their statements.
std::string test_of(std::string_view first, std::string_view second, std::string_view condition) {
    return fmt::format("C generated\n{{ }}\n"
                       "P0(int *x, int *y, spinlock_t *l) {{ int r0; int r1; {} }}\n"
                       "P1(int *x, int *y, spinlock_t *l) {{ int r0; int r1; {} }}\n{}\n",
                       first, second, condition);
}

litmus::test_result run(const std::string& text) {
    return litmus::run_test(text, {});
}

std::size_t detached(const std::string& text) {
    return litmus::find_reordering(litmus::parse(text)).accesses.size();
}

} // namespace

TEST_CASE("litmus: our own tests have the results that they state") {
    const tools::program_end all = litmus_program("--json " WBSYNC_SOURCE_DIR "/checks/litmus");
    CAPTURE(all.output);
    CHECK(all.status == 0);
    const json seen = json::parse(all.output);
    CHECK(seen["results"].size() == own_tests());
    const std::set<std::string> racy{"race", "lb+plain-after-branch", "data+wmb+branch", "data+rmb",
                                     "data+lone-before-atomic"};
    for (const json& r : seen["results"]) {
        CAPTURE(r["file"]);
        CHECK(r["agrees"] == true);
        CHECK(r["redundant"] == 0);
        CHECK(r["all_states"] == true);
        CHECK(r["race_known"] == true);
        CHECK(r["race"].is_null() == (racy.count(r["name"].get<std::string>()) == 0));
    }
}

TEST_CASE("litmus: our own tests have the results that they state for the library's models") {
    for (const char* memory : {"sc", "weak"}) {
        const tools::program_end all = litmus_program(
            fmt::format("--memory {} --json {}/checks/litmus", memory, WBSYNC_SOURCE_DIR));
        CAPTURE(all.output);
        CHECK(all.status == 0);
        const json seen = json::parse(all.output);
        CHECK(seen["results"].size() == own_tests());
        for (const json& r : seen["results"]) {
            CAPTURE(r["file"]);
            CHECK(r["memory"] == memory);
            CHECK(r["agrees"] == true);
            CHECK(r["redundant"] == 0);
            CHECK(r["all_states"] == (r["result"] != "Unsupported"));
        }
    }
}

TEST_CASE("litmus: each memory model has a result of its own, and a wrong one is told") {
    const scratch_folder folder;
    const auto status = [&](const char* results, const char* memory) {
        std::ofstream(folder.file("sb.litmus"))
            << fmt::format("C sb\n(* {} *)\n{{ }}\n"
                           "P0(int *x, int *y) {{ int r; WRITE_ONCE(*x, 1); r = READ_ONCE(*y); }}\n"
                           "P1(int *x, int *y) {{ int r; WRITE_ONCE(*y, 1); r = READ_ONCE(*x); }}\n"
                           "exists (0:r=0 /\\ 1:r=0)\n",
                           results);
        return litmus_program(fmt::format("--memory {} '{}'", memory, folder.path())).status;
    };
    const char* const right = "Result: Sometimes Result sc: Never, 3 states "
                              "Result weak: Sometimes, 4 states";
    for (const char* memory : {"lkmm", "sc", "weak"})
        CHECK(status(right, memory) == 0);
    CHECK(status("Result: Never Result weak: Never Result sc: Never", "lkmm") == 1);
    CHECK(status("Result: Never Result weak: Never Result sc: Never", "weak") == 1);
    CHECK(status("Result: Never Result weak: Never Result sc: Never", "sc") == 0);
    CHECK(status("Result sc: Never, 4 states", "sc") == 1);
    CHECK(status("Result weak: Sometimes, 3 states", "weak") == 1);
    CHECK(status("Result: Sometimes, 3 states", "lkmm") == 1);
}

TEST_CASE("litmus: what a model of the library does not know is unsupported, never a verdict") {
    const auto remark = [](const char* statement) {
        litmus::settings with;
        with.memory = memory_kind::weak;
        const litmus::test_result r =
            litmus::run_test(test_of(statement, "", "exists (0:r0=1)"), with);
        CHECK(r.result == "Unsupported");
        return r.remark;
    };
    CHECK(remark("*x = 1;").starts_with("3:"));
    CHECK(remark("*x = 1;").find("a plain access") != std::string::npos);
    CHECK(remark("r0 = *x;").find("a plain access") != std::string::npos);
    CHECK(remark("r0 = spin_is_locked(l);").find("is not a step") != std::string::npos);
    CHECK(litmus_program("--memory sc --power " WBSYNC_SOURCE_DIR "/checks/litmus").status == 2);
    const tools::program_end unknown =
        litmus_program("--memory tso " WBSYNC_SOURCE_DIR "/checks/litmus");
    CHECK(unknown.status == 2);
    CHECK(unknown.output.find("lkmm") != std::string::npos);
}

TEST_CASE("litmus: a file that takes too long to read does not keep the others waiting") {
    const scratch_folder folder;
    std::ofstream(folder.file("a.litmus")) << "C long\n{ }\nP0(int *x) {\n"
                                           << std::string(8'000'000, ';') << "}\nexists (x=1)\n";
    std::ofstream(folder.file("b.litmus"))
        << "C short\n{ }\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=1)\n";
    const tools::program_end both =
        litmus_program(fmt::format("--json --max-seconds 0.2 '{}'", folder.path()));
    CHECK(both.status == 3);
    const json seen = json::parse(both.output);
    REQUIRE(seen["results"].size() == 2);
    CHECK(seen["results"][0]["not_explored"] == "max_seconds: the time went into reading the file");
    CHECK(seen["results"][0]["seconds"] >= 0.2);
    CHECK(seen["results"][1]["result"] == "Always");
}

TEST_CASE("litmus: a wrong expectation is reported") {
    litmus::test_result r =
        run(test_of("WRITE_ONCE(*x, 1);", "r0 = READ_ONCE(*x);", "exists (1:r0=1)"));
    CHECK(r.result == "Sometimes");
    r.expected = "Never";
    CHECK_FALSE(r.agrees());
}

TEST_CASE("litmus: a Never says which axiom and which cycle forbid it, if it is asked") {
    litmus::settings with;
    with.why = true;
    const auto why = [&](const char* writer, const char* reader, const char* condition) {
        const litmus::test_result r = litmus::run_test(test_of(writer, reader, condition), with);
        CHECK(litmus::from_json(to_json(r)).why == r.why);
        return r.why;
    };
    const char* const writer = "WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1);";
    const char* const reader = "r0 = READ_ONCE(*y); smp_rmb(); r1 = READ_ONCE(*x);";
    CHECK(why(writer, reader, "exists (1:r0=1 /\\ 1:r1=0)") ==
          "happens-before: read y=1 (P1, line 4) -rmb-> read x=0 (P1, line 4) -fre-> write x=1 "
          "(P0, line 3) -wmb-> write y=1 (P0, line 3) -rfe-> read y=1 (P1, line 4)");
    // The result is not Never; nobody writes that value; nobody asked.
    CHECK(why(writer, reader, "exists (1:r0=1 /\\ 1:r1=1)").empty());
    CHECK(why(writer, reader, "exists (1:r0=2)").empty());
    with.why = false;
    CHECK(why(writer, reader, "exists (1:r0=1 /\\ 1:r1=0)").empty());
}

TEST_CASE("litmus: what is not supported is an error with line and column, never a verdict") {
    const auto refused = [](const char* statements, const char* message) {
        const litmus::test_result r = run(test_of(statements, "", "exists (0:r0=1)"));
        CAPTURE(r.remark);
        CHECK(r.result == "Unsupported");
        CHECK(r.remark.find(message) != std::string::npos);
        CHECK(r.remark.starts_with("3:"));
    };
    refused("r0 = frobnicate(x);", "'frobnicate' is not supported");
    refused("r0 = z;", "'z' is neither a parameter nor a register");
    refused("r0 = READ_ONCE(*r1);", "0 is not the address of a location");
    refused("spin_unlock(l);", "does not hold");
    refused("WRITE_ONCE(*l, 1);", "cannot be applied to 'l'");
    refused("r0 = x[1];", "'x' has 1 element");
    refused("r0 = $;", "unexpected character");
}

TEST_CASE("litmus: a section that another thread is to end, and nobody ends") {
    const auto misuse = [](const char* statements) {
        const std::string text =
            fmt::format("C misuse\n{{ }}\nP0(struct srcu_struct *s) {{ int r0; "
                        "{} }}\nexists (0:r0=1)\n",
                        statements);
        return run(text).remark;
    };
    CHECK(misuse("r0 = srcu_down_read(s);").find("never ended") != std::string::npos);
    CHECK(misuse("srcu_up_read(s, 1);").find("no section 1") != std::string::npos);
    CHECK(misuse("r0 = srcu_down_read(s); srcu_up_read(s, r0);").empty());
}

TEST_CASE("litmus: what the library did not explore to the end is not Never there") {
    litmus::settings few;
    few.max_executions = 1;
    const litmus::test_result r = litmus::run_test(
        test_of("WRITE_ONCE(*x, 1); smp_mb(); r0 = READ_ONCE(*y);",
                "WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*x);", "exists (0:r0=0 /\\ 1:r0=0)"),
        few);
    CHECK(r.library.empty());
    CHECK(r.library_misses.find("max_executions") != std::string::npos);
    CHECK(r.result == "Never"); // the kernel's model knows
}

TEST_CASE("litmus: in program order the library misses load buffering, and says so") {
    const std::string buffering =
        test_of("r0 = READ_ONCE(*x); WRITE_ONCE(*y, 1);", "r0 = READ_ONCE(*y); WRITE_ONCE(*x, 1);",
                "exists (0:r0=1 /\\ 1:r0=1)");
    CHECK(run(buffering).library == "Sometimes");
    litmus::settings in_order;
    in_order.out_of_order = false;
    const litmus::test_result r = litmus::run_test(buffering, in_order);
    CHECK(r.result == "Sometimes");
    CHECK(r.library.empty());
    CHECK_FALSE(r.library_misses.empty());
}

TEST_CASE("litmus: out-of-order execution costs nothing where nothing can be reordered") {
    // Detaching one access breaks the only cycle, in either thread.
    CHECK(detached(test_of("r0 = READ_ONCE(*x); WRITE_ONCE(*y, 1);",
                           "r0 = READ_ONCE(*y); WRITE_ONCE(*x, 1);", "exists (0:r0=1)")) == 1);
    // There is no cycle, or none that is unordered.
    for (const char* second :
         {"r0 = READ_ONCE(*y); smp_mb(); WRITE_ONCE(*x, 1);",
          "r0 = READ_ONCE(*y); WRITE_ONCE(*x, r0);", "r0 = smp_load_acquire(y); WRITE_ONCE(*x, 1);",
          "r0 = READ_ONCE(*y); smp_store_release(x, 1);",
          "r0 = READ_ONCE(*y); if (r0 == 1) WRITE_ONCE(*x, 1);", "r0 = READ_ONCE(*y);"}) {
        const std::string text = test_of("r0 = READ_ONCE(*x); smp_store_release(y, 1);", second,
                                         "exists (0:r0=1 /\\ 1:r0=1)");
        CAPTURE(second);
        CHECK(detached(text) == 0);
        litmus::settings in_order;
        in_order.out_of_order = false;
        CHECK(run(text).executions == litmus::run_test(text, in_order).executions);
        CHECK(run(text).library == "Never");
        CHECK(run(text).result == "Never");
    }
}

TEST_CASE(
    "litmus: 500 generated cycles of grace periods and sections agree, with every kind of edge") {
    for (const char* edges : {"wr", "rw", "mixed"}) {
        const tools::program_end all =
            litmus_program(fmt::format("--generate rcu --seed 1 --count 500 --edges {}", edges));
        CAPTURE(all.output.substr(0, 4000));
        CHECK(all.status == 0);
        CHECK(all.output.find("500 tests: 500 as expected") != std::string::npos);
        CHECK(all.output.find("the library: 500 with the same result\n") != std::string::npos);
    }
}

TEST_CASE("litmus: a plain store may be performed before the branch that decides about it") {
    const char* const guessed = "r0 = READ_ONCE(*y); if (r0 == 1) *x = 1;";
    const std::string text = test_of("r0 = READ_ONCE(*x); smp_store_release(y, 1);", guessed,
                                     "exists (0:r0=1 /\\ 1:r0=1)");
    CHECK(detached(text) == 1);
    CHECK(run(text).result == "Sometimes");
    CHECK(run(text).library == "Sometimes");
    // But if the guess was wrong, the store is not executed, and does not race.
    const litmus::test_result never = run(test_of("r0 = READ_ONCE(*x); smp_store_release(y, 2);",
                                                  guessed, "exists (0:r0=1 \\/ x=1 \\/ 1:r0=1)"));
    CHECK(never.result == "Never");
    CHECK(never.library == "Never");
    CHECK(never.race.empty());
    CHECK(never.states == 2);
}

TEST_CASE("litmus: what is learnt from executions that are stuck agrees with all executions") {
    litmus::settings learning;
    learning.for_states = 1;
    litmus::settings all = learning;
    all.for_learning = 0;
    for (const litmus::edge_kind edges : {litmus::edge_kind::read_write, litmus::edge_kind::mixed})
        for (const litmus::generated_test& t : litmus::generate_rcu(2, 150, edges)) {
            const litmus::test_result a = litmus::run_test(t.text, learning);
            const litmus::test_result b = litmus::run_test(t.text, all);
            CAPTURE(t.text);
            CHECK((a.library == "Never") == (b.library == "Never"));
            CHECK((a.library == "Never") == (t.expected == "Never"));
            CHECK(a.result == t.expected);
        }
}

TEST_CASE("litmus: a ring of twenty threads") {
    const auto ring = [](int periods, int sections) {
        std::string text = "C ring\n{ }\n";
        std::string condition = "exists (0:r0=1";
        for (int p = 0; p != periods + sections; ++p) {
            const bool period = p % 2 == 0 ? p / 2 < periods : p / 2 >= sections;
            text +=
                fmt::format("P{0}(int *x{0}, int *x{1}) {{ int r0; {2} r0 = READ_ONCE(*x{0}); "
                            "{3} WRITE_ONCE(*x{1}, 1); {4} }}\n",
                            p, (p + 1) % (periods + sections), period ? "" : "rcu_read_lock();",
                            period ? "synchronize_rcu();" : "", period ? "" : "rcu_read_unlock();");
            if (p != 0)
                condition += fmt::format(" /\\ {}:r0=1", p);
        }
        litmus::settings with;
        with.for_states = 1;
        return litmus::run_test(text + condition + ")\n", with);
    };
    const litmus::test_result never = ring(10, 10);
    CHECK(never.result == "Never");
    CHECK(never.library == "Never");
    CHECK(never.executions < 1000);
    const litmus::test_result sometimes = ring(9, 10);
    CHECK(sometimes.result == "Sometimes");
    CHECK(sometimes.library != "Never");
    CHECK_FALSE(sometimes.all_states); // there are too many
}

TEST_CASE("litmus: every broken library is shown by one of our own Never tests") {
    const json seen =
        json::parse(litmus_program("--json --power " WBSYNC_SOURCE_DIR "/checks/litmus").output);
    CHECK(seen["summary"]["exposed"].size() == 6);
    CHECK(seen["results"].size() == own_tests());
    std::set<std::string> unexposed;
    for (const json& r : seen["results"])
        if (r["result"] == "Never" && r["exposes"].empty())
            unexposed.insert(r["name"].get<std::string>());
    // No mutant removes dependencies, coherence, atomicity, locks, or smp_store_mb(). Without its
    // acquire the loop of lb+acquire-loop would read what is stored later, which the library cannot
    // do; and the exchange of mp+full-xchg reads the newest store anyway.
    CHECK(unexposed == std::set<std::string>{"corr", "corr+two-readers", "corw", "corw+store",
                                             "cowr", "coww", "lb+acquire-loop", "lb+branch+data",
                                             "mp+full-xchg", "mp+unlock+lock", "rmw+rmw",
                                             "rmw+store", "sb+locked", "sb+store-mbs"});
}
