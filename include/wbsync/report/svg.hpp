// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/characters.hpp>
#include <wbsync/report/exhibit.hpp>
#include <wbsync/report/wrap.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace wbsync::report {

namespace detail::svg {

/// Measures in pixels, for a font whose characters are all as wide.
inline constexpr int glyph = 7; ///< a little less than a character, see wide()
inline constexpr int line = 17;
inline constexpr int margin = 16;
inline constexpr int padding = 8; ///< inside of a box
inline constexpr int lane_gap = 44;
inline constexpr int row_gap = 10;
inline constexpr int number_width = 34;
inline constexpr int most_columns = 46; ///< of text in a box
inline constexpr int least_columns = 14;
inline constexpr int least_page = 88; ///< columns of text below the lanes

/// What can be seen in both colour schemes, and without any.
inline constexpr std::string_view look = R"(  <style>
    .wb-paper { fill: #ffffff; }
    .wb-text { fill: #1f2328; font: 12px monospace; white-space: pre; direction: ltr; unicode-bidi: isolate; }
    .wb-dim { fill: #59636e; }
    .wb-bold { font-weight: bold; }
    .wb-bad { fill: #b3141f; font-weight: bold; }
    .wb-lane { stroke: #d1d9e0; stroke-width: 2; }
    .wb-box { fill: #f6f8fa; stroke: #8c959f; }
    .wb-odd { stroke: #9a6700; stroke-width: 2; stroke-dasharray: 4 2; }
    .wb-fails { fill: #ffebe9; stroke: #cf222e; stroke-width: 3; }
    .wb-rf { fill: none; stroke: #0969da; stroke-width: 1.5; }
    .wb-tip { fill: #0969da; }
    @media (prefers-color-scheme: dark) {
      .wb-paper { fill: #0d1117; }
      .wb-text { fill: #e6edf3; }
      .wb-dim { fill: #9198a1; }
      .wb-bad { fill: #ff7b72; }
      .wb-lane { stroke: #3d444d; }
      .wb-box { fill: #151b23; stroke: #656c76; }
      .wb-odd { stroke: #d29922; }
      .wb-fails { fill: #301216; stroke: #f85149; }
      .wb-rf { stroke: #4493f8; }
      .wb-tip { fill: #4493f8; }
    }
  </style>
)";

/// Columns that the text takes at most: what is not ASCII may be twice as wide.
inline int columns_of(std::string_view text) {
    int columns = 0;
    while (!text.empty())
        columns += take(text).is_ascii() ? 1 : 2;
    return columns;
}

inline int wide(int columns) {
    return columns * glyph + columns / 3; // 7.22 pixels are 0.6 of 12, and some
}

inline std::string text_at(int x, int y, std::string_view words, std::string_view kind = "") {
    return fmt::format("  <text class=\"wb-text{}\" x=\"{}\" y=\"{}\">{}</text>\n", kind, x, y,
                       in_xml(words));
}

/// A step, and where its box is.
struct box {
    const told_step* step = nullptr;
    std::vector<std::string> lines;
    int x = 0, y = 0, width = 0, height = 0;

    [[nodiscard]] int right() const noexcept { return x + width; }
    [[nodiscard]] int middle() const noexcept { return y + height / 2; }
};

/// The lines of a step, of which none is longer than the box may be.
inline std::vector<std::string> lines_of(const told_step& s) {
    std::vector<std::string> lines;
    const auto add = [&](const std::string& text) {
        for (std::string& part : wrap(visible(text), most_columns, 2))
            lines.push_back(std::move(part));
    };
    if (!s.function.empty())
        add(s.function);
    add(prefix_of(s) + s.text);
    if (!s.place.empty())
        add(s.place);
    return lines;
}

/// The picture: lanes side by side, time going down.
class picture {
public:
    explicit picture(const exhibit& e) : shown_(e), told_(steps_of(e)), id_(fingerprint_of(e)) {
        for (const told_step& s : told_.steps) {
            box b;
            b.step = &s;
            b.lines = lines_of(s);
            boxes_.push_back(std::move(b));
        }
        place_lanes();
        place_boxes();
    }

    [[nodiscard]] std::string str() const {
        const auto [foot, end] = below();
        const std::string title = title_of(shown_);
        std::string out = fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
            "height=\"{1}\" role=\"img\" aria-labelledby=\"wb-title-{2} wb-desc-{2}\">\n",
            width_, end, id_);
        out += fmt::format("  <title id=\"wb-title-{}\">{}</title>\n", id_, in_xml(title));
        out += fmt::format("  <desc id=\"wb-desc-{}\">{}</desc>\n", id_, in_xml(description()));
        out += look;
        out += fmt::format("  <defs><marker id=\"wb-tip-{}\" viewBox=\"0 0 8 8\" refX=\"7\" "
                           "refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
                           "<path class=\"wb-tip\" d=\"M0 0 L8 4 L0 8 z\"/></marker></defs>\n",
                           id_);
        out +=
            fmt::format("  <rect class=\"wb-paper\" width=\"{}\" height=\"{}\"/>\n", width_, end);
        out += text_at(margin, margin + line - 4, title, " wb-bold");
        out += text_at(margin, margin + 2 * line - 4, subject_text(shown_.about), " wb-dim");
        return out + lanes() + arrows() + boxes() + foot + "</svg>\n";
    }

private:
    struct lane {
        int x = 0, width = 0;
    };

    static constexpr int names_at = margin + 3 * line;
    static constexpr int steps_at = names_at + 2 * line;

    void place_lanes() {
        std::vector<int> columns(std::max<std::size_t>(told_.threads.size(), 1), least_columns);
        for (std::size_t i = 0; i != told_.threads.size(); ++i)
            columns[i] = std::max(columns[i], columns_of(visible(told_.threads[i])));
        for (const box& b : boxes_)
            for (const std::string& text : b.lines)
                if (b.step->column >= 0) {
                    int& most = columns[static_cast<std::size_t>(b.step->column)];
                    most = std::max(most, columns_of(text));
                }
        int x = margin + number_width;
        for (const int c : columns) {
            lanes_.push_back({x, wide(c) + 2 * padding});
            x += lanes_.back().width + lane_gap;
        }
        const int lanes_end = x - lane_gap + margin;
        width_ = std::max({lanes_end, wide(least_page) + 2 * margin,
                           wide(columns_of(visible(title_of(shown_))) + 4) + 2 * margin,
                           wide(columns_of(visible(subject_text(shown_.about)))) + 2 * margin});
    }

    void place_boxes() {
        int y = steps_at;
        for (box& b : boxes_) {
            const auto column = static_cast<std::size_t>(std::max(b.step->column, 0));
            b.x = lanes_[column].x;
            b.y = y;
            b.width = b.step->column >= 0 ? lanes_[column].width
                                          : lanes_.back().x + lanes_.back().width - b.x;
            for (const std::string& text : b.lines)
                b.width = std::max(b.width, wide(columns_of(text)) + 2 * padding);
            b.height = static_cast<int>(b.lines.size()) * line + padding;
            y += b.height + row_gap;
        }
        end_of_steps_ = y;
    }

    /// A thin line below the name of each thread.
    [[nodiscard]] std::string lanes() const {
        std::string out;
        for (std::size_t i = 0; i != told_.threads.size(); ++i) {
            const int middle = lanes_[i].x + lanes_[i].width / 2;
            out += text_at(lanes_[i].x, names_at + line, told_.threads[i], " wb-bold");
            out += fmt::format("  <line class=\"wb-lane\" x1=\"{0}\" y1=\"{1}\" x2=\"{0}\" "
                               "y2=\"{2}\"/>\n",
                               middle, names_at + line + 8, end_of_steps_);
        }
        return out;
    }

    [[nodiscard]] std::string boxes() const {
        std::string out;
        for (const box& b : boxes_) {
            const told_step& s = *b.step;
            const char* const kind = is_marked(s) ? " wb-fails" : s.unusual ? " wb-odd" : "";
            out += fmt::format("  <rect class=\"wb-box{}\" x=\"{}\" y=\"{}\" width=\"{}\" "
                               "height=\"{}\" rx=\"4\"/>\n",
                               kind, b.x, b.y, b.width, b.height);
            int y = b.y + line - 2;
            if (s.number != 0)
                out += text_at(margin, y, fmt::format("{}", s.number), " wb-dim");
            for (std::size_t i = 0; i != b.lines.size(); ++i, y += line)
                out += text_at(b.x + padding, y, b.lines[i],
                               i == 0 && !s.function.empty() ? " wb-dim"
                               : is_marked(s)                ? " wb-bad"
                                                             : "");
        }
        return out;
    }

    /// From each store to a read of another thread. They go below the boxes between their ends.
    [[nodiscard]] std::string arrows() const {
        std::string out;
        for (const auto& [store, read] : told_.readings) {
            const box &from = boxes_[store], &to = boxes_[read];
            if (from.step->column == to.step->column || from.step->column < 0 ||
                to.step->column < 0)
                continue;
            const bool rightward = from.step->column < to.step->column;
            const int x1 = rightward ? from.right() : from.x, x2 = rightward ? to.x : to.right();
            const int bend = rightward ? lane_gap / 2 : -lane_gap / 2;
            out += fmt::format("  <path class=\"wb-rf\" d=\"M{} {} C{} {} {} {} {} {}\" "
                               "marker-end=\"url(#wb-tip-{})\"><title>{}</title></path>\n",
                               x1, from.middle(), x1 + bend, from.middle(), x2 - bend, to.middle(),
                               x2, to.middle(), id_,
                               fmt::format("{} reads from {}", to.step->number, from.step->number));
        }
        return out;
    }

    /// What stands below the lanes, and where that ends.
    [[nodiscard]] std::pair<std::string, int> below() const {
        std::string out;
        int y = end_of_steps_ + line;
        const int columns = (width_ - 2 * margin) / (glyph + 1);
        const auto add = [&](const std::string& text, std::string_view kind) {
            if (text.empty())
                return;
            for (const std::string& part : wrap(visible(text), columns, 2)) {
                out += text_at(margin, y, part, kind);
                y += line;
            }
        };
        add("failed: " + failed_text(shown_.seen.what), " wb-bad");
        for (const named_place& p : failed_places(shown_.seen.counterexample, shown_.seen.what))
            add(fmt::format("{}: {}", p.name, p.text), "");
        if (!told_.not_shown.empty())
            add("not shown: " + told_.not_shown, " wb-dim");
        for (const std::string& note : shown_.notes)
            add(note, " wb-dim");
        if (!arrows().empty())
            add("an arrow goes from a store to what has read it", " wb-dim");
        add(shown_.replay.empty() ? "" : "replay: " + shown_.replay, " wb-dim");
        return {out, y + margin - line / 2};
    }

    /// The picture in words, for those who do not see it.
    [[nodiscard]] std::string description() const {
        std::string out = subject_text(shown_.about) + ".";
        for (const told_step& s : told_.steps) {
            out += s.number == 0 ? " " : fmt::format(" {}. ", s.number);
            if (s.column >= 0)
                out += told_.threads[static_cast<std::size_t>(s.column)] + ": ";
            out += prefix_of(s) + s.text + ";";
        }
        return out + " failed: " + failed_text(shown_.seen.what);
    }

    const exhibit& shown_;
    told_steps told_;
    std::string id_;
    std::vector<lane> lanes_;
    std::vector<box> boxes_;
    int width_ = 0;
    int end_of_steps_ = 0;
};

} // namespace detail::svg

/// The finding as one picture that needs nothing else: a lane for each thread, a box for each step,
/// an arrow from each store to a read of another thread. It follows the reader's colour scheme, and
/// says in words what it shows.
inline std::string svg(const exhibit& e) {
    return detail::svg::picture(e).str();
}

} // namespace wbsync::report
