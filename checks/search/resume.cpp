// SPDX-License-Identifier: BSD-3-Clause
// A search that was stopped and goes on from a file, as often as one likes, totals the same as one
// that was not.
#include "bench/umount.hpp"
#include "checks/search/divided_models.hpp"
#include "checks/support/scratch.hpp"

#include <wbsync/doctest.hpp>
#include <wbsync/report/text.hpp>
#include <wbsync/search/task_text.hpp>
#include <wbsync/wbsync.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace wbsync;
using namespace divided_models;

namespace {

/// The file that a search stops into.
class scratch_file {
public:
    [[nodiscard]] std::string path() const { return folder_.file("search.json"); }
    [[nodiscard]] bool exists() const { return std::filesystem::exists(path()); }
    [[nodiscard]] std::string text() const { return slurp(path()); }
    void write(const std::string& text) const { std::ofstream(path()) << text; }

    /// The number of files in its folder, including itself.
    [[nodiscard]] std::ptrdiff_t files() const {
        return std::distance(std::filesystem::directory_iterator(folder_.path()), {});
    }

private:
    scratch_folder folder_;
};

/// Reads of old stores, symmetric threads and a wait.
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
void compare_pieces(const std::function<void(options&)>& next_piece,
                    memory_kind memory = memory_kind::weak) {
    options alone = with_jobs(1);
    alone.memory = memory;
    const result whole = check<Model>(alone);
    for (options with : searches) {
        with.memory = memory;
        CAPTURE(with.jobs);
        CAPTURE(with.divide.each);
        const result r = in_pieces<Model>(with, next_piece);
        INFO(r);
        divided_models::expect_same_search(r, whole);
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
    compare_pieces<late_on_two_cycles>(piece, memory_kind::lkmm);
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
    CHECK(report::text_of(r.limit) == "interrupted");
    CHECK(r.executions == 1);
    CHECK(r.resume.empty());
    CHECK(report::text(r).starts_with("incomplete (interrupted; explored about "));
    // The reference cannot be continued, but the check is still incomplete.
    with.scheduler = scheduler_kind::reference;
    CHECK(report::text_of(check<mixture>(with).limit) == "interrupted");
    with.interrupt = nullptr;
    with.max_memory = 1;
    CHECK(report::text_of(check<mixture>(with).limit) == "max_memory of 1 MiB reached");
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

TEST_CASE("a part of a search holds what is planned at its own nodes only") {
    const scratch_file file;
    options with = with_jobs(1, {5, 5, 8, 4, true});
    with.resume = file.path();
    with.max_executions = 40;
    REQUIRE(check<rcu_protocol>(with).incomplete());
    const auto saved = nlohmann::json::parse(file.text()).at("search");
    const auto tasks = search::from_text<std::vector<search::search_task>>(
        saved.at("pending").get_ref<const std::string&>());
    int shared = 0, planned = 0;
    for (const search::search_task& t : tasks)
        for (engine::step_index i = 0; i != t.path.size(); ++i) {
            const bool has_tree = t.path[i].tree != engine::wakeup_forest::none;
            shared += i < t.floor ? 1 : 0;
            planned += has_tree ? 1 : 0;
            CHECK_FALSE((has_tree && i < t.floor));
        }
    CHECK(shared > 0);
    CHECK(planned > 0);
}

TEST_CASE("limits are those of a run, and a limit to one execution is remembered") {
    struct spins {
        atomic_t x{"x"}, y{"y"}, rounds{"rounds"};
        void threads(scenario& s) {
            s.thread("P0", [this] {
                WRITE_ONCE(x, 1);
                atomic_xchg(y, 1);
            });
            s.thread("P1", [this] {
                while (READ_ONCE(x) == 0)
                    atomic_inc_return(rounds);
            });
            s.thread("P2", [this] { atomic_xchg(y, 2); });
        }
    };
    const scratch_file file;
    options with = with_jobs(1);
    with.max_depth = 20;
    with.resume = file.path();
    const result first = check<spins>(with);
    CHECK(first.incomplete());
    CHECK(report::text_of(first.limit).starts_with("depth limit reached"));
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
    refused(other, "is a search of mixture, colour=1 under lkmm, not of mixture, colour=2 under");
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
    std::string older = good; // its tasks were JSON
    older.replace(older.find("resume 5"), 8, "resume 4");
    file.write(older);
    refused(with, "is of another version of wbsync: remove it, and start anew");
    CHECK(file.text() == older);
    std::string changed = good;
    changed.replace(changed.find("\"executions\":3"), 14, "\"executions\":4");
    file.write(changed);
    refused(with, "it is damaged");
    file.write(good);
    with.max_executions = 0;
    CHECK(check<mixture>(with).executions == check<mixture>(with_jobs(1)).executions);
}

namespace {

/// The message if check() refuses to continue from the file; empty: it does not.
template <class Model, class... Args>
std::string refusal(const options& with, const Args&... args) {
    try {
        static_cast<void>(check<Model>(with, args...).verified());
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return {};
}

/// Has a bug only for the argument 2.
struct fails_for_two {
    atomic_t x{"x"};
    int which;
    explicit fails_for_two(int n) : which(n) {}
    void threads(scenario& s) {
        s.threads("P", 3, [this](int i) { atomic_xchg(x, i); });
    }
    void finally() { BUG_ON(which == 2 && READ_ONCE(x) == 0); }
};

enum class colour { red, blue };

/// Takes whatever it is given.
struct takes {
    atomic_t x{"x"};
    explicit takes(const auto&... /*ignored*/) {}
    void threads(scenario& s) {
        s.threads("P", 3, [this](int i) { atomic_xchg(x, i); });
    }
    void finally() { BUG_ON(READ_ONCE(x) == 7); }
};

options into(const scratch_file& file) {
    options with = with_jobs(1);
    with.resume = file.path();
    with.max_executions = 1;
    return with;
}

/// A search with one argument can be continued with an equal one, and not with another.
template <class Arg>
void check_argument(const Arg& one, const Arg& other) {
    const scratch_file file;
    options with = into(file);
    CHECK(check<takes>(with, one).incomplete());
    CHECK(refusal<takes>(with, other).find("::takes(") != std::string::npos);
    with.max_executions = 0;
    CHECK(check<takes>(with, one).executions == 6);
}

} // namespace

TEST_CASE("a search with other arguments is not gone on from") {
    const scratch_file file;
    options with = into(file);
    CHECK(check<fails_for_two>(with, 1).incomplete());
    with.max_executions = 0;
    const std::string message = refusal<fails_for_two>(with, 2);
    CHECK(message.find("fails_for_two(1) under lkmm, not of") != std::string::npos);
    CHECK(message.find("fails_for_two(2) under lkmm") != std::string::npos);
    CHECK(verified(check<fails_for_two>(with, 1)));
    CHECK(found(check<fails_for_two>(with, 2), "BUG_ON")); // there is no file any more
}

TEST_CASE("arguments are told apart by their values: numbers, texts, enumerators, containers") {
    check_argument(1, 2);
    check_argument(true, false);
    check_argument('a', 'b');
    check_argument(0.1, 0.1 + 1e-17 * 4);
    check_argument(colour::red, colour::blue);
    check_argument(std::string{"a"}, std::string{"b"});
    check_argument<const char*>("a", "b");
    check_argument(std::string{"\"(1), \"b"}, std::string{"\"(1)"});
    check_argument(std::vector<int>{1, 23}, std::vector<int>{12, 3});
    check_argument(std::vector<std::string>{"a", "b"}, std::vector<std::string>{"ab"});
    check_argument(std::map<int, bool>{{1, true}}, std::map<int, bool>{{1, false}});
    check_argument(std::optional<int>{}, std::optional<int>{0});
    check_argument(std::tuple{1, std::string{"x"}}, std::tuple{1, std::string{"y"}});
}

TEST_CASE("a search needs a name if an argument of the model cannot be told from others") {
    const scratch_file file;
    int here = 0;
    const int* const pointer = &here;
    const auto closure = [&here](int i) { return here + i; };
    struct own_type {
        int n = 0;
    };
    options with = into(file);
    CHECK(refusal<takes>(with, 7, pointer)
              .find("need options::name here: argument 2 of the model, "
                    "a int const*") != std::string::npos);
    CHECK(refusal<takes>(with, closure).find("argument 1") != std::string::npos);
    CHECK(refusal<takes>(with, own_type{}).find("own_type") != std::string::npos);
    CHECK(refusal<takes>(with, std::vector<own_type>{}).find("argument 1") != std::string::npos);
    CHECK_FALSE(file.exists());
    std::swap(with.resume, with.save_interrupted);
    CHECK(refusal<takes>(with, pointer).find("need options::name") != std::string::npos);
    std::swap(with.resume, with.save_interrupted);
    with.name = "takes, here";
    CHECK(check<takes>(with, 7, pointer).incomplete());
    // Arguments that have a text are still compared.
    CHECK(refusal<takes>(with, 8, pointer).find("which has the same name") != std::string::npos);
    with.max_executions = 0;
    CHECK(check<takes>(with, 7, pointer).executions == 6);
    // Without a file the arguments need not be distinguished.
    CHECK(verified(check<takes>(with_jobs(1), closure)));
}

TEST_CASE("a search with other options that change it is not gone on from") {
    const scratch_file file;
    const options first = into(file);
    CHECK(check<mixture>(first).incomplete());
    const auto refused = [&](void (*change)(options&), const char* part) {
        options with = first;
        change(with);
        const std::string message = refusal<mixture>(with);
        CAPTURE(message);
        CHECK(message.find(part) != std::string::npos);
    };
    refused([](options& o) { o.memory = memory_kind::sc; }, "under sc");
    refused([](options& o) { o.memory = memory_kind::litmus; }, "under litmus");
    refused([](options& o) { o.max_depth = 5000; }, "max_depth=5000");
    refused([](options& o) { o.symmetry = false; }, "without symmetry");
    refused([](options& o) { o.all_findings = true; }, "all_findings");
    refused([](options& o) { o.scheduler = scheduler_kind::reference; }, "reference scheduler");
    // Options of a single run may differ.
    options with = first;
    with.max_executions = 0;
    with.max_seconds = 1000;
    with.max_memory = 100'000;
    with.trace = false;
    CHECK(check<mixture>(with).executions == check<mixture>(with_jobs(1)).executions);
}

TEST_CASE("a search of another build of the program is not gone on from") {
    const scratch_file file;
    options with = into(file);
    CHECK(check<mixture>(with).incomplete());
    const std::string good = file.text();
    auto changed = nlohmann::json::parse(good);
    auto& search = changed.at("search");
    auto& build = search.at("build").get_ref<std::string&>();
    REQUIRE(build.size() >= 16);
    build.front() = build.front() == '0' ? '1' : '0';
    std::uint64_t sum = 0xcbf29ce484222325; // FNV-1a, as the file has it
    for (const char c : search.dump())
        sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    changed.at("sum") = sum;
    file.write(changed.dump());
    CHECK(refusal<mixture>(with).find("was written by another build of this program") !=
          std::string::npos);
    file.write(good);
    with.max_executions = 0;
    CHECK(check<mixture>(with).executions == check<mixture>(with_jobs(1)).executions);
}

TEST_CASE("two models with the same name are told apart") {
    const scratch_file file;
    options with = into(file);
    with.name = "the model";
    CHECK(check<mixture>(with).incomplete());
    CHECK(refusal<ordered_additions>(with).find("which has the same name") != std::string::npos);
}

TEST_CASE("a file that cannot be written is refused before the search") {
    int executions = 0;
    options with = with_jobs(1);
    with.on_execution = [&](const std::vector<finding>&) { ++executions; };
    const scratch_file file;
    std::filesystem::create_directory(file.path());
    const std::pair<std::string, const char*> names[] = {
        {"/nowhere/search.json", "No such file or directory"}, {file.path(), "Is a directory"}};
    for (const auto& [name, why] : names) {
        with.resume = name;
        const auto checking = [&] { return check<mixture>(with).verified(); };
        CHECK_THROWS_WITH_AS((void)checking(),
                             fmt::format("wbsync: cannot write '{}': {}", name, why).c_str(),
                             std::invalid_argument);
    }
    CHECK(executions == 0);
    // If this is noticed later, the result is not lost.
    with = with_jobs(1);
    stop_now = 1;
    with.interrupt = &stop_now;
    with.save_interrupted = "/nowhere/search.json";
    const result r = check<mixture>(with);
    CHECK(r.incomplete());
    CHECK(r.executions == 1);
    CHECK(r.resume.empty());
    CHECK(report::text_of(r.limit) ==
          "interrupted; cannot write '/nowhere/search.json': No such file or directory, "
          "so the search cannot be resumed");
}
