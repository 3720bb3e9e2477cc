// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/program/check_report.hpp>
#include <wbsync/program/cli.hpp>
#include <wbsync/program/errors.hpp>
#include <wbsync/program/output.hpp>
#include <wbsync/program/series.hpp>
#include <wbsync/report/formats.hpp>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// Standard output of `check`, in the form that --format asks for.
namespace wbsync::program {

/// How a check shows its finding. It runs in the process of the check, which has the trace.
inline std::function<std::string(const check_request&, const result&)>
renderer(const request& asked) {
    const report::format* const form = report::find_format(asked.format);
    const bool colour = has_colour(asked.colour);
    return [form, colour](const check_request& c, const result& r) {
        report::style how = style_of(c, r);
        how.colour = colour;
        return form->of(
            {r, subject_of(c, r), weakened_text(c), replay_command(c, r.schedule), how});
    };
}

/// What becomes of the outcomes. They come in the order of the checks.
class findings_output {
public:
    findings_output() = default;
    findings_output(const findings_output&) = delete;
    findings_output& operator=(const findings_output&) = delete;
    virtual ~findings_output() = default;

    /// Throws bad_usage if the outcome does not fit into the output.
    virtual void add(const check_request& c, const check_outcome& out) = 0;
    /// After the last one.
    virtual void end(const series& all) = 0;
};

namespace detail {

/// The table of the results, as text.
class result_lines {
public:
    result_lines(const std::vector<check_request>& checks, bool colour)
        : layout_(checks), colour_(colour) {}

    /// The next line, with the headings before the first one.
    [[nodiscard]] std::string next(const check_request& c, const check_outcome& out) {
        const std::string head = std::exchange(begun_, true) ? "" : layout_.header();
        return report::painted(head, colour_ ? report::ink::bold : report::ink::plain) +
               line_of(c, out, layout_, colour_);
    }
    [[nodiscard]] static std::string last(const series& all) {
        return all.not_started_text() + all.seen.str() + "\n";
    }

private:
    result_table layout_;
    bool colour_;
    bool begun_ = false;
};

/// The table, with each finding below its line.
class text_output final : public findings_output {
public:
    text_output(const std::vector<check_request>& checks, bool colour) : lines_(checks, colour) {}

    void add(const check_request& c, const check_outcome& out) override {
        print(lines_.next(c, out) + below(c, out));
    }
    void end(const series& all) override { print(result_lines::last(all)); }

private:
    /// Under another memory model the same counterexample need not be printed again.
    [[nodiscard]] std::string below(const check_request& c, const check_outcome& out) {
        if (out.counterexample.empty() || (out.rendered.empty() && !out.passes))
            return {};
        std::string of = arguments_text(c);
        if (of == of_ && out.counterexample == shown_ && !out.passes)
            return fmt::format("    the same counterexample as under {}\n    replay: {}\n\n",
                               wbsync::name_of(memory_), replay_command(c, out.seen.schedule));
        of_ = std::move(of);
        memory_ = c.with.memory;
        shown_ = out.counterexample;
        return "\n" + (out.passes ? out.counterexample : out.rendered) + "\n";
    }

    result_lines lines_;
    std::string of_; ///< model and parameters of the counterexample that was printed last
    memory_kind memory_ = memory_kind::sc;
    std::string shown_;
};

/// The document of --json.
class json_output final : public findings_output {
public:
    explicit json_output(const request& asked) : asked_(asked) {}

    void add(const check_request&, const check_outcome& out) override {
        results_.push_back(out.entry);
    }
    void end(const series& all) override {
        report::json document = heading_of(asked_);
        document["results"] = std::move(results_);
        document["not_started"] = all.not_started();
        print(report::dump(document, 2) + "\n");
    }

private:
    const request& asked_;
    report::json results_ = report::json::array();
};

/// Any other form. Standard output has nothing but the findings, so the table of the results is on
/// standard error.
class form_output : public findings_output {
public:
    explicit form_output(const std::vector<check_request>& checks) : lines_(checks, false) {}

    void add(const check_request& c, const check_outcome& out) final {
        fmt::print(stderr, "{}", lines_.next(c, out));
        show(c, out);
    }
    void end(const series& all) final {
        show_end(all);
        fmt::print(stderr, "{}", result_lines::last(all));
    }

private:
    virtual void show(const check_request& c, const check_outcome& out) = 0;
    virtual void show_end(const series&) {}

    result_lines lines_;
};

/// Findings that follow each other.
class sequence_output final : public form_output {
public:
    using form_output::form_output;

private:
    void show(const check_request&, const check_outcome& out) override {
        if (out.rendered.empty())
            return;
        print((std::exchange(begun_, true) ? "\n" : "") + out.rendered);
    }

    bool begun_ = false;
};

/// The one finding of a format whose documents cannot follow each other.
class single_output final : public form_output {
public:
    single_output(const std::vector<check_request>& checks, std::string name)
        : form_output(checks), name_(std::move(name)) {}

private:
    void show(const check_request& c, const check_outcome& out) override {
        if (out.rendered.empty())
            return;
        std::string whose = fmt::format("{} under {}", c.of.name(), wbsync::name_of(c.with.memory));
        if (!text_.empty())
            throw bad_usage(fmt::format(
                "--format {} is a document with one finding, but there is one of {} and one of {}: "
                "name one model, and one memory model with --memory",
                name_, whose_, whose));
        whose_ = std::move(whose);
        text_ = out.rendered;
    }
    void show_end(const series&) override { print(text_); }

    std::string name_;
    std::string whose_; ///< the check that has the finding
    std::string text_;
};

/// One log for all checks.
class sarif_output final : public form_output {
public:
    sarif_output(const std::vector<check_request>& checks, const report::origin& from)
        : form_output(checks), log_(from) {}

private:
    void show(const check_request& c, const check_outcome& out) override {
        if (!out.rendered.empty())
            log_.add(report::json::parse(out.rendered));
        else if (out.seen.outcome != verdict::verified)
            log_.add_unanswered(wbsync::name_of(out.seen.outcome), c.of.name(),
                                fmt::format("{} under {}: {}", c.of.name(),
                                            wbsync::name_of(c.with.memory), out.seen.limit_text()));
    }
    void show_end(const series& all) override {
        for (const check_request* c : all.left())
            log_.add_unanswered("not_started", c->of.name(),
                                fmt::format("{} under {}: not started", c->of.name(),
                                            wbsync::name_of(c->with.memory)));
        print(log_.str(all.seen.status()));
    }

    report::sarif_log log_;
};

} // namespace detail

/// The output that the user asked for.
inline std::unique_ptr<findings_output> make_output(const std::vector<check_request>& checks,
                                                    const request& asked) {
    if (asked.json)
        return std::make_unique<detail::json_output>(asked);
    if (asked.format == "text")
        return std::make_unique<detail::text_output>(checks, has_colour(asked.colour));
    if (asked.format == "sarif")
        return std::make_unique<detail::sarif_output>(checks, asked.origin);
    if (report::find_format(asked.format)->scope == report::format_scope::one)
        return std::make_unique<detail::single_output>(checks, asked.format);
    return std::make_unique<detail::sequence_output>(checks);
}

} // namespace wbsync::program
