// SPDX-License-Identifier: BSD-3-Clause
// An error in a model is a violation of a native run, too, or an exception that says what is wrong;
// and the run ends.
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <stdexcept>
#include <string>

using namespace wbsync;

namespace {

/// A model made of functions: of one thread, of the end, and of the destructor.
struct parts {
    using part = void (*)(parts&);
    part thread;
    part at_end = nullptr;
    part in_destructor = nullptr;

    explicit parts(part body, part end = nullptr, part last = nullptr)
        : thread(body), at_end(end), in_destructor(last) {}
    parts(const parts&) = delete;
    parts& operator=(const parts&) = delete;
    ~parts() {
        if (in_destructor != nullptr)
            in_destructor(*this);
    }

    atomic_t x{"x"};
    workqueue_struct wq{"wq"};
    delayed_work later{wq, "later", [](work_struct&) {}};
    work_struct work{wq, "work", [this](work_struct&) { atomic_inc(x); }};
    srcu_struct domain{"domain"};
    rw_semaphore sem{"sem"};
    completion done{"done"};
    plain<int>* block = nullptr;

    void threads(scenario& s) {
        if (thread != nullptr)
            s.thread("P", [this] { thread(*this); });
    }
    void finally() {
        if (at_end != nullptr)
            at_end(*this);
    }
};

constexpr parts::part nothing = [](parts&) {};

native::result run(parts::part body, parts::part end = nullptr, parts::part last = nullptr,
                   native::options with = {}) {
    return native::run<parts>(with, body, end, last);
}

/// Says what was found.
std::string found(const native::result& r) {
    return r.found ? r.found->property + ": " + r.found->message : "nothing";
}

void expect(const std::string& seen, const std::string& property, const std::string& words) {
    CAPTURE(seen);
    CHECK(seen.starts_with(property + ": "));
    CHECK(seen.find(words) != std::string::npos);
}

plain<int>* a_block() {
    return kmalloc<plain<int>>("block", label{"value"});
}

} // namespace

TEST_CASE("native: a model without threads is misuse") {
    expect(found(run(nullptr)), "misuse", "declares no threads");
    CHECK(found(run(nothing)) == "nothing");
}

TEST_CASE("native: a thread that ends inside of an SRCU section is misuse") {
    expect(found(run([](parts& m) { static_cast<void>(srcu_read_lock(m.domain)); })), "misuse",
           "P ends inside of an SRCU read-side section");
    expect(found(run([](parts& m) { srcu_read_unlock(m.domain, 0); })), "misuse",
           "which is in no section");
    CHECK(found(run([](parts& m) { srcu_read_unlock(m.domain, srcu_read_lock(m.domain)); })) ==
          "nothing");
}

TEST_CASE("native: a domain of SRCU that is cleaned up twice is used after its end") {
    expect(found(run([](parts& m) {
               cleanup_srcu_struct(m.domain);
               cleanup_srcu_struct(m.domain);
           })),
           "use-after-free", "cleanup_srcu_struct(domain) after cleanup_srcu_struct()");
}

TEST_CASE("native: a timer of a workqueue that is destroyed is a use after its end") {
    expect(found(run([](parts& m) {
               queue_delayed_work(m.wq, m.later, 5);
               destroy_workqueue(m.wq);
           })),
           "use-after-free", "delayed_work_timer_fn(wq) after destroy_workqueue()");
}

TEST_CASE("native: a semaphore is downgraded by who has it") {
    expect(found(run([](parts& m) { downgrade_write(m.sem); })), "misuse",
           "downgrade_write(sem) by P, which does not hold it");
    CHECK(found(run([](parts& m) {
              down_write(m.sem);
              downgrade_write(m.sem);
              up_read(m.sem);
          })) == "nothing");
}

TEST_CASE("native: who waits where no thread runs any more is told so") {
    expect(found(run(nothing, [](parts& m) { wait_for_completion(m.done); })), "misuse",
           "wait_for_completion would wait for ever: no thread runs any more");
    expect(found(run(nothing, [](parts& m) { await(m.x, [](auto v) { return v == 1; }); })),
           "misuse", "await would wait for ever");
    CHECK(found(run([](parts& m) { complete(m.done); },
                    [](parts& m) { wait_for_completion(m.done); })) == "nothing");
}

TEST_CASE("native: a work that finally() queues still runs") {
    CHECK(found(run(
              nothing, [](parts& m) { queue_work(m.wq, m.work); },
              [](parts& m) { ensure(m.x.value.newest() == 1, "ran", "it did not"); })) ==
          "nothing");
}

TEST_CASE("native: a model whose destructor frees what it has can violate something before") {
    const parts::part allocates_and_fails = [](parts& m) {
        m.block = a_block();
        BUG_ON(true);
    };
    const parts::part frees = [](parts& m) { kfree(m.block); };
    for (const bool keep : {false, true}) {
        native::options with;
        with.keep_freed = keep;
        expect(found(run(allocates_and_fails, nullptr, frees, with)), "BUG_ON", "true");
    }
}

TEST_CASE("native: kfree() of what is no block, or no more, is misuse and not a crash") {
    const parts::part frees_a_number = [](parts&) {
        kfree(reinterpret_cast<int*>(std::uintptr_t{0x1000})); // NOLINT: it is no pointer
    };
    expect(found(run(frees_a_number)), "misuse",
           "kfree() of something that kmalloc() did not return");
    const parts::part frees_twice = [](parts&) {
        plain<int>* const b = a_block();
        kfree(b);
        kfree(b);
    };
    native::options with;
    with.keep_freed = true;
    expect(found(run(frees_twice, nullptr, nullptr, with)), "use-after-free", "second time");
    with.keep_freed = false;
    expect(found(run(frees_twice, nullptr, nullptr, with)), "misuse", "or that was freed before");
}

TEST_CASE("native: outside of a run what needs one says so") {
    CHECK_THROWS_AS(static_cast<void>(a_block()), std::logic_error);
    workqueue_struct wq{"wq"};
    work_struct work{wq, "work", [](work_struct&) {}};
    CHECK_THROWS_AS(queue_work(wq, work), std::logic_error);
    CHECK_THROWS_AS(flush_work(work), std::logic_error);
}

TEST_CASE("native: a loop that only reads ends with its run, and so does a long delay") {
    native::options with;
    with.time_limit = 0.2;
    expect(found(run(
               [](parts& m) {
                   while (READ_ONCE(m.x) == 0) {
                   }
               },
               nullptr, nullptr, with)),
           "deadlock", "P runs");
    with.delay_probability = 1;
    with.longest_delay = ~0U;
    expect(found(run([](parts& m) { atomic_inc(m.x); }, nullptr, nullptr, with)), "deadlock",
           "has not ended after 0.2 s");
}
