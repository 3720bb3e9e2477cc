// SPDX-License-Identifier: BSD-3-Clause
// However a model tries to end the process, the result is a finding with the steps up to it, and
// the next check runs as if nothing had happened. Also: one check at a time.

#include "checks/support/healthy.hpp"
#include "checks/support/second_thread.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace wbsync;

namespace {

void check_that_all_is_well() {
    CHECK(verified(check<healthy>()));
    CHECK(std::uncaught_exceptions() == 0);
    CHECK(std::current_exception() == nullptr);
}

/// Every kind of search finds it, and can run the next check.
template <class Model, class... Args>
failure check_ends(std::string_view property, std::initializer_list<std::string_view> texts,
                   const Args&... args) {
    options divided;
    divided.jobs = 2;
    divided.divide = {1, 1, 4, 2, true};
    options all;
    all.all_findings = true;
    for (const options& with : {divided, all, options{}}) {
        const result r = check<Model>(with, args...);
        INFO(r);
        CHECK(r.outcome == verdict::finding);
        CHECK(r.what.property == property);
        for (const std::string_view text : texts)
            CHECK_MESSAGE(r.what.message.find(text) != std::string::npos, text);
        check_that_all_is_well();
    }
    const result r = check<Model>(options{}, args...);
    return {r.what, r.counterexample};
}

void ends_0() {
    std::exit(0);
}
void ends_3() {
    ::_exit(3);
}
void ends_4() {
    std::_Exit(4);
}
void ends_5() {
    std::quick_exit(5);
}
void forks() {
    if (::fork() == 0) // never
        ::_exit(0);
}
void forks_in_place() {
    if (::vfork() == 0) // NOLINT: never
        ::_exit(0);
}
void begins_a_thread() {
    std::thread([] { static_cast<void>(check<healthy>().verified()); }).join();
}
void ends_its_thread() {
    ::pthread_exit(nullptr);
}
void throws() {
    throw std::runtime_error("out of cheese");
}
void must_not_throw() noexcept {
    throws();
}
void terminates() {
    std::terminate();
}
void calls_terminate_while_it_throws() {
    struct second {
        ~second() { must_not_throw(); }
    };
    const second s;
    throws();
}

template <void (*End)()>
void check_thread(std::string_view text) {
    const failure r = check_ends<in_second_thread<End>>("crash", {text, "after the operation"});
    check_is_in_second_thread(r.what, r.counterexample);
}

enum class part { constructor, threads, finally, destructor, body, allocation, nowhere };

/// Ends in the part that is selected.
template <void (*End)()>
struct ends_in {
    struct allocated {
        allocated() = default;
        allocated(const allocated&) = delete;
        allocated& operator=(const allocated&) = delete;
        ~allocated() { End(); }
    };
    struct on_destruction {
        bool ends;
        explicit on_destruction(bool in) : ends(in) {}
        on_destruction(on_destruction&& other) noexcept : ends(std::exchange(other.ends, false)) {}
        on_destruction(const on_destruction&) = delete;
        on_destruction& operator=(const on_destruction&) = delete;
        on_destruction& operator=(on_destruction&&) = delete;
        ~on_destruction() {
            if (ends)
                End();
        }
    };

    atomic_t x{"x"};
    part where;

    explicit ends_in(part in) : where(in) {
        if (where == part::constructor)
            End();
    }
    ends_in(const ends_in&) = delete;
    ends_in& operator=(const ends_in&) = delete;
    ~ends_in() {
        if (where == part::destructor)
            End();
    }
    void threads(scenario& s) {
        if (where == part::threads)
            End();
        s.thread("P0", [this, last = on_destruction(where == part::body)] { WRITE_ONCE(x, 1); });
        s.thread("P1", [this] {
            if (READ_ONCE(x) == 1 && where == part::allocation)
                kfree(kmalloc<allocated>("block"));
        });
    }
    void finally() {
        BUG_ON(READ_ONCE(x) != 1);
        if (where == part::finally)
            End();
    }
};

template <void (*End)()>
void check_parts(std::string_view text) {
    check_ends<ends_in<End>>("crash", {text, "in the constructor of the model"}, part::constructor);
    check_ends<ends_in<End>>("crash", {text, "in threads()"}, part::threads);
    check_ends<ends_in<End>>("crash", {text, "in finally()"}, part::finally);
    check_ends<ends_in<End>>("crash", {text, "in the destructor of the model"}, part::destructor);
    check_ends<ends_in<End>>("crash", {text, "in a destructor"}, part::body);
    check_ends<ends_in<End>>("crash", {text, "in a destructor"}, part::allocation);
    CHECK(verified(check<ends_in<End>>(options{}, part::nowhere)));
}

} // namespace

TEST_CASE("ends: exit() in a thread is a finding, and the tests go on") {
    check_thread<&ends_0>("exit(0) was called");
}

TEST_CASE("ends: _exit(), _Exit() and quick_exit() in a thread are findings") {
    check_thread<&ends_3>("_exit(3) was called");
    check_thread<&ends_4>("_Exit(4) was called");
    check_thread<&ends_5>("quick_exit(5) was called");
}

TEST_CASE("ends: fork() in a model is a finding, so that nothing runs twice") {
    check_thread<&forks>("fork() was called");
    check_parts<&forks>("fork() was called");
    check_thread<&forks_in_place>("fork() was called");
}

TEST_CASE("ends: a thread that a model begins by itself is a finding") {
    check_thread<&begins_a_thread>("scenario::thread()");
    check_parts<&begins_a_thread>("pthread_create() was called");
}

TEST_CASE("ends: pthread_exit() in a thread is a finding that names it") {
    check_thread<&ends_its_thread>("pthread_exit() was called");
}

TEST_CASE("ends: outside of a model a thread may end itself") {
    bool before = false, after = false;
    std::thread([&] {
        static_cast<void>(check<in_second_thread<&ends_its_thread>>().verified());
        before = true;
        ::pthread_exit(nullptr);
        after = true;
    }).join();
    CHECK(before);
    CHECK_FALSE(after);
}

TEST_CASE("ends: std::terminate() in a thread is a finding, with the exception that led there") {
    check_thread<&terminates>("std::terminate() was called");
    check_thread<&must_not_throw>("out of cheese");
    check_thread<&calls_terminate_while_it_throws>("std::terminate() was called");
}

TEST_CASE("ends: exit() outside of the threads is a finding that names the part of the model") {
    check_parts<&ends_0>("exit(0) was called");
    check_parts<&ends_3>("_exit(3) was called");
}

TEST_CASE("ends: an exception or abort() in a destructor is a finding that names it") {
    check_parts<&must_not_throw>("out of cheese");
    check_parts<&std::abort>("abort() was called");
}

TEST_CASE("ends: a destructor of the model that may throw and does is an exception") {
    struct throws_at_the_end {
        atomic_t x{"x"};
        throws_at_the_end() = default;
        throws_at_the_end(const throws_at_the_end&) = delete;
        throws_at_the_end& operator=(const throws_at_the_end&) = delete;
        ~throws_at_the_end() noexcept(false) { throws(); }
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { READ_ONCE(x); });
        }
    };
    check_ends<throws_at_the_end>("exception", {"out of cheese"});
}

TEST_CASE("ends: a destructor that fails after a finding does not hide it") {
    struct fails_twice {
        atomic_t x{"x"};
        fails_twice() = default;
        fails_twice(const fails_twice&) = delete;
        fails_twice& operator=(const fails_twice&) = delete;
        ~fails_twice() { ends_0(); }
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { BUG_ON(READ_ONCE(x) == 0); });
        }
    };
    check_ends<fails_twice>("BUG_ON", {});
}

TEST_CASE("ends: threads that handle exceptions at the same time each have their own") {
    struct catches {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 3, [this](int i) {
                try {
                    throw i;
                } catch (const int& caught) {
                    atomic_xchg(x, i); // the others get theirs meanwhile
                    BUG_ON(caught != i);
                    try {
                        throw;
                    } catch (int again) {
                        BUG_ON(again != i);
                    }
                }
            });
        }
    };
    CHECK(verified(check<catches>()));
    check_that_all_is_well();
}

TEST_CASE("ends: outside of a model exit() and the others do what they always do") {
    const std::vector<std::function<void()>> ways{[] { std::exit(7); }, [] { ::_exit(7); },
                                                  [] { std::_Exit(7); },
                                                  [] { std::quick_exit(7); }};
    for (const auto& way : ways) {
        static_cast<void>(check<in_second_thread<&ends_0>>().verified());
        std::fflush(nullptr); // no output of the tests may be written twice
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            if (std::freopen("/dev/null", "w", stdout) == nullptr)
                std::abort();
            way();
            std::abort();
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 7);
    }
}

// --- one check at a time ------------------------------------------------------------------------

namespace {

struct checks_inside {
    part where;
    atomic_t x{"x"};
    explicit checks_inside(part in) : where(in) {
        if (where == part::constructor)
            static_cast<void>(check<healthy>().verified());
    }
    void threads(scenario& s) {
        s.thread("P0", [this] { WRITE_ONCE(x, 1); });
        s.thread("P1", [this] {
            READ_ONCE(x);
            if (where == part::threads)
                static_cast<void>(check<healthy>().verified());
        });
    }
    void finally() {
        if (where == part::finally)
            static_cast<void>(check<healthy>().verified());
    }
};

} // namespace

TEST_CASE("ends: check() inside of a model is a finding of that model") {
    for (const part where : {part::constructor, part::threads, part::finally})
        check_ends<checks_inside>("misuse", {"check() was called while a check runs"}, where);
}

TEST_CASE("ends: check() in a callback of the options is refused, and the next one works") {
    options with;
    with.jobs = 1;
    int calls = 0;
    with.on_execution = [&](const std::vector<finding>&) {
        ++calls;
        static_cast<void>(check<healthy>().verified());
    };
    const auto checking = [&] { return check<healthy>(with).verified(); };
    CHECK_THROWS_AS(static_cast<void>(checking()), std::logic_error);
    CHECK(calls == 1);
    check_that_all_is_well();
    // Any other exception of a callback also reaches the caller.
    with.on_execution = [](const std::vector<finding>&) { throw std::runtime_error("enough"); };
    CHECK_THROWS_WITH_AS(static_cast<void>(checking()), "enough", std::runtime_error);
    check_that_all_is_well();
}

TEST_CASE("ends: checks of several threads of the process wait for each other") {
    std::atomic<int> good = 0;
    std::vector<std::thread> all;
    for (int i = 0; i != 4; ++i)
        all.emplace_back([&] {
            options with;
            with.jobs = 1;
            for (int j = 0; j != 10; ++j) {
                const result fine = check<healthy>(with);
                const result red = check<in_second_thread<&ends_3>>(with);
                good += fine.verified() && red.found("_exit(3)") ? 1 : 0;
            }
        });
    for (std::thread& t : all)
        t.join();
    CHECK(good == 40);
}

TEST_CASE("ends: other threads of the process allocate and free while a check runs") {
    std::atomic<bool> done = false;
    std::thread other{[&] {
        std::unique_ptr<std::string> kept;
        while (!done)
            kept = std::make_unique<std::string>(64, 'x');
    }};
    options with;
    with.jobs = 1;
    int good = 0;
    for (int i = 0; i != 1000; ++i)
        good += check<in_second_thread<&ends_3>>(with).found("_exit(3)") ? 1 : 0;
    done = true;
    other.join();
    CHECK(good == 1000);
}
