// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/counters.hpp>
#include <wbsync/result.hpp>
#include <wbsync/search/json_members.hpp>
#include <wbsync/search/search_key.hpp>
#include <wbsync/search/task_text.hpp>
#include <wbsync/search/whole_file.hpp>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <unistd.h>

namespace wbsync::search {

/// A stopped search, with all that is needed to continue it.
struct saved_search : counters {
    search_key key;          ///< identifies the search
    bool is_divided = false; ///< there are, or were, several tasks
    double seconds = 0;
    limit_hit limit;
    double cut_off = 0;
    engine::coverage covered;
    engine::allowances allowed;
    std::vector<search_task> pending;
    std::vector<search_task> finished;
};

namespace detail {

/// The members of the file, in alphabetical order. `json` is a member_writer or a member_reader;
/// `long_text` writes or reads a member for which task_text.hpp has a form.
void members(auto& json, auto long_text, is<saved_search> auto& s) {
    long_text("allowed", s.allowed);
    json("blocked", s.blocked);
    json("build", s.key.build);
    long_text("covered", s.covered);
    json("cut_off", s.cut_off);
    json("discarded", s.discarded);
    json("divided", s.is_divided);
    json("events", s.events);
    json("executions", s.executions);
    long_text("finished", s.finished);
    long_text("limit", s.limit);
    json("model", s.key.model);
    json("options", s.key.options);
    json("overlap", s.overlap);
    long_text("pending", s.pending);
    json("redundant", s.sleep_set_blocked);
    json("seconds", s.seconds);
    json("threads", s.threads);
    json("type", s.key.type);
}

[[nodiscard]] inline std::string json_of(const saved_search& s) {
    member_writer write;
    members(
        write, [&](const char* name, const auto& value) { write(name, to_text(value)); }, s);
    return write.take();
}

/// Throws std::invalid_argument for anything that json_of() did not write.
[[nodiscard]] inline saved_search from_json(std::string_view json) {
    saved_search s;
    member_reader read(json);
    const auto long_text = [&]<class T>(const char* name, T& value) {
        std::string text;
        read(name, text);
        value = from_text<T>(text);
    };
    members(read, long_text, s);
    read.expect_end();
    return s;
}

} // namespace detail

/// A search in a file.
///
/// Each function is O(size of the search that is left).
class resume_file {
public:
    explicit resume_file(std::string path) : file_(std::move(path)) {}

    [[nodiscard]] bool wanted() const noexcept { return !path().empty(); }
    [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }
    [[nodiscard]] bool exists() const { return wanted() && ::access(path().c_str(), F_OK) == 0; }

    /// To be called before all the work. Throws std::invalid_argument.
    void expect_writable() const {
        if (!wanted())
            return;
        try {
            file_.expect_writable();
        } catch (const std::system_error& e) {
            throw std::invalid_argument(fmt::format("wbsync: {}", e.what()));
        }
    }

    /// Throws std::invalid_argument if the file holds no search, or one with another key.
    [[nodiscard]] saved_search load(const search_key& wanted_key) const {
        std::ifstream in(path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        saved_search s;
        try {
            s = detail::from_json(checked_search(text));
        } catch (const std::exception& e) {
            throw std::invalid_argument(
                fmt::format("wbsync: '{}' is no search to resume: {}", path(), e.what()));
        }
        expect_same(s.key, wanted_key);
        return s;
    }

    /// Writes the whole file or nothing: an older file is replaced at the end.
    void save(const saved_search& s) const {
        const std::string search = detail::json_of(s);
        try {
            file_.write(fmt::format("{}{}{}{},\"wbsync\":\"{}\"}}\n", before_search, search,
                                    before_sum, sum_of(search), format));
        } catch (const std::system_error& e) {
            throw std::runtime_error(fmt::format("{}, so the search cannot be resumed", e.what()));
        }
    }

    /// To be called when the search is complete.
    void remove() const { std::remove(path().c_str()); }

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

    static constexpr const char* format = "resume 5";

    static constexpr std::string_view before_search = "{\"search\":";
    static constexpr std::string_view before_sum = ",\"sum\":";

    /// The object that holds the search, as a part of the text of a file. Throws
    /// std::invalid_argument if the file has another version, or was changed.
    static std::string_view checked_search(std::string_view text) {
        if (text.ends_with('\n'))
            text.remove_suffix(1);
        const std::size_t end = text.rfind(before_sum);
        if (!text.starts_with(before_search) || end == text.npos)
            throw std::invalid_argument(not_ours);
        const auto [sum, version] = read_end('{' + std::string(text.substr(end + 1)));
        if (version != format)
            throw std::invalid_argument("it is of another version of wbsync: remove it, and start "
                                        "anew");
        const std::string_view search =
            text.substr(before_search.size(), end - before_search.size());
        if (sum != sum_of(search))
            throw std::invalid_argument("it is damaged");
        return search;
    }

    struct file_end {
        std::uint64_t sum = 0;
        std::string version;
    };
    static file_end read_end(const std::string& members) {
        file_end e;
        try {
            member_reader read(members);
            read("sum", e.sum);
            read("wbsync", e.version);
            read.expect_end();
        } catch (const std::invalid_argument&) {
            throw std::invalid_argument(not_ours);
        }
        return e;
    }

    static constexpr const char* not_ours = "it was not written by wbsync, or is damaged";

    /// FNV-1a of the text: a changed file would lead the search astray.
    static std::uint64_t sum_of(std::string_view text) {
        std::uint64_t sum = 0xcbf29ce484222325;
        for (const char c : text)
            sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        return sum;
    }

    whole_file file_;
};

} // namespace wbsync::search
