// SPDX-License-Identifier: BSD-3-Clause
// A search that was stopped and goes on from a file, as often as one likes, totals the same as one
// that was not.
#include "bench/umount.hpp"
#include "checks/divided_models.hpp"
#include "checks/scratch.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

using namespace wbsync;
using namespace divided_models;

namespace {

/// What a search stops into.
class scratch_file {
public:
    [[nodiscard]] std::string path() const { return folder_.file("search.json"); }
    [[nodiscard]] bool exists() const { return std::filesystem::exists(path()); }
    [[nodiscard]] std::string text() const { return slurp(path()); }
    void write(const std::string& text) const { std::ofstream(path()) << text; }

    /// How many files there are beside it, itself included.
    [[nodiscard]] std::ptrdiff_t files() const {
        return std::distance(std::filesystem::directory_iterator(folder_.path()), {});
    }

private:
    scratch_folder folder_;
};

/// Reads of old stores, alike threads and a wait.
struct mixture {
    atomic_t x{"x"}, y{"y"};
    void threads(scenario& s) {
        s.threads("P", 2, [this] {
            WRITE_ONCE(x, 1);
            READ_ONCE(y);
            atomic_fetch_add(1, x);
        });
        s.thread("Q", [this] {
            WRITE_ONCE(y, READ_ONCE(x) + 1);
            READ_ONCE(x);
        });
        s.thread("waits", [this] { await(y, [](auto v) { return v != 0; }); });
    }
};

using rcu_protocol = bench::umount_protocol<bench::fix::rcu, 2>;

options with_jobs(int jobs, const division& divide = {}) {
    options with;
    with.jobs = jobs;
    with.divide = divide;
    return with;
}

const options searches[] = {
    with_jobs(1),
    with_jobs(1, {1, 1, 64, 3, true}),
    with_jobs(1, {7, 13, 2, 2, true}),
    with_jobs(2, {5, 6, 8, 4}),
};

/// Runs a search in pieces until it comes to its end.
template <class Model>
result in_pieces(options with, const std::function<void(options&)>& next_piece) {
    const scratch_file file;
    with.resume = file.path();
    for (int i = 0; i != 100'000; ++i) {
        next_piece(with);
        const result r = check<Model>(with);
        if (!r.incomplete()) {
            CHECK_FALSE(file.exists());
            return r;
        }
        REQUIRE(file.exists());
        CHECK(file.files() == 1);
        CHECK(r.resume == file.path());
        CHECK(r.explored < 1);
    }
    FAIL("a search does not come to its end");
    return {};
}

template <class Model>
void compare_pieces(const std::function<void(options&)>& next_piece) {
    const result whole = check<Model>(with_jobs(1));
    for (const options& with : searches) {
        CAPTURE(with.jobs);
        CAPTURE(with.divide.each);
        const result r = in_pieces<Model>(with, next_piece);
        INFO(r);
        CHECK(r.outcome == whole.outcome);
        CHECK(r.executions == whole.executions);
        CHECK(r.redundant == whole.redundant);
        CHECK(r.threads == whole.threads);
        CHECK(r.schedule == whole.schedule);
        if (whole.discarded == 0)
            CHECK(r.events == whole.events);
    }
}

volatile std::sig_atomic_t stop_now = 0;

} // namespace

TEST_CASE("a search in pieces of some executions each totals the same as one without a stop") {
    std::uint64_t most = 0;
    const auto piece = [&](options& with) {
        most = most % 37 + 1;
        with.max_executions = most;
    };
    compare_pieces<mixture>(piece);
    compare_pieces<ordered_additions>(piece);
    compare_pieces<rcu_protocol>(piece);
    CHECK(check<ordered_additions>(with_jobs(1)).discarded > 0);
}

TEST_CASE("a search in pieces ends with the finding of one without a stop") {
    const auto piece = [](options& with) { with.max_executions = 150; };
    const result whole = check<fails_late>(with_jobs(1));
    const result seen = in_pieces<fails_late>(with_jobs(1), piece);
    CHECK(found(seen, "BUG_ON"));
    CHECK(seen.executions == whole.executions);
    CHECK(seen.schedule == whole.schedule);
    // The first one of an undivided search may be beyond the limit of a run.
    for (const options& with : searches)
        CHECK(found(in_pieces<fails_late>(with, piece), "BUG_ON"));
}

TEST_CASE("a search that is interrupted again and again totals the same as an uninterrupted one") {
    // In this process, after some executions.
    int left = 0;
    int stops = 0;
    compare_pieces<mixture>([&](options& with) {
        stop_now = 0;
        left = 1 + ++stops % 29;
        with.interrupt = &stop_now;
        with.on_execution = [&left](const std::vector<finding>&) {
            if (--left == 0)
                stop_now = 1;
        };
    });
    // And while other processes explore.
    stops = 0;
    compare_pieces<rcu_protocol>([&](options& with) {
        stop_now = 0;
        left = 1 + ++stops % 3;
        with.interrupt = &stop_now;
        with.on_progress = [&left](const progress&) {
            if (--left <= 0)
                stop_now = 1;
        };
    });
}

TEST_CASE("a search may go on divided, or undivided, whatever it was before") {
    int piece = 0;
    const auto change = [&](options& with) {
        const options& next = searches[static_cast<std::size_t>(++piece) % std::size(searches)];
        with.jobs = next.jobs;
        with.divide = next.divide;
        with.max_executions = 11;
    };
    compare_pieces<mixture>(change);
    compare_pieces<rcu_protocol>(change);
}

TEST_CASE("an interrupted search says so, how far it came and what it saw") {
    stop_now = 1;
    options with = with_jobs(1);
    with.interrupt = &stop_now;
    const result r = check<mixture>(with);
    CHECK(r.incomplete());
    CHECK(r.limit == "interrupted");
    CHECK(r.executions == 1);
    CHECK(r.resume.empty());
    CHECK(report::text(r).starts_with("incomplete (interrupted; explored about "));
    // There is nothing to go on with for the reference, but it is no less incomplete.
    with.scheduler = scheduler_kind::reference;
    CHECK(check<mixture>(with).limit == "interrupted");
    with.interrupt = nullptr;
    with.max_memory = 1;
    CHECK(check<mixture>(with).limit == "max_memory of 1 MiB reached");
}

TEST_CASE("an interrupted search can be saved where none is resumed from") {
    const scratch_file file;
    options with = with_jobs(1);
    with.save_interrupted = file.path();
    with.max_executions = 3;
    CHECK(check<mixture>(with).resume.empty()); // not interrupted
    CHECK_FALSE(file.exists());
    stop_now = 1;
    with.interrupt = &stop_now;
    for (int i = 0; i != 2; ++i)
        CHECK(check<mixture>(with).executions == 1); // starts anew
    CHECK(file.exists());
    stop_now = 0;
    with.max_executions = 0;
    with.resume = file.path();
    CHECK(check<mixture>(with).executions == check<mixture>(with_jobs(1)).executions);
}

TEST_CASE("limits are those of a run, and a limit to one execution is remembered") {
    struct spins {
        atomic_t x{"x"}, y{"y"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                while (READ_ONCE(x) == 0) {
                }
            });
            s.thread("P1", [this] {
                READ_ONCE(y);
                WRITE_ONCE(x, 1);
            });
        }
    };
    const scratch_file file;
    options with = with_jobs(1);
    with.max_depth = 20;
    with.resume = file.path();
    const result first = check<spins>(with);
    CHECK(first.incomplete());
    CHECK(first.limit.starts_with("depth limit reached"));
    CHECK(first.explored < 1);
    REQUIRE(file.exists());
    for (int i = 0; i != 100 && file.exists(); ++i) {
        const result r = check<spins>(with);
        CHECK(r.incomplete());
        CHECK(r.limit == first.limit);
        CHECK(r.explored < 1);
    }
}

TEST_CASE("a file that is no search of the same check is refused, and left alone") {
    const scratch_file file;
    options with = with_jobs(1);
    with.resume = file.path();
    with.max_executions = 3;
    const auto refused = [&](const options& o, const char* part) {
        std::string message;
        try {
            (void)check<mixture>(o).verified();
        } catch (const std::invalid_argument& e) {
            message = e.what();
        }
        CAPTURE(message);
        CHECK(message.starts_with("wbsync: "));
        CHECK(message.find(part) != std::string::npos);
        CHECK(file.files() == 1);
    };
    CHECK(check<ordered_additions>(with).incomplete());
    refused(with, "is a search of");
    std::filesystem::remove(file.path());

    with.name = "mixture, colour=1";
    CHECK(check<mixture>(with).incomplete());
    const std::string good = file.text();
    options other = with;
    other.name = "mixture, colour=2";
    refused(other, "is a search of mixture, colour=1 under weak, not of mixture, colour=2 under");
    other = with;
    other.memory = memory_kind::sc;
    refused(other, "under sc");
    other = with;
    other.symmetry = false;
    refused(other, "without symmetry");
    CHECK(file.text() == good);

    for (const std::string& text :
         {std::string{}, std::string{"{}"}, std::string{"no JSON"}, good.substr(0, good.size() / 2),
          std::string{R"({"wbsync": "resume 0"})"}}) {
        file.write(text);
        refused(with, "is no search to resume");
        CHECK(file.text() == text);
    }
    std::string changed = good;
    changed.replace(changed.find("\"executions\":3"), 14, "\"executions\":4");
    file.write(changed);
    refused(with, "it is damaged");
    file.write(good);
    with.max_executions = 0;
    CHECK(check<mixture>(with).executions == check<mixture>(with_jobs(1)).executions);
}

TEST_CASE("a file that cannot be written is refused before the search") {
    int executions = 0;
    options with = with_jobs(1);
    with.on_execution = [&](const std::vector<finding>&) { ++executions; };
    const scratch_file file;
    std::filesystem::create_directory(file.path());
    for (const std::string& name : {std::string{"/nowhere/search.json"}, file.path()}) {
        with.resume = name;
        const auto checking = [&] { return check<mixture>(with).verified(); };
        CHECK_THROWS_WITH_AS((void)checking(),
                             fmt::format("wbsync: cannot write '{}'", name).c_str(),
                             std::invalid_argument);
    }
    CHECK(executions == 0);
    // Where it turns out later, what was seen is not lost.
    with = with_jobs(1);
    stop_now = 1;
    with.interrupt = &stop_now;
    with.save_interrupted = "/nowhere/search.json";
    const result r = check<mixture>(with);
    CHECK(r.incomplete());
    CHECK(r.executions == 1);
    CHECK(r.resume.empty());
    CHECK(r.limit == "interrupted; cannot write '/nowhere/search.json', so the search cannot be "
                     "resumed");
}
