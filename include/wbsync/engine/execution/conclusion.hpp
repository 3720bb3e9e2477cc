// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/limit_kind.hpp>
#include <wbsync/engine/scheduler.hpp>
#include <wbsync/engine/trace.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// How an execution ended: its findings, and why it ended.
class conclusion {
public:
    void begin();

    // --- findings -------------------------------------------------------------------------------

    void add(finding what) { findings_.push_back(std::move(what)); }
    [[nodiscard]] const std::vector<finding>& findings() const noexcept { return findings_; }

    /// What differs from the same execution when it was run before: a finding.
    void differs(finding what) { difference_ = std::move(what); }
    [[nodiscard]] const std::optional<finding>& difference() const noexcept { return difference_; }

    /// The execution does not exist after all: a late load reads a value that nobody has stored.
    void does_not_exist();
    [[nodiscard]] bool exists() const noexcept { return exists_; }

    /// `thread` could load something else from `object` late, and no execution shows what comes of
    /// it: a pointer, if `most` is 0, or more than so many values.
    struct late_load_left_out {
        std::string thread;
        std::string object;
        std::size_t most;
    };
    void leaves_out(late_load_left_out what) { left_out_ = std::move(what); }
    [[nodiscard]] const std::optional<late_load_left_out>& left_out() const noexcept {
        return left_out_;
    }

    // --- why it ended ---------------------------------------------------------------------------

    void ends_by(outcome how) noexcept { outcome_ = how; }
    [[nodiscard]] outcome ending() const noexcept { return outcome_; }

    /// A limit was hit at that place, in the thread or the part of the model called `in`.
    void is_cut_short(limit_kind by, const site& at, std::string in);
    [[nodiscard]] limit_kind limit() const noexcept { return limit_; }
    [[nodiscard]] const site& limit_at() const noexcept { return limit_at_; }
    /// The thread or the part of the model that hit the limit.
    [[nodiscard]] const std::string& limit_in() const noexcept { return limit_in_; }

    // --- what is left of the model --------------------------------------------------------------

    /// The model's objects are not in a proper state any more.
    void breaks_model() noexcept { intact_ = false; }
    /// Can the model be destroyed properly?
    [[nodiscard]] bool intact() const noexcept { return intact_; }

private:
    std::optional<late_load_left_out> left_out_;
    outcome outcome_ = outcome::complete;
    limit_kind limit_ = limit_kind::none;
    site limit_at_;
    std::string limit_in_;
    std::vector<finding> findings_;
    std::optional<finding> difference_;
    bool intact_ = true;
    bool exists_ = true;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/conclusion_inl.hpp>
#endif
