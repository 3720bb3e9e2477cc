// SPDX-License-Identifier: BSD-3-Clause
// The environment variables WBSYNC_*, and the options that win over them.
#include "checks/search/divided_models.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/report/limit.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

using namespace wbsync;
using divided_models::many_executions;

namespace {

/// While it lives, the variable is set.
class environment {
public:
    environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    ~environment() { ::unsetenv(name_); }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

private:
    const char* name_;
};

bool is_incomplete(const result& r, const std::string& limit) {
    INFO(r);
    const std::string said = report::text_of(r.limit);
    CHECK_MESSAGE(said.find(limit) != std::string::npos, said);
    return r.incomplete();
}

} // namespace

TEST_CASE("the environment sets every limit that nobody chose") {
    const auto plain = [] { return check<many_executions>(options{}, 3, 3); };
    {
        const environment set("WBSYNC_MAX_EXECUTIONS", "10");
        CHECK(is_incomplete(plain(), "max_executions of 10 reached"));
        options with; // something else was chosen
        with.max_depth = 9'000;
        CHECK(is_incomplete(check<many_executions>(with, 3, 3), "max_executions of 10 reached"));
    }
    {
        const environment set("WBSYNC_MAX_DEPTH", "5");
        CHECK(is_incomplete(plain(), "depth"));
    }
    {
        const environment set("WBSYNC_MAX_SECONDS", "0.25");
        CHECK(
            is_incomplete(check<many_executions>(options{}, 6, 6), "max_seconds of 0.25 reached"));
    }
    {
        const environment set("WBSYNC_MAX_MEMORY", "1");
        CHECK(is_incomplete(check<many_executions>(options{}, 6, 6), "max_memory of 1 MiB"));
    }
    {
        const environment set("WBSYNC_JOBS", "3");
        CHECK(options{}.with_environment().jobs == 3);
    }
    {
        const environment set("WBSYNC_MEMORY", "sc");
        CHECK(plain().memory == memory_kind::sc);
    }
    CHECK(plain().memory == memory_kind::lkmm);
}

TEST_CASE("a limit that the author of a test chose wins over the environment") {
    const environment seconds("WBSYNC_MAX_SECONDS", "0.000001"),
        executions("WBSYNC_MAX_EXECUTIONS", "10"), depth("WBSYNC_MAX_DEPTH", "5"),
        memory("WBSYNC_MEMORY", "sc"), mebibytes("WBSYNC_MAX_MEMORY", "1"),
        jobs("WBSYNC_JOBS", "3");
    const options chosen{.memory = memory_kind::weak,
                         .max_executions = 20,
                         .max_seconds = 0,
                         .max_depth = 10'000,
                         .max_memory = 0,
                         .jobs = 1};
    const result r = check<many_executions>(chosen, 3, 3);
    CHECK(r.memory == memory_kind::weak);
    CHECK(is_incomplete(r, "max_executions of 20 reached"));
    CHECK(chosen.with_environment().jobs == 1);

    options all = chosen;
    all.max_executions = 0; // no limit, and that is chosen, too
    CHECK(verified(check<many_executions>(all, 3, 3)));
    CHECK(check<many_executions>(
              {.memory = memory_kind::weak, .max_seconds = 0, .max_depth = 10'000, .max_memory = 0},
              2, 1)
              .memory == memory_kind::weak);
    // A copied bound that nobody chose is still not chosen.
    options copy;
    copy.max_executions = options{}.max_executions;
    CHECK(copy.with_environment().max_executions == 10);
}

TEST_CASE("a schedule that the author of a test chose wins over the one in the environment") {
    struct fails {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { BUG_ON(atomic_xchg(x, 1) == 1); });
        }
    };
    const result first = check<fails>();
    REQUIRE(found(first, "BUG_ON"));
    {
        const environment set("WBSYNC_REPLAY", first.schedule.c_str());
        const result again = check<fails>();
        CHECK(again.executions == 1);
        CHECK(again.schedule == first.schedule);
        options with;
        with.replay = "w:c9";
        CHECK(check<fails>(with).incomplete());
    }
    const environment set("WBSYNC_REPLAY", "w:c9");
    CHECK(check<fails>().incomplete());
    options with;
    with.replay = first.schedule;
    CHECK(found(check<fails>(with), "BUG_ON"));
}

TEST_CASE("a limit that makes no sense is refused by an exception that says what is valid") {
    const auto checking = [](const options& with) {
        return check<many_executions>(with, 2, 1).verified();
    };
    for (const int depth : {0, -1, 10'001}) {
        options with;
        with.max_depth = depth;
        CHECK_THROWS_WITH_AS(checking(with), "wbsync: max_depth must be between 1 and 10000",
                             std::invalid_argument);
    }
    for (const double seconds : {-1.0, -1e-9, 1e10, std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()}) {
        options with;
        with.max_seconds = seconds;
        CHECK_THROWS_WITH_AS(checking(with),
                             "wbsync: max_seconds must be a number between 0, for no limit, and "
                             "1000000000",
                             std::invalid_argument);
    }
    for (const char* name : {"WBSYNC_MAX_EXECUTIONS", "WBSYNC_MAX_DEPTH", "WBSYNC_MAX_MEMORY",
                             "WBSYNC_JOBS", "WBSYNC_MAX_SECONDS"})
        for (const char* value :
             {"", "x", "10x", "-1", "-0", "+1", " 1", "1 ", "0x1", "99999999999999999999"}) {
            CAPTURE(name);
            CAPTURE(value);
            const environment set(name, value);
            CHECK_THROWS_WITH_AS(checking(options{}), doctest::Contains(name),
                                 std::invalid_argument);
        }
    for (const char* name : {"WBSYNC_MAX_EXECUTIONS", "WBSYNC_MAX_DEPTH", "WBSYNC_JOBS"}) {
        const environment set(name, "1.5");
        CHECK_THROWS_WITH_AS(checking(options{}), doctest::Contains("is not a whole number"),
                             std::invalid_argument);
    }
    for (const char* value : {"nan", "inf", "1e99"}) {
        CAPTURE(value);
        const environment set("WBSYNC_MAX_SECONDS", value);
        CHECK_THROWS_AS(checking(options{}), std::invalid_argument);
    }
    for (const char* value : {"", "SC", "tso"}) {
        CAPTURE(value);
        const environment set("WBSYNC_MEMORY", value);
        CHECK_THROWS_WITH_AS(checking(options{}), doctest::Contains("WBSYNC_MEMORY"),
                             std::invalid_argument);
    }
    const environment no_schedule("WBSYNC_REPLAY", "");
    CHECK_THROWS_WITH_AS(checking(options{}), doctest::Contains("WBSYNC_REPLAY is empty"),
                         std::invalid_argument);
}
