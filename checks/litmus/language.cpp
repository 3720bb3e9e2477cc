// SPDX-License-Identifier: BSD-3-Clause
// `wbsync litmus`: the language of litmus tests.
#include "tools/litmus/kernel_answer.hpp"
#include "tools/litmus/parser.hpp"
#include "tools/litmus/result.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

using namespace wbsync;

namespace {

using states = std::vector<std::string>;

/// The statements of P0 are in line 3, those of P1 in line 4.
std::string test_of(std::string_view first, std::string_view second, std::string_view condition) {
    return fmt::format("C language\n{{ }}\n"
                       "P0(int *x, int *y, spinlock_t *l, struct srcu_struct *s) {{ {} }}\n"
                       "P1(int *x, int *y) {{ {} }}\n{}\n",
                       first, second, condition);
}

litmus::test_result run(std::string_view first, std::string_view second,
                        std::string_view condition) {
    litmus::test_result r = litmus::run_test(test_of(first, second, condition), {});
    CAPTURE(first);
    CAPTURE(r.remark);
    CHECK(r.remark == "");
    return r;
}

std::string outcome(std::string_view first, std::string_view second, std::string_view condition) {
    return run(first, second, condition).result;
}

/// Load buffering, with these statements between the load of r0 and the end of P0.
std::string buffering(std::string_view statements) {
    return outcome(fmt::format("int r0; int i; r0 = READ_ONCE(*x); {}", statements),
                   "int r0; r0 = READ_ONCE(*y); smp_mb(); WRITE_ONCE(*x, 1);",
                   "exists (0:r0=1 /\\ 1:r0=1)");
}

std::string remark(std::string_view statements) {
    const litmus::test_result r = litmus::run_test(test_of(statements, "", "exists (x=1)"), {});
    CHECK(r.result == "Unsupported");
    return r.remark;
}

} // namespace

TEST_CASE("litmus: a loop goes round as often as its condition says") {
    const auto last = [](std::string_view statements) {
        return run(statements, "", "exists (x=0)").state_texts;
    };
    CHECK(last("int i; for (i = 1; i < 4; i++) WRITE_ONCE(*x, i);") == states{"  x=3;"});
    CHECK(last("for (int i = 5; i > 2; --i) { WRITE_ONCE(*x, i); }") == states{"  x=3;"});
    CHECK(last("int i = 0; while (i < 100) i += 7; WRITE_ONCE(*x, i);") == states{"  x=105;"});
    CHECK(last("int i = 9; do { i -= 2; } while (i > 2); WRITE_ONCE(*x, i);") == states{"  x=1;"});
    CHECK(last("int i = 0; do i++; while (i < 0); WRITE_ONCE(*x, i);") == states{"  x=1;"});
    CHECK(last("int i = 7; while (i < 0) WRITE_ONCE(*x, i);") == states{"* x=0;"});
    CHECK(last("int n = 0; for (int i = 0; i < 3; i++) for (int j = 0; j < 4; j++) n++; "
               "WRITE_ONCE(*x, n);") == states{"  x=12;"});
    // As many rounds as a value that another thread may have written.
    CHECK(run("int i = 0; while (i < READ_ONCE(*y)) i++; WRITE_ONCE(*x, i);", "WRITE_ONCE(*y, 2);",
              "exists (x=1)")
              .state_texts == states{"  x=0;", "  x=2;"});
}

TEST_CASE("litmus: what is in a loop depends on its condition, what follows it does not") {
    CHECK(buffering("WRITE_ONCE(*y, 1);") == "Sometimes");
    CHECK(buffering("while (r0 == 1) { WRITE_ONCE(*y, 1); r0 = 2; }") == "Never"); // r0 is 2
    CHECK(buffering("for (i = r0; i > 0; i--) WRITE_ONCE(*y, 1);") == "Never");
    CHECK(buffering("for (i = r0; i > 0; i--) ; WRITE_ONCE(*y, 1);") == "Sometimes");
    // Nothing depends on a condition that is known.
    CHECK(buffering("for (i = 0; i < 2; i++) WRITE_ONCE(*y, 1);") == "Sometimes");
}

TEST_CASE("litmus: a return ends the thread, and the rest depends on whether it does") {
    CHECK(buffering("if (r0 == 0) return; WRITE_ONCE(*y, 1);") == "Never");
    CHECK(buffering("if (r0 == 7) { if (r0 == 8) return; } WRITE_ONCE(*y, 1);") == "Never");
    CHECK(buffering("if (r0 == 7) r0 = 0; WRITE_ONCE(*y, 1);") == "Sometimes");
    CHECK(run("int r0 = READ_ONCE(*y); if (r0) return; else WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2);",
              "WRITE_ONCE(*y, 1); return; WRITE_ONCE(*y, 2);", "exists (0:r0=0 /\\ y=1)")
              .state_texts == states{"* 0:r0=0; y=1;", "  0:r0=1; y=1;"});
    CHECK(run("for (int i = 1; i < 5; i++) { WRITE_ONCE(*x, i); if (i == 3) return; }", "",
              "exists (x=0)")
              .state_texts == states{"  x=3;"});
}

TEST_CASE("litmus: a loop that may go on too long is not explored") {
    const auto not_explored = [](std::string_view statements) {
        const litmus::test_result r = run(statements, "WRITE_ONCE(*y, 1);", "exists (x=1)");
        CHECK(r.result == "Unsupported");
        return r.not_explored;
    };
    const char* const message = "P0: the loop in line 3 may take too many rounds";
    CHECK(not_explored("for (;;) ;") == message);
    CHECK(not_explored("while (READ_ONCE(*y) == 0) WRITE_ONCE(*x, 1);") == message);
    CHECK(not_explored("int r; do { r = READ_ONCE(*x); r = READ_ONCE(*y); } while (r == 0);") ==
          message);
    CHECK(remark("int i; for (i = 0; i < 200; i++) for (int j = 0; j < 200; j++) ;")
              .find("more than 10000 statements") != std::string::npos);
    // A waiting loop has one access.
    CHECK(outcome("while (READ_ONCE(*y) == 0) cpu_relax(); WRITE_ONCE(*x, 1);",
                  "WRITE_ONCE(*y, 1);", "exists (x=1)") == "Always");
}

TEST_CASE("litmus: the elements of an array are locations") {
    const auto with = [](std::string_view initial, std::string_view statements,
                         std::string_view condition) {
        return litmus::run_test(fmt::format("C array\n{{ {} }}\nP0(int *x, int **p) {{ int r0; int "
                                            "r1; {} }}\n{}\n",
                                            initial, statements, condition),
                                {});
    };
    const litmus::test_result plain =
        with("int x[3] = {4, 5, -6};", "r0 = x[1]; x[0] = r0 + x[1 + 1]; *x = 1 + *x;",
             "locations [x[1];] exists (x[0]=0 /\\ [x[2]]=-6)");
    CHECK(plain.remark == "");
    CHECK(plain.state_texts == states{"* x[1]=5; x[0]=0; x[2]=-6;"});
    const litmus::test_result marked =
        with("x[2]; p = &x[1];",
             "r0 = READ_ONCE(x[0]); WRITE_ONCE(x[1], 7); r1 = atomic_read(&x[1]); int *q; q = "
             "READ_ONCE(*p); smp_store_release(q, 8);",
             "exists (0:r1=7 /\\ x[1]=8 /\\ p=x[1] /\\ 0:q=x[1])");
    CHECK(marked.remark == "");
    CHECK(marked.result == "Always");
    CHECK(with("", "r0 = x[0];", "exists (x=0)").result == "Always");
    const auto refused = [&](std::string_view initial, std::string_view statements,
                             std::string_view message) {
        const litmus::test_result r = with(initial, statements, "exists (x[0]=0)");
        CAPTURE(r.remark);
        CHECK(r.result == "Unsupported");
        CHECK(r.remark == message);
    };
    refused("x[2];", "r0 = x[2];", "3:46: 'x' has 2 elements, and none with number 2");
    refused("x[2];", "x[-1] = 1;", "3:41: 'x' has 2 elements, and none with number -1");
    refused("x[2];", "x[r0] = 1;", "3:41: the index of an array has to be a constant");
    refused("x[0];", "", "2:4: an array has 1 to 256 elements, not 0");
    refused("x[2] = {1, 2, 3};", "", "2:17: expected '}' after 2 elements, not '3'");
    refused("x[2]; x[2];", "", "2:10: 'x' is known already");
    refused("x[2];", "r0 = y[0];", "3:44: 'y' is no array of P0");
}

TEST_CASE("litmus: the names into which linux-kernel.def expands the kernel's") {
    const auto same = [](std::string_view tagged, std::string_view name) {
        CAPTURE(tagged);
        const char* const second = "int r0; int r1; r0 = READ_ONCE(*y); smp_mb(); r1 = "
                                   "READ_ONCE(*x); WRITE_ONCE(*x, 3);";
        const char* const condition = "locations [x; y; 0:r0; 0:r1; 1:r0; 1:r1;] exists (x=9)";
        const char* const around = "int r0; int r1; WRITE_ONCE(*x, 1); {} r1 = READ_ONCE(*x); "
                                   "WRITE_ONCE(*y, 1);";
        const auto with = [&](std::string_view statement) {
            return run(fmt::format(fmt::runtime(around), statement), second, condition).state_texts;
        };
        const states seen = with(tagged);
        CHECK(seen.size() > 1);
        CHECK(seen == with(name));
    };
    same("r0 = __load{once}(*x);", "r0 = READ_ONCE(*x);");
    same("r0 = __load{ACQUIRE}(*x);", "r0 = smp_load_acquire(x);");
    same("__store{once}(*y, 2);", "WRITE_ONCE(*y, 2);");
    same("__store{release}(*y, 2);", "smp_store_release(y, 2);");
    same("__fence{mb};", "smp_mb();");
    same("__fence{wmb};", "smp_wmb();");
    same("__fence{rmb};", "smp_rmb();");
    same("__fence{barrier};", "barrier();");
    same("__fence{rcu-lock}; __fence{rcu-unlock}; __fence{sync_rcu};",
         "rcu_read_lock(); rcu_read_unlock(); synchronize_rcu();");
    same("__atomic_op{noreturn}(x, +, 1); __fence{after-atomic};",
         "atomic_add(1, x); smp_mb__after_atomic();");
    same("__fence{before-atomic}; __atomic_op{noreturn}(x, &, 6);",
         "smp_mb__before_atomic(); atomic_and(6, x);");
    same("r0 = __atomic_op_return{mb}(x, -, 4);", "r0 = atomic_sub_return(4, x);");
    same("r0 = __atomic_fetch_op{release}(y, |, 4);", "r0 = atomic_fetch_or_release(4, y);");
    same("r0 = __atomic_fetch_op{once}(y, ^, 4);", "r0 = atomic_fetch_xor_relaxed(4, y);");
    same("r0 = __xchg{acquire}(y, 4);", "r0 = xchg_acquire(y, 4);");
    same("r0 = __cmpxchg{mb}(y, 0, 4);", "r0 = cmpxchg(y, 0, 4);");
    same("r0 = __atomic_add_unless{mb}(y, 4, 1);", "r0 = atomic_add_unless(y, 4, 1);");
    same("__lock(l); __fence{after-spinlock}; __unlock(l);",
         "spin_lock(l); smp_mb__after_spinlock(); spin_unlock(l);");
    same("r0 = __trylock(l); if (r0) __unlock(l); r0 = __islocked(l);",
         "r0 = spin_trylock(l); if (r0) spin_unlock(l); r0 = spin_is_locked(l);");
    same("r0 = __load{srcu-lock}(*s); __store{srcu-unlock}(*s, r0); __srcu{sync-srcu}(s);",
         "r0 = srcu_read_lock(s); srcu_read_unlock(s, r0); synchronize_srcu(s);");
    CHECK(remark("__load{weird}(*x);") == "3:60: '__load{weird}' is not supported");
    CHECK(remark("__atomic_op_return{mb}(x, &, 1);") == "3:60: there is no atomic_and_return()");
    CHECK(remark("__load{once(*x);").starts_with("3:60: '__load{once"));
}

TEST_CASE("litmus: semicolons, implications, and what an editor puts before the first line") {
    const char* const bom = "\xEF\xBB\xBF";
    const litmus::test_result r =
        litmus::run_test(fmt::format("{}C bom\n{{ x=0; }};\nP0(int *x) {{ WRITE_ONCE(*x, 1); }};\n"
                                     "exists (x=1);\n",
                                     bom),
                         {});
    CHECK(r.name == "bom");
    CHECK(r.result == "Always");
    const auto implied = [](std::string_view condition) {
        return outcome("int r0; r0 = READ_ONCE(*y);", "WRITE_ONCE(*y, 1);", condition);
    };
    CHECK(implied("forall (0:r0=1 => y=1)") == "Always");
    CHECK(implied("forall (y=1 => 0:r0=1)") == "Sometimes");
    CHECK(implied("forall (y=1 => 0:r0=1 => x=0)") == "Always");
    CHECK(implied("forall ((x=0 => x=1) => y=0)") == "Always");
    CHECK(implied("forall (0:r0=0 \\/ x=1 => 0:r0=1)") == "Sometimes");
    CHECK(implied("filter (0:r0=1 => x=1) forall (0:r0=0)") == "Always");
}

TEST_CASE("litmus: what is not supported is named, with its line and column") {
    CHECK(remark("goto out;") == "3:60: 'goto' is not supported");
    CHECK(remark("switch (1) { }") == "3:60: 'switch' is not supported");
    CHECK(remark("while (1) { break; }") == "3:72: 'break' is not supported");
    CHECK(remark("int r0 = *x ? 1 : 2;") == "3:72: '?' is not supported here");
    CHECK(remark("x++;") == "3:60: 'x' is no register of P0");
    CHECK(remark("int r[2];") ==
          "3:65: an array of registers is not supported: expected ';', not '['");
    CHECK(remark("return 1;") == "3:67: expected ';', not '1'");
}

TEST_CASE("litmus: numbers wrap around") {
    const auto value = [](std::string_view expression) {
        return run(fmt::format("WRITE_ONCE(*x, {});", expression), "", "exists (x=0)").state_texts;
    };
    const char* const least = "(-9223372036854775807 - 1)";
    CHECK(value(fmt::format("{} / -1", least)) == states{"  x=-9223372036854775808;"});
    CHECK(value(fmt::format("{} % -1", least)) == states{"* x=0;"});
    CHECK(value(fmt::format("{} - 1", least)) == states{"  x=9223372036854775807;"});
    CHECK(value("-7 / 2 + 7 % -4 * 2 - 5 / 0") == states{"  x=3;"});
}

TEST_CASE("litmus: a test outlives its text") {
    std::string text =
        test_of("int r; r = 5; r++; r += 3; r -= 2; --r; r = -r * 2 - 1; if (!r) r = 7; "
                "WRITE_ONCE(*x, r);",
                "", "exists (x=0)");
    const litmus::litmus_test test = litmus::parse(text);
    text.assign(text.size(), '%');
    CHECK(litmus::ask_kernel_model(test, litmus::deadline()).states ==
          std::set<litmus::final_state>{{-13}});
}
