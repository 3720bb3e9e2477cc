// SPDX-License-Identifier: BSD-3-Clause
// `wbsync litmus` on tests that are too large, nested too deeply, or that misspell a name.
#include "tools/litmus/cursor.hpp"
#include "tools/litmus/generate.hpp"
#include "tools/litmus/result.hpp"
#include "tools/litmus/summary.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

using namespace wbsync;

namespace {

std::string repeated(std::string_view what, int times) {
    std::string text;
    for (int i = 0; i != times; ++i)
        text += what;
    return text;
}

/// A test of one thread, whose statements are in line 4; the condition is in line 6.
std::string test_of(std::string_view statements, std::string_view condition) {
    return fmt::format("C limits\n{{ x=0; 0:r1=1; }}\nP0(int *x, int *y) {{ int r0; int r1;\n{}\n"
                       "}}\n{}\n",
                       statements, condition);
}

/// The initial state is in line 2.
litmus::test_result with_initial_state(std::string_view initial, std::string_view statement = "",
                                       std::string_view condition = "exists (0:r0=0)") {
    return litmus::run_test(fmt::format("C initial\n{{ {} }}\n"
                                        "P0(int *x) {{ int r0; r0 = READ_ONCE(*x); {} }}\n{}\n",
                                        initial, statement, condition),
                            {});
}

litmus::test_result run(std::string_view statements, std::string_view condition) {
    return litmus::run_test(test_of(statements, condition), {});
}

const char* const buffering =
    "C sb\n{ }\n"
    "P0(int *x, int *y) { int r; WRITE_ONCE(*x, 1); r = READ_ONCE(*y); }\n"
    "P1(int *x, int *y) { int r; WRITE_ONCE(*y, 1); r = READ_ONCE(*x); }\n"
    "exists (0:r=0 /\\ 1:r=0)\n";

} // namespace

TEST_CASE("litmus: a name that a condition misspells is an error that names it, with its line") {
    const auto refused = [](const char* condition, const char* message) {
        CAPTURE(condition);
        const litmus::test_result r = run("r0 = READ_ONCE(*x);", condition);
        CAPTURE(r.remark);
        CHECK(r.result == "Unsupported");
        CHECK(r.remark.starts_with("6:"));
        CHECK(r.remark.find(message) != std::string::npos);
    };
    refused("exists (0:ro=1)", "P0 has no register 'ro'");
    refused("exists (1:r0=1)", "there is no thread P1");
    refused("exists (X=1)", "there is no location 'X'");
    refused("exists (0:r0=X)", "there is no location 'X'");
    refused("forall (x=0 \\/ z=1)", "there is no location 'z'");
    refused("~exists (0:r2=1)", "P0 has no register 'r2'");
    refused("filter (0:r2=1) exists (x=0)", "P0 has no register 'r2'");
    refused("filter (z=1) exists (x=0)", "there is no location 'z'");
    // All unknown names are reported, and reading continues after them.
    refused("locations [z; 1:r0;] filter ([w]=1) exists (0:ro=1 \\/ x=q)",
            "6:12: there is no location 'z': neither the initial state nor a parameter of a thread "
            "names it, so it is not shown\n6:15: there is no thread P1\n6:31: there is no location "
            "'w': neither the initial state nor a parameter of a thread names it\n6:47: P0 has no "
            "register 'ro'\n6:57: there is no location 'q'");
    refused("exists (0:ro=1 /\\ x 1)",
            "6:11: P0 has no register 'ro'\n6:21: expected = or !=, not '1'");
    refused(("exists (x=1" + repeated(" \\/ 0:ro=1", 1000) + ")").c_str(),
            "(and 990 more like that)");
    const litmus::test_result right =
        run("r0 = READ_ONCE(*x);",
            "locations [0:r1; y;] filter (y=0) exists (0:r0=0 /\\ x=0 /\\ 0:r1=1)");
    CHECK(right.remark == "");
    CHECK(right.result == "Always");
}

TEST_CASE("litmus: among the locations, where it changes no result, it is left out and named") {
    const auto left_out = [](const char* locations, const char* message) {
        const litmus::test_result r =
            run("r0 = READ_ONCE(*x);", fmt::format("{} exists (x=0)", locations));
        CHECK(r.result == "Always");
        CHECK(r.remark == message);
        CHECK(r.state_texts == std::vector<std::string>{"* 0:r0=0; x=0;"});
    };
    left_out("locations [0:r2; 0:r0;]", "6:14: P0 has no register 'r2', so it is not shown");
    left_out("locations [0:r0; z;]",
             "6:18: there is no location 'z': neither the initial state nor a "
             "parameter of a thread names it, so it is not shown");
    left_out(
        "locations [0:r2; *r3; [z]; 0:r0; 0:r4]",
        "6:14: P0 has no register 'r2', so it is not shown\n"
        "6:19: there is no location 'r3': neither the initial state nor a parameter of a thread "
        "names it, so it is not shown\n"
        "6:24: there is no location 'z': neither the initial state nor a parameter of a thread "
        "names it, so it is not shown\n"
        "6:36: P0 has no register 'r4', so it is not shown");
    left_out("locations [0:r0;]", "");
}

TEST_CASE("litmus: a thread that there is not is an error, wherever it is named") {
    for (const char* condition : {"exists (1:r0=1)", "locations [0:r0; 1:r0;] exists (x=0)"}) {
        const litmus::test_result r = run("r0 = READ_ONCE(*x);", condition);
        CHECK(r.result == "Unsupported");
        CHECK(r.remark.find("there is no thread P1") != std::string::npos);
    }
    CHECK(with_initial_state("1:r0=1;").remark == "2:3: there is no thread P1");
    CHECK(with_initial_state("4:r0=1; 0:r0=1; 3:r0=2;").remark ==
          "2:19: there is no thread P3\n2:3: there is no thread P4");
}

TEST_CASE("litmus: what only the initial state names is noted, and changes no result") {
    const auto noted = [](const char* initial, const char* message, const char* statement = "",
                          const char* condition = "exists (0:r0=0)") {
        CAPTURE(initial);
        const litmus::test_result r = with_initial_state(initial, statement, condition);
        CHECK(r.result == "Always");
        CHECK(r.remark == message);
        CHECK(to_json(r)["remark"] ==
              (r.remark.empty() ? report::json(nullptr) : report::json(message)));
    };
    noted("xx=1; 0:r3=5;", "2:3: only the initial state names 'xx', so it changes nothing\n"
                           "2:9: only the initial state names '0:r3', so it changes nothing");
    noted("int xx; 0:x=5;", "2:7: only the initial state names 'xx', so it changes nothing\n"
                            "2:11: only the initial state names '0:x', so it changes nothing");
    noted("y=z; z=3;", "2:3: only the initial state names 'y', so it changes nothing");
    // A name is used by a thread, by the condition, among the locations, or as a value.
    noted("x=0; 0:r0=1; 0:r1=1; 0:r2=7; v=4; w=0; p=1;", "", "r0 = 0 * r1;",
          "locations [w; 0:r2;] exists (0:r0=0 /\\ v=4 /\\ ~(x=p))");
    noted("0:r2=&y; y=3;", "", "r0 = READ_ONCE(*r2) - 3;");
    // In the text each has its own line, and the states are still marked as incomplete.
    litmus::test_result r = with_initial_state("xx=1; yy=1;");
    r.file = "a.litmus";
    r.all_states = false;
    const std::string text = litmus::line_of(r, 10, true);
    CHECK(text.find("\n    a.litmus:2:3: only") != std::string::npos);
    CHECK(text.find("\n    a.litmus:2:9: only") != std::string::npos);
    CHECK(text.find("perhaps others") != std::string::npos);
}

TEST_CASE("litmus: what is nested too deeply is an error with its line") {
    const auto refused = [](const std::string& statements, const std::string& condition,
                            const char* line) {
        const litmus::test_result r = run(statements, condition);
        CAPTURE(r.remark);
        CHECK(r.result == "Unsupported");
        CHECK(r.remark.starts_with(line));
        CHECK(r.remark.find("nested too deeply") != std::string::npos);
    };
    constexpr int many = 100'000;
    const std::string any = "exists (x=0)";
    refused("r0 = " + repeated("(", many) + "1" + repeated(")", many) + ";", any, "4:");
    refused("r0 = " + repeated("!", many) + "1;", any, "4:");
    refused("r0 = 1" + repeated(" + 1", many) + ";", any, "4:");
    refused(repeated("if (r1) ", many) + ";", any, "4:");
    refused(repeated("if (r1) ; else ", many) + ";", any, "4:");
    refused(repeated("{ ", many) + repeated("} ", many), any, "4:");
    refused("r0 = " + repeated("READ_ONCE(*", many) + "x" + repeated(")", many) + ";", any, "4:");
    refused("", "exists " + repeated("(", many) + "x=0" + repeated(")", many), "6:");
    refused("", "exists (" + repeated("~", many) + "x=0)", "6:");
    // This is not nested too deeply.
    const litmus::test_result r = run("r0 = " + repeated("(", 20) + "1" + repeated(" + 1)", 20) +
                                          ";" + repeated("if (r1) ", 20) + "WRITE_ONCE(*x, r0);",
                                      "exists (" + repeated("~(", 20) + "x=21" + repeated(")", 21));
    CHECK(r.remark == "");
    CHECK(r.result == "Always");
    CHECK(r.library == "Always");
}

TEST_CASE("litmus: a test with very many statements ends, not explored") {
    const litmus::test_result r = run(repeated("WRITE_ONCE(*x, 1);\n", 20'000), "exists (x=1)");
    CHECK(r.result == "Unsupported");
    CHECK(r.not_explored.find("P0 has too many statements") != std::string::npos);
    CHECK(r.library_misses.find("P0 has too many statements") != std::string::npos);
    CHECK(r.remark == "");
}

TEST_CASE("litmus: a test with very many branches, or fences, ends, not explored") {
    constexpr int many = 100'000;
    litmus::settings patient;
    patient.max_seconds = 15;
    const auto misses = [&](const std::string& statements) {
        return litmus::run_test(test_of(statements, "exists (x=0)"), patient).not_explored;
    };
    CHECK(misses(repeated("if (r0) ;\n", many)) == "P0 has too many branches: more than 1024");
    CHECK(misses(repeated("smp_mb__before_atomic();\n", many)) ==
          "P0 has too many statements: more than 256 accesses");
}

TEST_CASE("litmus: a file that takes too long to read is not explored, and says so") {
    litmus::settings quick;
    quick.max_seconds = 0.001;
    for (const std::string& text :
         {test_of(repeated("WRITE_ONCE(*x, 1);\n", 300'000), "exists (x=1)"),
          test_of("/*" + repeated("long ", 1'000'000) + "*/", "exists (x=1)"),
          test_of("", "exists (x=1" + repeated(" /\\ x=1", 200'000) + ")")}) {
        const litmus::test_result r = litmus::run_test(text, quick);
        CHECK(r.result == "Unsupported");
        CHECK(r.not_explored == "max_seconds: the time went into reading the file");
        CHECK(r.remark == "");
        CHECK(r.seconds > 0.001);
    }
    // The parser looks at the clock, too.
    const std::string text = test_of(repeated("r0 = 1;\n", 20'000), "exists (x=1)");
    const litmus::tokens all = litmus::split(text);
    const litmus::deadline over(1e-9);
    litmus::cursor in(all.tokens, over);
    const auto read = [&] {
        while (!in.done())
            in.take();
    };
    CHECK_THROWS_AS(read(), litmus::out_of_time);
}

TEST_CASE("litmus: reading takes as many steps as the file is long") {
    constexpr int many = 100'000;
    const auto each = [](std::string_view pattern) {
        std::string text;
        for (int i = 0; i != many; ++i)
            text += fmt::format(fmt::runtime(pattern), i);
        return text;
    };
    const auto misses = [](const std::string& text) {
        litmus::settings patient;
        patient.max_seconds = 15;
        const litmus::test_result r = litmus::run_test(text, patient);
        CAPTURE(r.remark);
        return r.not_explored;
    };
    const std::string thread = "P0(int *x) { int r0; r0 = READ_ONCE(*x); }\n";
    const std::string state = each("v{}=0;");
    const std::string any = "exists (x=0)\n";
    CHECK(misses("C locations\n{ " + state + "}\n" + thread + any) ==
          "too many locations: more than 1024");
    CHECK(misses("C shown\n{ " + state + "}\n" + thread + "exists (x=0" + each(" /\\ v{}=0") +
                 ")\n") == "the final state has too many parts: more than 1024");
    CHECK(misses("C registers\n{ " + each("0:q{}=0;") + "}\n" + thread + "locations [" +
                 each("0:q{};") + "]" + any) ==
          "the final state has too many parts: more than 1024");
    CHECK(misses("C threads\n{ " + each("{}:r0=1;") + "}\n" + each("P{}(int *x) {{ }}\n") + any) ==
          "too many threads: more than 1024");
    CHECK(misses("C parameters\n{ }\nP0(" + each("int *q{},") + "int *x) { " + each("*q{}=1;") +
                 "}\n" + any) == "too many locations: more than 1024");
}

TEST_CASE("litmus: a condition may be long, if it is not deep") {
    constexpr int many = 200'000;
    litmus::settings patient;
    patient.max_seconds = 60;
    for (const std::string& condition : {"exists (0:r0=0" + repeated(" /\\ 0:r0=0", many) + ")",
                                         "exists (0:r0=1" + repeated(" \\/ 0:r0=0", many) + ")"}) {
        const litmus::test_result r =
            litmus::run_test(test_of("r0 = READ_ONCE(*x);", condition), patient);
        CHECK(r.remark == "");
        CHECK(r.result == "Always");
        CHECK(r.library == "Always");
    }
}

TEST_CASE("litmus: a list of all final states is one, and one that is not says so") {
    const litmus::test_result all = litmus::run_test(buffering, {});
    CHECK(all.all_states);
    CHECK(all.state_texts == std::vector<std::string>{"* 0:r=0; 1:r=0;", "  0:r=0; 1:r=1;",
                                                      "  0:r=1; 1:r=0;", "  0:r=1; 1:r=1;"});
    const std::string text = litmus::line_of(all, 10, true);
    CHECK(text.find("       4  ") != std::string::npos);
    CHECK(text.find("perhaps others") == std::string::npos);

    litmus::settings few;
    few.for_kernel_model = {.for_states = 1, .for_few_states = 1};
    const litmus::test_result some = litmus::run_test(buffering, few);
    CHECK(some.result == "Sometimes");
    CHECK_FALSE(some.all_states);
    CHECK(some.states == 2); // one that meets the proposition, and one that does not
    const std::string less = litmus::line_of(some, 10, true);
    CHECK(less.find("      2+  ") != std::string::npos);
    CHECK(less.find("perhaps others") != std::string::npos);
    CHECK(to_json(some)["all_states"] == false);
    CHECK(to_json(all)["all_states"] == true);
}

TEST_CASE("litmus: what takes too many steps is not explored, and not Never") {
    litmus::settings few;
    few.for_kernel_model = {.for_states = 1, .for_few_states = 1, .for_result = 1};
    std::string fenced{buffering};
    for (auto i = fenced.find(" r = "); i != std::string::npos; i = fenced.find(" r = ", i + 12))
        fenced.insert(i, " smp_mb();");
    for (const std::string& text : {std::string{buffering}, fenced}) {
        const litmus::test_result r = litmus::run_test(text, few);
        CHECK(r.result == "Unsupported");
        CHECK(r.not_explored == "too many candidate executions");
    }
    CHECK(litmus::run_test(fenced, {}).result == "Never");
}

TEST_CASE("litmus: a test with too many values, or ways, is not explored") {
    const auto not_explored = [](std::string_view each, int times) {
        const std::string thread = repeated(each, times);
        const litmus::test_result r = litmus::run_test(
            fmt::format("C many\n{{ }}\nP0(int *x) {{ int r; {0} }}\nP1(int *x) {{ int r; {0} }}\n"
                        "exists (x=1)\n",
                        thread),
            {});
        CHECK(r.result == "Unsupported");
        return r.not_explored;
    };
    CHECK(not_explored("r = READ_ONCE(*x); WRITE_ONCE(*x, r * 3 + 1);", 60) ==
          "a location has too many values");
    CHECK(
        not_explored("r = READ_ONCE(*x); WRITE_ONCE(*x, 1); r = READ_ONCE(*x); WRITE_ONCE(*x, 2);",
                     20) == "P0 has too many ways");
}

TEST_CASE("litmus: few states are worth a longer search") {
    litmus::settings with;
    with.for_kernel_model = {.for_states = 1};
    CHECK(litmus::run_test(buffering, with).all_states);
    with.for_kernel_model.for_few_states = 1;
    CHECK_FALSE(litmus::run_test(buffering, with).all_states);
}

TEST_CASE("litmus: looking for the proposition alone gives the same results as all states") {
    litmus::settings few;
    few.for_kernel_model = {.for_states = 1, .for_few_states = 1};
    for (const litmus::edge_kind edges : {litmus::edge_kind::read_write, litmus::edge_kind::mixed})
        for (const litmus::generated_test& t : litmus::generate_rcu(3, 40, edges)) {
            CAPTURE(t.text);
            CHECK(litmus::run_test(t.text, few).result == t.expected);
        }
}

TEST_CASE("litmus: a plain value that is computed from itself is not explored") {
    const char* const thin_air = "C thin-air\n{ }\n"
                                 "P0(int *x, int *y) { int r; r = *x; *y = r; }\n"
                                 "P1(int *x, int *y) { int r; r = *y; *x = r; }\n"
                                 "exists (x=42)\n";
    const litmus::test_result r = litmus::run_test(thin_air, {});
    CHECK(r.result == "Unsupported");
    CHECK(r.not_explored.find("computed from itself") != std::string::npos);
    // With marked accesses it is forbidden.
    const char* const marked =
        "C thin-air\n{ }\n"
        "P0(int *x, int *y) { int r; r = READ_ONCE(*x); WRITE_ONCE(*y, r); }\n"
        "P1(int *x, int *y) { int r; r = READ_ONCE(*y); WRITE_ONCE(*x, r); }\n"
        "exists (x=42)\n";
    CHECK(litmus::run_test(marked, {}).result == "Never");
}
