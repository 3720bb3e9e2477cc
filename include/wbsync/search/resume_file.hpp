// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/counters.hpp>
#include <wbsync/result.hpp>
#include <wbsync/search/search_key.hpp>
#include <wbsync/search/task_text.hpp>
#include <wbsync/search/whole_file.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wbsync::search {

using json = nlohmann::json;

/// A search that was stopped, with all that is needed to go on.
struct saved_search : counters {
    search_key key;          ///< what it is a search of
    bool is_divided = false; ///< there are, or were, several tasks
    double seconds = 0;
    limit_hit limit;
    double cut_off = 0;
    engine::coverage covered;
    std::vector<engine::object_id> ordered_additions;
    std::vector<search_task> pending;
    std::vector<search_task> finished;
};

/// A search in a file.
///
/// Each function is O(size of the search that is left).
class resume_file {
public:
    explicit resume_file(std::string path) : file_(std::move(path)) {}

    [[nodiscard]] bool wanted() const noexcept { return !path().empty(); }
    [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }
    [[nodiscard]] bool exists() const {
        std::error_code ignored;
        return wanted() && std::filesystem::exists(path(), ignored);
    }

    /// Before all the work. Throws std::invalid_argument.
    void expect_writable() const {
        if (!wanted())
            return;
        try {
            file_.expect_writable();
        } catch (const std::system_error& e) {
            throw std::invalid_argument(fmt::format("wbsync: {}", e.what()));
        }
    }

    /// Throws std::invalid_argument if the file holds no search, or another one than `wanted`.
    [[nodiscard]] saved_search load(const search_key& wanted_key) const {
        std::ifstream in(path());
        const json file = json::parse(in, nullptr, false);
        saved_search s;
        try {
            if (!file.is_object() || !file.contains("wbsync"))
                throw std::invalid_argument("it was not written by wbsync, or is damaged");
            if (file["wbsync"] != format)
                throw std::invalid_argument("it is of another version of wbsync: remove it, and "
                                            "start anew");
            const json& j = file.at("search");
            const auto text = [&](const char* key) -> const std::string& {
                return j.at(key).get_ref<const std::string&>();
            };
            if (file.at("sum") != sum_of(j))
                throw std::invalid_argument("it is damaged");
            s.key = {j.at("model").get<std::string>(), j.at("type").get<std::string>(),
                     j.at("options").get<std::string>(), j.at("build").get<std::string>()};
            s.executions = j.at("executions").get<std::uint64_t>();
            s.sleep_set_blocked = j.at("redundant").get<std::uint64_t>();
            s.blocked = j.at("blocked").get<std::uint64_t>();
            s.overlap = j.at("overlap").get<std::uint64_t>();
            s.discarded = j.at("discarded").get<std::uint64_t>();
            s.events = j.at("events").get<std::uint64_t>();
            s.threads = j.at("threads").get<int>();
            s.is_divided = j.at("divided").get<bool>();
            s.seconds = j.at("seconds").get<double>();
            s.limit = from_text<limit_hit>(text("limit"));
            s.cut_off = j.at("cut_off").get<double>();
            s.covered = from_text<engine::coverage>(text("covered"));
            s.ordered_additions = j.at("ordered_additions").get<std::vector<engine::object_id>>();
            s.pending = from_text<std::vector<search_task>>(text("pending"));
            s.finished = from_text<std::vector<search_task>>(text("finished"));
        } catch (const std::exception& e) {
            throw std::invalid_argument(
                fmt::format("wbsync: '{}' is no search to resume: {}", path(), e.what()));
        }
        expect_same(s.key, wanted_key);
        return s;
    }

    /// All of it or nothing: an older file is replaced at the end.
    void save(const saved_search& s) const {
        const json j{{"model", s.key.model},
                     {"type", s.key.type},
                     {"options", s.key.options},
                     {"build", s.key.build},
                     {"executions", s.executions},
                     {"redundant", s.sleep_set_blocked},
                     {"blocked", s.blocked},
                     {"overlap", s.overlap},
                     {"discarded", s.discarded},
                     {"events", s.events},
                     {"threads", s.threads},
                     {"divided", s.is_divided},
                     {"seconds", s.seconds},
                     {"limit", to_text(s.limit)},
                     {"cut_off", s.cut_off},
                     {"covered", to_text(s.covered)},
                     {"ordered_additions", s.ordered_additions},
                     {"pending", to_text(s.pending)},
                     {"finished", to_text(s.finished)}};
        try {
            file_.write(json{{"wbsync", format}, {"sum", sum_of(j)}, {"search", j}}.dump() + '\n');
        } catch (const std::system_error& e) {
            throw std::runtime_error(fmt::format("{}, so the search cannot be resumed", e.what()));
        }
    }

    /// The search has come to its end.
    void remove() const {
        std::error_code ignored;
        std::filesystem::remove(path(), ignored);
    }

private:
    void expect_same(const search_key& there, const search_key& here) const {
        if (there.model != here.model || there.options != here.options)
            throw std::invalid_argument(fmt::format(
                "wbsync: '{}' is a search of {}, not of {}: give the same model, parameters and "
                "options, or another file",
                path(), there.model, here.model));
        if (there.build != here.build)
            throw std::invalid_argument(fmt::format(
                "wbsync: '{}' was written by another build of this program, whose models may be "
                "others: remove the file, and start anew",
                path()));
        if (there.type != here.type)
            throw std::invalid_argument(fmt::format(
                "wbsync: '{}' is a search of {}, not of {}, which has the same name: give each "
                "model a name of its own, or another file",
                path(), there.type, here.type));
    }

    static constexpr const char* format = "resume 4";

    /// FNV-1a of the text: a file that was changed would lead astray.
    static std::uint64_t sum_of(const json& j) {
        std::uint64_t sum = 0xcbf29ce484222325;
        for (const char c : j.dump())
            sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        return sum;
    }

    whole_file file_;
};

} // namespace wbsync::search
