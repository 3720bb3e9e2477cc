// SPDX-License-Identifier: BSD-3-Clause
// A model whose code never returns to the engine does not run for ever, and neither does one that
// uses up the memory.

#include "checks/support/healthy.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/report/limit.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

using namespace wbsync;

namespace {

void computes() {
    volatile bool on = true;
    while (on) {
    }
}
void computes_in_the_library() {
    volatile bool on = true;
    std::string text;
    while (on)
        text = std::to_string(text.size() + 1);
}
void blocks() {
    volatile bool on = true;
    while (on)
        ::pause();
}

enum class part { constructor, threads, thread, finally, destructor };

template <void (*Hang)()>
struct hangs {
    part where;
    atomic_t x{"x"};
    explicit hangs(part in) : where(in) {
        if (where == part::constructor)
            Hang();
    }
    hangs(const hangs&) = delete;
    hangs& operator=(const hangs&) = delete;
    ~hangs() {
        if (where == part::destructor)
            Hang();
    }
    void threads(scenario& s) {
        if (where == part::threads)
            Hang();
        s.thread("P0", [this] { WRITE_ONCE(x, 1); });
        s.thread("P1", [this] {
            await(x, [](auto v) { return v == 1; });
            if (where == part::thread)
                Hang();
        });
    }
    void finally() {
        if (where == part::finally)
            Hang();
    }
};

options impatient() {
    options with;
    with.max_step_seconds = 0.2;
    return with;
}

/// It is found at the place, and afterwards everything works.
template <void (*Hang)()>
failure check_lockup(part where, std::string_view place) {
    const result r = check<hangs<Hang>>(impatient(), where);
    INFO(r);
    CHECK(r.outcome == verdict::finding);
    CHECK(r.what.property == "lockup");
    CHECK_MESSAGE(r.what.message.find(place) != std::string::npos, r.what.message);
    CHECK(verified(check<healthy>()));
    return {r.what, r.counterexample};
}

} // namespace

TEST_CASE("watchdog: a thread that never comes to its next step is a finding with the place") {
    const failure r =
        check_lockup<&computes>(part::thread, "P1 does not come to its next operation");
    CHECK(r.counterexample.threads.at(static_cast<std::size_t>(r.what.thread)) == "P1");
    CHECK(std::string_view{r.what.where.file}.ends_with("watchdog.cpp"));
    REQUIRE(r.counterexample.steps.size() == 3);
    CHECK(r.counterexample.steps[1].verb == "await");
    CHECK(r.counterexample.steps[2].property == "lockup");
    check_lockup<&computes_in_the_library>(part::thread, "P1 does not come to its next operation");
}

TEST_CASE("watchdog: a loop without an end outside of the threads is found, and the part named") {
    check_lockup<&computes>(part::constructor, "the constructor of the model");
    check_lockup<&computes>(part::threads, "threads()");
    check_lockup<&computes>(part::finally, "finally()");
    check_lockup<&computes>(part::destructor, "the destructor of the model");
}

TEST_CASE("watchdog: a thread that blocks outside of wbsync is found as well") {
    check_lockup<&blocks>(part::thread, "it blocks outside of wbsync");
}

TEST_CASE("watchdog: a divided search finds it, too") {
    options with = impatient();
    with.jobs = 2;
    with.divide = {1, 1, 4, 2, true};
    CHECK(found(check<hangs<&computes>>(with, part::thread), "lockup"));
    CHECK(verified(check<healthy>()));
}

TEST_CASE("watchdog: max_seconds holds inside of a step, and the place is named") {
    options with;
    with.max_seconds = 0.3;
    for (const part where : {part::constructor, part::threads, part::thread, part::finally}) {
        const result r = check<hangs<&computes>>(with, where);
        INFO(r);
        CHECK(r.incomplete());
        CHECK(report::text_of(r.limit).starts_with(
            "max_seconds of 0.3 reached in the middle of an execution: in "));
        CHECK((where != part::thread ||
               report::text_of(r.limit).find("P1, after the operation at watchdog.cpp") !=
                   std::string::npos));
    }
    CHECK(check<hangs<&blocks>>(with, part::thread).incomplete());
    CHECK(verified(check<healthy>()));
}

TEST_CASE("watchdog: an interrupt ends a step without an end") {
    static volatile std::sig_atomic_t stop_now = 0;
    stop_now = 1;
    options with;
    with.interrupt = &stop_now;
    const result r = check<hangs<&computes>>(with, part::thread);
    CHECK(r.incomplete());
    CHECK(report::text_of(r.limit).starts_with("interrupted in the middle of an execution: in P1"));
    CHECK(verified(check<healthy>()));
}

TEST_CASE("watchdog: operations without an end where no thread runs hit the depth limit") {
    struct waits_in_finally {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { READ_ONCE(x); });
        }
        void finally() {
            while (READ_ONCE(x) == 0) {
            }
        }
    };
    const result r = check<waits_in_finally>();
    CHECK(r.incomplete());
    CHECK(report::text_of(r.limit).starts_with("depth limit reached at watchdog.cpp"));
}

TEST_CASE("watchdog: a step that takes long and comes to its end is fine") {
    struct takes_long {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                WRITE_ONCE(x, 1);
                volatile int n = 0;
                while (n != 100'000'000)
                    n = n + 1;
            });
            s.thread("P1", [this] { BUG_ON(READ_ONCE(x) == 2); });
        }
    };
    CHECK(verified(check<takes_long>()));
}

// --- memory -------------------------------------------------------------------------------------

namespace {

/// While it lives, the process gets at most that much additional memory.
class little_memory {
public:
    explicit little_memory(std::uint64_t bytes) {
        ::getrlimit(RLIMIT_AS, &before_);
        std::uint64_t pages = 0;
        if (std::FILE* f = std::fopen("/proc/self/statm", "r")) {
            unsigned long long n = 0;
            pages = std::fscanf(f, "%llu", &n) == 1 ? n : 0; // NOLINT: the kernel's format
            std::fclose(f);
        }
        rlimit limit = before_;
        limit.rlim_cur = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + bytes;
        ::setrlimit(RLIMIT_AS, &limit);
    }
    ~little_memory() { ::setrlimit(RLIMIT_AS, &before_); }
    little_memory(const little_memory&) = delete;
    little_memory& operator=(const little_memory&) = delete;

private:
    rlimit before_{};
};

struct wants_all_memory {
    atomic_t x{"x"};
    std::vector<std::unique_ptr<std::vector<char>>> all;
    bool in_constructor;

    explicit wants_all_memory(bool at_once) : in_constructor(at_once) {
        if (in_constructor)
            use_up();
    }
    void use_up() {
        for (;;)
            all.push_back(std::make_unique<std::vector<char>>(std::size_t{1} << 20U));
    }
    void threads(scenario& s) {
        s.thread("P0", [this] { WRITE_ONCE(x, 1); });
        s.thread("P1", [this] {
            await(x, [](auto v) { return v == 1; });
            use_up();
        });
    }
};

} // namespace

TEST_CASE("memory: a model that gets no more memory is incomplete for that reason") {
    for (const bool in_constructor : {true, false}) {
        result r;
        {
            const little_memory limit(std::uint64_t{64} << 20U);
            r = check<wants_all_memory>(options{}, in_constructor);
        }
        INFO(r);
        CHECK(r.incomplete());
        CHECK(report::text_of(r.limit).starts_with("out of memory"));
        CHECK(report::text_of(r.limit).find(in_constructor ? "the constructor of the model"
                                                           : "P1") != std::string::npos);
    }
    CHECK(verified(check<healthy>()));
}

TEST_CASE("memory: max_memory holds inside of an execution") {
    options with;
    with.max_memory = 400;
    const little_memory limit(std::uint64_t{2} << 30U); // if it does not
    const result r = check<wants_all_memory>(with, false);
    INFO(r);
    CHECK(r.incomplete());
    CHECK(report::text_of(r.limit).starts_with(
        "max_memory of 400 MiB reached in the middle of an execution: in P1"));
}

TEST_CASE("memory: operator new does not return nullptr in the program of a check") {
    const little_memory limit(std::uint64_t{64} << 20U);
    // Called by name: a compiler may remove a `new` whose memory nobody uses.
    const auto allocating = [] { ::operator delete(::operator new (std::size_t{1} << 30U)); };
    CHECK_THROWS_AS(allocating(), std::bad_alloc);
}

TEST_CASE("memory: a segmentation fault is a stack overflow only at the end of a stack") {
    struct writes_elsewhere {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                READ_ONCE(x);
                auto* volatile nowhere =
                    reinterpret_cast<volatile char*>(std::uintptr_t{64}); // NOLINT
                *nowhere = 1;
            });
        }
    };
    struct large_frame {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                READ_ONCE(x);
                char frame[272UL * 1024]; // NOLINT: more than there is
                char* volatile begin = frame;
                *begin = 1;
                BUG_ON(*begin == 2);
            });
        }
    };
    const result r = check<writes_elsewhere>();
    CHECK(found(r, "segmentation fault"));
    CHECK(r.what.message.find("stack") == std::string::npos);
    CHECK(found(check<large_frame>(), "the stack of 256 KiB was used up"));
}
