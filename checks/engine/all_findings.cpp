// SPDX-License-Identifier: BSD-3-Clause
// options::all_findings: the findings that on_execution gets, compared with a scheduler that
// branches on everything.

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace wbsync;

namespace {

using messages = std::set<std::string>;

struct seen {
    messages all;
    std::string first; ///< what the result has
};

template <class Model>
seen look(memory_kind memory, scheduler_kind by, bool symmetry = true) {
    seen s;
    options with;
    with.memory = memory;
    with.scheduler = by;
    with.symmetry = symmetry;
    with.all_findings = true;
    with.trace = false;
    with.on_execution = [&](const std::vector<finding>& findings) {
        for (const finding& f : findings)
            s.all.insert(fmt::format("{}: {}, {}", f.property, f.message, f.thread));
    };
    const result r = check<Model>(with);
    CHECK(r.limit.empty());
    CHECK(r.outcome == (s.all.empty() ? verdict::verified : verdict::finding));
    if (!s.all.empty())
        s.first = fmt::format("{}: {}, {}", r.what.property, r.what.message, r.what.thread);
    return s;
}

template <class Model>
messages explored(memory_kind memory = memory_kind::weak) {
    const seen s = look<Model>(memory, scheduler_kind::dpor);
    CHECK((s.all.empty() || s.all.count(s.first) == 1));
    return s.all;
}
template <class Model>
messages reference(memory_kind memory = memory_kind::weak) {
    return look<Model>(memory, scheduler_kind::reference).all;
}

bool includes(const messages& all, const messages& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

} // namespace

TEST_CASE("all_findings: of checks on what was read, all are seen that there are") {
    struct reads {
        atomic_t x{"x"}, y{"y"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                WRITE_ONCE(x, 1);
                WRITE_ONCE(x, 2);
                ensure(READ_ONCE(y) != 0, "missed", "P0 missed y");
            });
            s.thread("P1", [this] {
                WRITE_ONCE(y, 1);
                const auto r = READ_ONCE(x);
                ensure(r != 0, "missed", "P1 missed x");
                ensure(r != 1, "early", "P1 saw the first x");
                BUG_ON(r == 2);
            });
        }
    };
    for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
        CHECK(explored<reads>(memory) == reference<reads>(memory));
        CHECK(explored<reads>(memory).size() == 4);
    }
}

TEST_CASE("all_findings: of deadlocks, all are seen that there are") {
    struct locks {
        spinlock_t a{"a"}, b{"b"}, c{"c"};
        locks() { lockdep_off(); }
        void take(spinlock_t& first, spinlock_t& second) {
            spin_lock(first);
            spin_lock(second);
            spin_unlock(second);
            spin_unlock(first);
        }
        void threads(scenario& s) {
            s.thread("P0", [this] { take(a, b); });
            s.thread("P1", [this] { take(b, c); });
            s.thread("P2", [this] { take(c, a); });
            s.thread("P3", [this] { take(b, a); });
        }
    };
    CHECK(explored<locks>() == reference<locks>());
    CHECK(explored<locks>().size() > 2);
}

TEST_CASE("all_findings: a check that nothing violates has none, with any scheduler") {
    struct fine {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { BUG_ON(atomic_inc_return(x) > 2); });
        }
    };
    CHECK(explored<fine>().empty());
    CHECK(reference<fine>().empty());
}

TEST_CASE("all_findings: of two accesses that are no steps, one order is looked at") {
    struct frees {
        struct object {
            atomic_t x{"x"};
        };
        object* made = kmalloc<object>("object");
        atomic_t other{"other"};
        void threads(scenario& s) {
            s.thread("P0", [this] { READ_ONCE(made->x); });
            s.thread("P1", [this] {
                READ_ONCE(other);
                kfree(made);
            });
        }
    };
    const messages one = explored<frees>();
    const messages both = reference<frees>();
    CHECK(one.size() == 1);
    CHECK(both.size() == 2);
    CHECK(includes(both, one));

    struct races {
        plain<int> data{"data"};
        atomic_t x{"x"}, y{"y"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                READ_ONCE(x);
                data.write(1);
            });
            s.thread("P1", [this] {
                READ_ONCE(y);
                data.write(2);
            });
        }
    };
    CHECK(explored<races>().size() == 1);
    CHECK(reference<races>().size() == 2);
    CHECK(includes(reference<races>(), explored<races>()));
}

TEST_CASE("all_findings: symmetric threads count as one, unless asked otherwise") {
    struct symmetric {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this] { BUG_ON(atomic_xchg(x, 1) == 1); });
        }
    };
    CHECK(look<symmetric>(memory_kind::weak, scheduler_kind::dpor).all.size() == 1);
    CHECK(look<symmetric>(memory_kind::weak, scheduler_kind::dpor, false).all.size() == 2);
    CHECK(reference<symmetric>().size() == 2);
}

TEST_CASE("without all_findings a check ends with the first one") {
    struct fails {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { BUG_ON(atomic_xchg(x, 1) == 1); });
        }
    };
    options with;
    int findings = 0;
    with.trace = false;
    with.on_execution = [&](const std::vector<finding>& f) {
        findings += static_cast<int>(f.size());
    };
    const result r = check<fails>(with);
    CHECK(found(r, "BUG_ON"));
    CHECK(findings == 1);
}
