// SPDX-License-Identifier: BSD-3-Clause
// A check that was cut short says so, by which limit and where, and is never reported as verified.
// What the engine does not explore at all is tested in litmus*.cpp, test cases "limit: ...".

#include "checks/search/divided_models.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <string>

#include <fmt/format.h>

using namespace wbsync;
using divided_models::many_executions;

namespace {

bool is_incomplete(const result& r, const std::string& limit) {
    INFO(r);
    CHECK(r.incomplete());
    CHECK_FALSE(r.verified());
    CHECK_FALSE(r.found(""));
    const std::string said = report::text_of(r.limit);
    CHECK_MESSAGE(said.find(limit) != std::string::npos, said);
    CHECK(report::text(r).find("incomplete") != std::string::npos);
    return r.incomplete() && said.find(limit) != std::string::npos;
}

} // namespace

// --- depth --------------------------------------------------------------------------------------

TEST_CASE("an unbounded loop that changes something hits the depth limit, which names the place of "
          "the loop") {
    struct spins {
        atomic_t x{"x"};
        atomic_t rounds{"rounds"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                while (READ_ONCE(x) == 0)
                    atomic_inc_return(rounds);
            });
        }
    };
    const unsigned line = __LINE__ - 5; // of the loop
    CHECK(is_incomplete(check<spins>(), fmt::format("depth limit reached at limits.cpp:{}", line)));
    options shallow;
    shallow.max_depth = 100;
    const result r = check<spins>(shallow);
    CHECK(is_incomplete(r, "depth"));
    CHECK(r.events == 100);
}

TEST_CASE("an unbounded loop without a step hits the depth limit as well") {
    struct fences {
        void threads(scenario& s) {
            s.thread("P0", [] {
                for (;;)
                    smp_mb();
            });
        }
    };
    struct plain_accesses {
        plain<int> x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                while (x.read() == 0) {
                }
            });
        }
    };
    CHECK(is_incomplete(check<fences>(), "depth limit reached at limits.cpp"));
    CHECK(is_incomplete(check<plain_accesses>(), "depth limit reached at limits.cpp"));
}

namespace {

/// Spins until another thread ends the loop, and may fail then.
template <bool FailsThen>
struct spins_for_a_while {
    atomic_t x{"x"};
    atomic_t rounds{"rounds"};
    void threads(scenario& s) {
        s.thread("P0", [this] {
            while (READ_ONCE(x) == 0)
                atomic_inc_return(rounds);
            BUG_ON(FailsThen);
        });
        s.thread("P1", [this] { WRITE_ONCE(x, 1); });
    }
};

} // namespace

TEST_CASE("a loop that another thread ends hits the depth limit in some executions only") {
    options with;
    with.max_depth = 50;
    const result r = check<spins_for_a_while<false>>(with);
    CHECK(is_incomplete(r, "depth"));
    CHECK(r.executions > 1);
    // Waiting is the remedy.
    struct waits {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] { await(x, [](auto v) { return v != 0; }); });
            s.thread("P1", [this] { WRITE_ONCE(x, 1); });
        }
    };
    CHECK(verified(check<waits>(with)));
}

TEST_CASE("a finding counts although the depth limit was hit before") {
    options with;
    with.max_depth = 50;
    CHECK(found(check<spins_for_a_while<true>>(with), "BUG_ON"));
}

// --- executions, seconds ------------------------------------------------------------------------

TEST_CASE("max_executions ends a check, which is incomplete then") {
    options with;
    with.max_executions = 10;
    const result r = check<many_executions>(with, 3, 3); // has 1,680
    CHECK(is_incomplete(r, "max_executions of 10 reached"));
    CHECK(r.executions == 10);
    with.max_executions = 1681;
    CHECK(verified(check<many_executions>(with, 3, 3)));
}

TEST_CASE("max_seconds ends a check, which is incomplete then") {
    options with;
    with.max_seconds = 0.05;
    const result r = check<many_executions>(with, 6, 6); // would take for ever
    CHECK(is_incomplete(r, "max_seconds of 0.05 reached"));
    CHECK(r.executions > 0);
    CHECK(r.seconds >= 0.05);
    CHECK(r.seconds < 5);
    CHECK(verified(check<many_executions>(with, 2, 1)));
}

TEST_CASE("a limit that was hit does not hide a finding made before") {
    struct fails {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 4, [this](int) { BUG_ON(atomic_xchg(x, 1) == 1); });
        }
    };
    options with;
    with.max_executions = 1;
    with.all_findings = true;
    CHECK(found(check<fails>(with), "BUG_ON"));
}

TEST_CASE("progress is reported now and then, with what has been seen so far") {
    options with;
    std::uint64_t last = 0;
    int calls = 0;
    with.on_progress = [&](const progress& p) {
        CHECK(p.executions >= last);
        last = p.executions;
        ++calls;
    };
    const result r = check<many_executions>(with, 3, 3);
    CHECK(verified(r));
    CHECK(calls > 1);
    CHECK(last <= r.executions);
}

// --- what the engine keeps of an execution ------------------------------------------------------

namespace {

/// One thread stores n times; the other one may look back over all of these.
struct long_history {
    atomic_t x{"x"}, y{"y"};
    int n;

    explicit long_history(int stores) : n(stores) {}

    void threads(scenario& s) {
        s.thread("P0", [this] {
            for (int i = 1; i <= n; ++i)
                WRITE_ONCE(x, i);
            WRITE_ONCE(y, 1);
        });
        s.thread("P1", [this] {
            if (READ_ONCE(y) == 1)
                READ_ONCE(x);
        });
    }
    void finally() { BUG_ON(READ_ONCE(x) != n); }
};

} // namespace

TEST_CASE("a load that could look back over more than 64 stores is incomplete: store history") {
    const result r = check<long_history>(options{}, 100);
    CHECK(is_incomplete(r, "store history"));
    CHECK(verified(check<long_history>(options{}, 60)));
    options with;
    with.memory = memory_kind::sc; // looks at the newest store only
    CHECK(verified(check<long_history>(with, 100)));
}

TEST_CASE("limit: what a constructor did is visible to everybody, however the object is found") {
    struct object {
        explicit object(const label& name) : value(name, 1) {}
        plain<int> value;
    };
    struct publishes {
        pointer<object> p{"p"};
        void threads(scenario& s) {
            // In the kernel this needs rcu_assign_pointer(): initialisation is a store like others.
            s.thread("P0", [this] { WRITE_ONCE(p, kmalloc<object>("object", "object")); });
            s.thread("P1", [this] {
                if (const object* o = READ_ONCE(p))
                    BUG_ON(o->value.read() != 1);
            });
        }
        void finally() { kfree(READ_ONCE(p)); }
    };
    CHECK(verified(check<publishes>()));
}
