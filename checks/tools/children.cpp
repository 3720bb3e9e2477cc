// SPDX-License-Identifier: BSD-3-Clause
// Processes of the program: results are reported in order, whatever ended first.
#include <wbsync/program/children.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace wbsync;

namespace {

/// What was done, in order.
struct seen {
    std::vector<std::size_t> order;
    std::vector<std::string> texts;
    std::vector<program::child_end> ends;
};

seen run(program::child_work work, std::size_t n, std::size_t at_once) {
    seen s;
    if (work.order.empty())
        for (std::size_t i = 0; i != n; ++i)
            work.order.push_back(i);
    work.at_once = at_once;
    work.done = [&](std::size_t i, const program::child_end& end) {
        s.order.push_back(i);
        s.texts.push_back(end.sent);
        s.ends.push_back(end);
    };
    CHECK(program::run_in_children(work).empty());
    return s;
}

/// Variables that processes share.
template <class T>
class shared {
public:
    shared()
        : at_(static_cast<T*>(::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                                     MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
        REQUIRE(at_ != MAP_FAILED);
    }
    ~shared() { ::munmap(at_, sizeof(T)); }
    shared(const shared&) = delete;
    shared& operator=(const shared&) = delete;

    T* operator->() const { return at_; }

private:
    T* at_;
};

} // namespace

TEST_CASE("children: a work that does not end by itself is ended, and the others are not") {
    program::child_work work;
    work.order = {2, 0, 1};
    work.seconds = 0.5;
    work.run = [](std::size_t i, const program::child_side&) -> std::string {
        for (volatile bool for_ever = i == 1; for_ever;) {
        }
        return fmt::format("work {}", i);
    };
    const seen s = run(std::move(work), 3, 2);
    CHECK(s.texts == std::vector<std::string>{"work 0", "", "work 2"});
    CHECK(s.ends[0].late == 0);
    CHECK(s.ends[1].late > 0.5);
    CHECK(s.ends[2].late == 0);
}

TEST_CASE("children: as many run at once as may, and are told in their order") {
    struct meeting {
        volatile bool first_goes_on, too_many;
        volatile int running;
    };
    const shared<meeting> m;
    program::child_work work;
    work.run = [&](std::size_t i, const program::child_side& here) -> std::string {
        __atomic_fetch_add(&m->running, 1, __ATOMIC_SEQ_CST);
        if (m->running > 2)
            m->too_many = true;
        if (i == 0) // waits for one that could not be there if it were alone
            while (!m->first_goes_on)
                ::sched_yield();
        if (i == 3)
            m->first_goes_on = true;
        __atomic_fetch_sub(&m->running, 1, __ATOMIC_SEQ_CST);
        return fmt::format("{}", here.slot);
    };
    const seen s = run(std::move(work), 5, 2);
    CHECK(s.order == std::vector<std::size_t>{0, 1, 2, 3, 4});
    CHECK_FALSE(m->too_many);
    // The others had a number of their own while the first one ran.
    for (std::size_t i = 0; i != 4; ++i)
        CHECK(s.texts[i] == (i == 0 ? "0" : "1"));
}

TEST_CASE("children: notes are no part of what a work returns, however they are cut") {
    const std::string result(200'000, 'r'); // more than a pipe holds
    const std::string long_note(100'000, 'n');
    std::vector<std::string> notes;
    program::child_work work;
    work.noted = [&](std::string_view note, std::size_t others) {
        CHECK(others == 0);
        notes.emplace_back(note);
    };
    work.run = [&](std::size_t, const program::child_side& here) {
        here.note("");
        here.note("a");
        here.note(long_note);
        return result;
    };
    const seen s = run(std::move(work), 1, 1);
    CHECK(s.texts == std::vector<std::string>{result});
    REQUIRE_FALSE(notes.empty()); // the latest that has come; some are passed over
    CHECK(notes.back() == long_note);
}

TEST_CASE("children: a process without a result says how it ended, and has not ended the others") {
    program::child_work work;
    work.run = [](std::size_t i, const program::child_side&) -> std::string {
        if (i == 0)
            ::_exit(7);
        if (i == 1)
            ::raise(SIGKILL);
        return "whole";
    };
    const seen s = run(std::move(work), 3, 3);
    CHECK(s.texts == std::vector<std::string>{"", "", "whole"});
    CHECK(WEXITSTATUS(s.ends[0].status) == 7);
    CHECK(WTERMSIG(s.ends[1].status) == SIGKILL);
    CHECK(WIFEXITED(s.ends[2].status));
}
