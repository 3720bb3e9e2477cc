// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/check_report.hpp>
#include <wbsync/program/user_file.hpp>
#include <wbsync/report/page.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace wbsync::program {

/// The first finding of some checks as a page to step through. Standard error says which one it is.
class html {
public:
    /// An empty `path`: nothing is written. Throws std::runtime_error if the file cannot be
    /// written, before the work.
    html(const std::string& path, const report::origin& from) : file_(path), from_(from) {
        if (wanted())
            explained([&] { file_.expect_writable(); });
    }

    void add(const check_request& c, const check_outcome& out) {
        if (!wanted() || out.seen.outcome != verdict::finding)
            return;
        ++findings_;
        if (!page_.empty() || out.entry.at("counterexample").is_null())
            return;
        page_ = report::page(out.entry, from_, replay_command(c, out.seen.schedule));
        name_ = fmt::format("{} of {} under {}", out.seen.verdict_text(), c.of.name(),
                            wbsync::name_of(c.with.memory));
    }

    /// Writes the whole file, if there is a finding. Throws std::runtime_error.
    void write() const {
        if (!wanted())
            return;
        if (page_.empty()) {
            fmt::print(stderr, "{}: --html: there is no counterexample, so nothing is written\n",
                       program_name());
            return;
        }
        explained([&] { file_.write(page_); });
        fmt::print(stderr, "{}: --html: '{}' shows the {}{}\n", program_name(), file_.path(), name_,
                   findings_ == 1 ? "" : fmt::format(", the first of {} findings", findings_));
    }

private:
    [[nodiscard]] bool wanted() const { return !file_.path().empty(); }

    template <class Do>
    static void explained(Do action) {
        try {
            action();
        } catch (const std::system_error& e) {
            throw std::runtime_error(fmt::format("--html: {}", e.what()));
        }
    }

    user_file file_;
    report::origin from_;
    std::string page_;
    std::string name_; ///< what it shows
    int findings_ = 0;
};

} // namespace wbsync::program
