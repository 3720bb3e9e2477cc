// SPDX-License-Identifier: BSD-3-Clause
// A model that depends on anything but what it reads through wbsync is detected, even if each of
// its executions is fine; a model that does not is accepted, whatever it contains.

#include "checks/search/divided_models.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace wbsync;

namespace {

int runs_so_far = 0; // survives executions, which nothing of a model may do

options undivided() {
    options with;
    with.jobs = 1;
    return with;
}

/// Every kind of search detects the model, and the message contains each of the texts.
template <class Model>
finding check_found_out(std::initializer_list<std::string_view> texts = {}) {
    options divided;
    divided.jobs = 2;
    divided.divide = {1, 1, 4, 2, true};
    options reference = undivided();
    reference.scheduler = scheduler_kind::reference;
    finding last;
    for (const options& with : {undivided(), divided, reference}) {
        runs_so_far = 0;
        const result r = check<Model>(with);
        INFO(r);
        CHECK(r.outcome == verdict::finding);
        CHECK(r.what.property == "misuse");
        CHECK(r.what.message.starts_with("the model is not deterministic"));
        for (const std::string_view text : texts)
            CHECK_MESSAGE(r.what.message.find(text) != std::string::npos, text);
        last = r.what;
    }
    return last;
}

bool is_here(const site& at) {
    return std::string_view{at.file}.ends_with("determinism.cpp") && at.line != 0;
}

} // namespace

TEST_CASE("determinism: a model that calls rand() is found out, with the step and the values") {
    struct stores_random {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] { WRITE_ONCE(x, std::rand() % 2); }); // NOLINT: that is the point
            s.thread("P1", [this] { READ_ONCE(x); });
        }
        void finally() { BUG_ON(READ_ONCE(x) == 7); }
    };
    const finding what = check_found_out<stores_random>({"in step", "P0", "WRITE_ONCE"});
    CHECK(is_here(what.where));
    CHECK(what.thread == 0);
}

TEST_CASE(
    "determinism: a model that calls drand48() is found out, and the numbers go on after it") {
    struct stores_random {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { WRITE_ONCE(x, ::drand48() < 0.5); });
        }
        void finally() { BUG_ON(READ_ONCE(x) == 7); }
    };
    check_found_out<stores_random>({"in step", "WRITE_ONCE"});
    struct asks_nobody {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int i) { WRITE_ONCE(x, i); });
        }
        void finally() { BUG_ON(READ_ONCE(x) == 7); }
    };
    ::srand48(7);
    const long first = ::lrand48();
    const long second = ::lrand48();
    ::srand48(7);
    CHECK(::lrand48() == first);
    CHECK(verified(check<asks_nobody>()));
    CHECK(::lrand48() == second);
}

TEST_CASE("determinism: rand() decides about an operation, a fence, a plain access, the threads") {
    static const auto odd = [] { return std::rand() % 2 == 1; }; // NOLINT: that is the point
    struct operation {
        atomic_t x{"x"}, y{"y"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { WRITE_ONCE(odd() ? x : y, 1); });
        }
        void finally() { BUG_ON(READ_ONCE(x) == 7); }
    };
    struct fence {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) {
                WRITE_ONCE(x, 1);
                if (odd())
                    smp_mb();
            });
        }
    };
    struct plain_access {
        atomic_t x{"x"};
        plain<int> own{"own"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                READ_ONCE(x);
                if (odd())
                    own.write(1);
            });
            s.thread("P1", [this] { WRITE_ONCE(x, 1); });
        }
    };
    struct number_of_threads {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", odd() ? 2 : 3, [this](int) { READ_ONCE(x); });
        }
    };
    struct name_of_thread {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread(odd() ? "odd" : "even", [this] { READ_ONCE(x); });
            s.thread("P1", [this] { WRITE_ONCE(x, 1); });
        }
    };
    struct end_of_thread {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) {
                READ_ONCE(x);
                if (odd())
                    WRITE_ONCE(x, 1);
            });
        }
    };
    check_found_out<operation>();
    check_found_out<fence>();
    check_found_out<plain_access>();
    check_found_out<number_of_threads>();
    check_found_out<name_of_thread>();
    check_found_out<end_of_thread>();
}

TEST_CASE(
    "determinism: a failure that rand() decides about is no finding of the model's property") {
    struct fails_by_chance {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { READ_ONCE(x); });
        }
        void finally() { BUG_ON(std::rand() % 2 == 1); } // NOLINT: that is the point
    };
    check_found_out<fails_by_chance>();
}

TEST_CASE("determinism: an address decides, of the model and of what it allocates") {
    struct of_the_model {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                WRITE_ONCE(x, reinterpret_cast<std::intptr_t>(this) % 7); // NOLINT: the point
            });
            s.thread("P1", [this] { READ_ONCE(x); });
        }
    };
    struct item {
        explicit item(const label& name) : value(name) {}
        atomic_t value;
    };
    struct of_an_allocation {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                item* i = kmalloc<item>("item", "item");
                WRITE_ONCE(x, reinterpret_cast<std::intptr_t>(i) % 7); // NOLINT: the point
                kfree(i);
            });
            s.thread("P1", [this] { READ_ONCE(x); });
        }
    };
    check_found_out<of_the_model>();
    check_found_out<of_an_allocation>();
}

TEST_CASE("determinism: memory that was never initialised decides") {
    struct forgets {
        atomic_t x{"x"};
        bool wanted; // NOLINT: that is the point
        forgets() {} // NOLINT: likewise
        void threads(scenario& s) {
            s.thread("P0", [this] {
                const auto* byte = reinterpret_cast<const volatile unsigned char*>(&wanted);
                WRITE_ONCE(x, *byte);
            });
            s.thread("P1", [this] { READ_ONCE(x); });
        }
    };
    check_found_out<forgets>();
}

TEST_CASE("determinism: a static counter decides, and is named where the program has symbols") {
    struct counts {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.thread("P0", [this] { WRITE_ONCE(x, ++runs_so_far % 2); });
            s.thread("P1", [this] { READ_ONCE(x); });
        }
    };
    struct only_once {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) {
                if (runs_so_far++ == 0)
                    WRITE_ONCE(x, 1);
                READ_ONCE(x);
            });
        }
    };
    check_found_out<counts>({"static objects that changed", "runs_so_far"});
    check_found_out<only_once>();
    // Even if only the path of the search shows it.
    struct late {
        atomic_t x{"x"};
        void threads(scenario& s) {
            ++runs_so_far;
            s.threads("P", 3, [this](int i) {
                if (runs_so_far > 20 && i == 2)
                    atomic_inc(x);
                atomic_xchg(x, i);
                atomic_xchg(x, i + 3);
            });
        }
    };
    runs_so_far = 0;
    const result r = check<late>(undivided()); // otherwise each process has a counter of its own
    INFO(r);
    CHECK(found(r, "the model is not deterministic"));
    CHECK(r.found("runs_so_far"));
}

TEST_CASE("determinism: a static object that changes after the first executions is noticed, too") {
    struct remembers {
        atomic_t x{"x"};
        void threads(scenario& s) {
            ++runs_so_far;
            s.threads("P", 3, [this](int i) { atomic_xchg(x, i); });
        }
        // The search itself could not notice this.
        void finally() {
            WARN_ON(runs_so_far > 10 && READ_ONCE(x) == 7);
            READ_ONCE(x);
            if (runs_so_far > 10)
                READ_ONCE(x);
        }
    };
    runs_so_far = 0;
    const result r = check<remembers>(undivided());
    INFO(r);
    CHECK(found(r, "the model is not deterministic"));
}

TEST_CASE("determinism: the generator of the C library goes on where it was") {
    std::srand(7);                  // NOLINT: that is the point
    const int first = std::rand();  // NOLINT
    const int second = std::rand(); // NOLINT
    std::srand(7);                  // NOLINT
    CHECK(std::rand() == first);    // NOLINT
    CHECK(verified(check<divided_models::many_executions>(undivided(), 2, 2)));
    CHECK(std::rand() == second); // NOLINT
}

TEST_CASE("determinism: second runs are counted nowhere") {
    int executions = 0;
    options with = undivided();
    with.on_execution = [&](const std::vector<finding>&) { ++executions; };
    const result r = check<divided_models::many_executions>(with, 2, 2);
    CHECK(verified(r));
    CHECK(r.executions == 6); // 4! / 2!^2
    CHECK(r.events == 24);
    CHECK(executions == 6);
}

// --- models that are fine -----------------------------------------------------------------------

namespace {

struct node {
    explicit node(const label& called) : name(called), value(called) {}
    label name;
    plain<int> value;
};

/// Everything with an address that a model may hold.
struct full_of_addresses {
    pointer<node> published{"published"};
    atomic_long_t owner{"owner"}; ///< holds an address as a number
    list_head head{"head"};
    spinlock_t lock{"lock"};
    std::vector<std::unique_ptr<int>> own; // from elsewhere than kmalloc()
    std::map<std::string, int> seen;
    std::optional<int> maybe;

    full_of_addresses() {
        for (int i = 0; i != 10; ++i)
            own.push_back(std::make_unique<int>(i));
    }
    void threads(scenario& s) {
        s.thread("publishes", [this] {
            node* n = kmalloc<node>("node", "node");
            n->value.write(1);
            rcu_assign_pointer(published, n);
            spin_lock(lock);
            WRITE_ONCE(owner, reinterpret_cast<std::intptr_t>(this)); // NOLINT: the point
            spin_unlock(lock);
        });
        s.thread("reads", [this] {
            rcu_read_lock();
            if (node* n = rcu_dereference(published))
                seen["value"] += n->value.read() + *own.back();
            rcu_read_unlock();
            spin_lock(lock);
            maybe = READ_ONCE(owner) == 0 ? 0 : 1;
            spin_unlock(lock);
        });
    }
    void finally() {
        kfree(READ_ONCE(published));
        BUG_ON(READ_ONCE(owner) == 0);
        BUG_ON(!maybe.has_value());
    }
};

/// A generator of its own with a fixed seed is a part of the model.
struct has_its_own_generator {
    atomic_t x{"x"};
    std::mt19937 next{7}; // NOLINT: that is the point
    void threads(scenario& s) {
        s.thread("P0", [this] { WRITE_ONCE(x, static_cast<int>(next() % 7)); });
        s.thread("P1", [this] { BUG_ON(READ_ONCE(x) == 7); });
    }
};

/// Records what it saw outside of itself, and does not read it.
struct takes_notes {
    std::vector<std::int64_t>* into;
    atomic_t x{"x"};
    explicit takes_notes(std::vector<std::int64_t>* notes) : into(notes) {}
    void threads(scenario& s) {
        s.threads("P", 3, [this](int i) { into->push_back(atomic_xchg(x, i)); });
    }
    void finally() { BUG_ON(READ_ONCE(x) == 7); }
};

} // namespace

TEST_CASE(
    "determinism: a model with addresses, containers, notes, a generator of its own is fine") {
    for (const auto kind : {scheduler_kind::dpor, scheduler_kind::reference})
        for (const auto memory : {memory_kind::sc, memory_kind::weak}) {
            options with = undivided();
            with.scheduler = kind;
            with.memory = memory;
            std::vector<std::int64_t> notes;
            CHECK(verified(check<full_of_addresses>(with)));
            CHECK(verified(check<has_its_own_generator>(with)));
            CHECK(verified(check<takes_notes>(with, &notes)));
        }
}

TEST_CASE("determinism: additions in the set-up are the same in a second run") {
    struct adds_early {
        atomic_t x{"x"};
        std::int64_t seen = 0;
        void threads(scenario& s) {
            atomic_inc(x);
            s.threads("P", 2, [this](int) { atomic_inc(x); });
            s.thread("reader", [this] { seen = READ_ONCE(x); });
        }
        void finally() { BUG_ON(seen < 1 || seen > 3); }
    };
    CHECK(verified(check<adds_early>(undivided())));
}

TEST_CASE("determinism: a finding in the first execution is still the finding that it is") {
    struct fails_at_once {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int) { BUG_ON(READ_ONCE(x) == 0); });
        }
    };
    struct deadlocks {
        atomic_t x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this] { await(x, [](auto v) { return v == 1; }); });
        }
    };
    struct races {
        plain<int> x{"x"};
        void threads(scenario& s) {
            s.threads("P", 2, [this](int i) { x.write(i); });
        }
    };
    CHECK(found(check<fails_at_once>(), "BUG_ON"));
    CHECK(found(check<deadlocks>(), "deadlock"));
    CHECK(found(check<races>(), "data-race"));
    options with;
    with.all_findings = true;
    CHECK(found(check<fails_at_once>(with), "BUG_ON"));
}
