// SPDX-License-Identifier: BSD-3-Clause
// The form of the catalogue's entries: expectations, and bounds that are declared once.

#include <wbsync/catalogue.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace wbsync;
using namespace wbsync::catalogue;

namespace {

WBSYNC_BOUNDS(bounds, (readers, 2, 1, 4, "threads that look"),
              (writers, 0, 0, 3, "threads that change something"));

/// Each writer adds one. Careless writers forget that others do, too.
struct adders {
    adders(const bounds& b, bool is_careless) : size(b), careless(is_careless) {}
    bounds size;
    bool careless;
    atomic_t x{"x"};

    void threads(scenario& s) {
        s.threads("writer", size.writers, [this](int) {
            if (careless)
                WRITE_ONCE(x, READ_ONCE(x) + 1);
            else
                atomic_inc(x);
        });
    }
    void finally() { ensure(READ_ONCE(x) == size.writers, "sum", "an addition was lost"); }
};

/// A value is handed over, after a barrier that only a reader needs.
struct handover {
    explicit handover(const bounds& b) : size(b) {}
    bounds size;
    plain<int> data{"data"};
    atomic_t flag{"flag"};

    void send() {
        data.write(1);
        smp_store_release(flag, 1);
    }
    void receive() {
        if (smp_load_acquire(flag) == 1)
            BUG_ON(data.read() != 1);
    }
    void threads(scenario& s) {
        s.thread("sender", [this] { send(); });
        s.threads("reader", size.readers, [this](int) { receive(); });
        if (size.readers == 0)
            s.thread("other", [this] { WRITE_ONCE(flag, 1); });
    }
    void finally() { ensure(READ_ONCE(flag) == 1, "flag", "nothing was sent"); }
};

model weakened_handover(std::vector<weakening> weaken) {
    return {.version = "handover",
            .parameters = bounds{.readers = 1}.parameters(),
            .expected = {{"sc", holds}, {"weak", fails({"data-race"})}},
            .weaken = std::move(weaken),
            .check = checks<handover, bounds>};
}

/// The message if its weakening is refused; empty: it is not.
std::string refusal(const model& m, const parameter_values& size) {
    try {
        (void)m.run({}, size);
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return {};
}

result finding_of(const std::string& property) {
    result r;
    r.outcome = verdict::finding;
    r.what.property = property;
    return r;
}

} // namespace

TEST_CASE("a set of properties has each once, in the order in which they are told") {
    property_set some{"misuse", "P1", "misuse"};
    CHECK(some.joined("/") == "misuse/P1");
    some.add({"P1", "leak"});
    CHECK(some.joined(" ") == "misuse P1 leak");
    CHECK(some.contains("leak"));
    CHECK_FALSE(some.contains("P")); // other names begin with it
    CHECK(property_set{}.empty());
}

TEST_CASE("an expectation matches one of its properties, and nothing else") {
    const expectation fails_somehow{{"P1", "P2"}};
    CHECK(fails_somehow.str() == "finding P1/P2");
    CHECK(fails_somehow.matches(finding_of("P2")));
    CHECK_FALSE(fails_somehow.matches(finding_of("P5")));
    CHECK_FALSE(fails_somehow.matches(result{}));
    result good;
    good.outcome = verdict::verified;
    CHECK(expectation{}.str() == "verified");
    CHECK(expectation{}.matches(good));
    CHECK_FALSE(expectation{}.matches(finding_of("P1")));
}

TEST_CASE("what is expected depends on the memory model's name, and on the size") {
    const auto many = [](const parameter_values& p) { return p.at("readers") > 1; };
    const expectations e{{"sc", holds}, {"weak", {{{"P1"}, many}, {{"P2"}}}}};
    CHECK(e(memory_kind::sc, {{"readers", 2}}).str() == "verified");
    CHECK(e(memory_kind::rc11, {{"readers", 2}}).str() == "finding P1/P2");
    CHECK(e(memory_kind::weak, {{"readers", 1}}).str() == "finding P2");
}

TEST_CASE("a memory model of which the catalogue says nothing has no expectation") {
    const expectations e{{"rc11", holds}};
    CHECK(e.knows(memory_kind::weak)); // the same by another name
    CHECK_FALSE(e.knows(memory_kind::sc));
    CHECK_THROWS_WITH_AS((void)e(memory_kind::sc, {}),
                         "wbsync: the catalogue expects nothing under sc: say there what comes out",
                         std::invalid_argument);
}

TEST_CASE(
    "an expectation under what is no memory model is refused, and those that there are named") {
    CHECK_THROWS_WITH_AS((expectations{{"waek", holds}}),
                         ("wbsync: the catalogue expects something under waek, which is no memory "
                          "model: there are " +
                          engine::memory_names())
                             .c_str(),
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((expectations{{"weak", holds}, {"rc11", holds}}),
                         "wbsync: the catalogue says twice what it expects under rc11",
                         std::invalid_argument);
}

TEST_CASE("bounds tell the catalogue their names, defaults and ranges") {
    const auto all = bounds{.writers = 3}.parameters();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "readers");
    CHECK(all[0].summary == "threads that look");
    CHECK(all[0].value == 2);
    CHECK(all[0].least == 1);
    CHECK(all[0].most == 4);
    CHECK(all[1].value == 3);
    CHECK(bounds{}.parameters({.readers = 2, .writers = 1})[1].least == 1);
}

TEST_CASE("bounds are made of the values of a check, and refuse one that they do not have") {
    const bounds b = bounds::from({{"writers", 3}});
    CHECK(b.readers == 2); // not given
    CHECK(b.writers == 3);
    CHECK_THROWS_WITH_AS((void)bounds::from({{"readers", 1}, {"riders", 1}}),
                         "wbsync: the model has the bounds readers writers, the parameters are "
                         "readers, riders: use the names of the bounds in the catalogue",
                         std::invalid_argument);
}

TEST_CASE("an entry's check takes the bounds from the values, and more from its type") {
    model m{.version = "adders/v1",
            .question = "sum",
            .parameters = bounds{.writers = 2}.parameters(),
            .expected = sc_and_weak(holds),
            .check = checks<adders, bounds, false>};
    CHECK(m.name() == "adders/v1/sum");
    CHECK(m.check({}, default_size(m)).outcome == verdict::verified);
    m.check = checks<adders, bounds, true>;
    CHECK(m.check({}, default_size(m)).what.property == "sum");
    CHECK(m.check({}, {{"writers", 1}}).outcome == verdict::verified);
    m.question.clear();
    CHECK(m.name() == "adders/v1");
}

TEST_CASE("an entry that names a place is the model with less order there") {
    const auto weak = memory_kind::weak;
    const model whole = weakened_handover({});
    CHECK(whole.run({}, default_size(whole)).verified());
    for (const weakening& w : {weakening{.function = "send", .verb = "smp_store_release"},
                               weakening{.function = "receive", .verb = "smp_load_acquire"}}) {
        CAPTURE(w.str());
        const model m = weakened_handover({w});
        const result r = m.run({}, default_size(m));
        CHECK(m.expected(weak, default_size(m)).matches(r));
        options sc;
        sc.memory = memory_kind::sc;
        CHECK(m.run(sc, default_size(m)).verified());
        CHECK(m.check({}, default_size(m)).verified());
        options again;
        again.replay = r.schedule;
        CHECK(m.run(again, default_size(m)).what == r.what);
    }
}

TEST_CASE("an entry that names no place is refused, and told which ones there are") {
    const std::string said =
        refusal(weakened_handover({{.function = "send", .verb = "smp_store_release"},
                                   {.function = "receive", .verb = "smp_rmb"}}),
                {{"readers", 1}});
    CHECK(said.starts_with("wbsync: handover is to be weakened at 'any:any in receive: smp_rmb, "
                           "any: nothing', and no place of it is that, and orders more than that: "
                           "name one of these:\n  catalogue.cpp:"));
    CHECK(said.find(" in send: smp_store_release, release\n") != std::string::npos);
    CHECK(said.ends_with(" in receive: smp_load_acquire, acquire"));
    // There, but it orders no more than is to be left.
    CHECK_FALSE(
        refusal(weakened_handover({{.function = "send", .left = ordering::release}}), {}).empty());
    CHECK(refusal(weakened_handover({{.function = "send"}}), {}).empty());
}

TEST_CASE("an entry whose place no execution comes to at some size is the model as it is there") {
    model m = weakened_handover({{.function = "receive", .verb = "smp_load_acquire"}});
    m.parameters = bounds{.readers = 1}.parameters({.readers = 0});
    CHECK(m.run({}, default_size(m)).found("data-race"));
    const result none = m.run({}, {{"readers", 0}});
    CHECK(none.verified());
    CHECK(none.executions == m.check({}, {{"readers", 0}}).executions);
    options few;
    few.max_executions = 1; // one execution does not decide
    CHECK(weakened_handover({{.function = "nowhere"}}).run(few, {{"readers", 1}}).incomplete());
}
