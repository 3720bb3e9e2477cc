// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/report.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace wbsync::bench {

/// A logarithmic axis over whole powers of ten microseconds.
class log_axis {
public:
    log_axis(double left, double right, double least, double most)
        : left_(left), right_(right), first_(static_cast<int>(std::floor(std::log10(least)))),
          last_(std::max(static_cast<int>(std::ceil(std::log10(most))), first_ + 1)) {}

    [[nodiscard]] int first() const noexcept { return first_; }
    [[nodiscard]] int last() const noexcept { return last_; }
    [[nodiscard]] double of(double us) const {
        return left_ + (right_ - left_) * (std::log10(us) - first_) / (last_ - first_);
    }

private:
    double left_;
    double right_;
    int first_;
    int last_;
};

/// Draws the picture: each umount is a dot, and p50 a bar with its value.
class svg_writer {
public:
    explicit svg_writer(const report& r) : report_(r) {}

    [[nodiscard]] std::string str() {
        const double height = top + panel_height * static_cast<double>(report_.tables.size());
        text_ = fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
            "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
            "<title>Latency of umount on real threads, by version of the protocol</title>\n"
            "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
            width, height);
        write(14, 22, "start",
              fmt::format("Latency of {} umounts of each version", report_.how.shutdowns),
              "font-size=\"15\"");
        double y = top;
        for (const table& t : report_.tables) {
            panel(t, y);
            y += panel_height;
        }
        return text_ + "</svg>\n";
    }

private:
    static constexpr double width = 900;
    static constexpr double top = 34;
    static constexpr double row_height = 22;
    static constexpr double head = 44;
    static constexpr double panel_height =
        head + row_height * static_cast<double>(versions.size()) + 34;
    static constexpr double lefts[] = {50, 490};
    static constexpr double axis_width = 375;

    void panel(const table& t, double y) {
        write(14, y + 14, "start", str_of(t), "font-weight=\"bold\"");
        distribution(t, &sample::umount, "the whole umount", lefts[0], y + head);
        distribution(t, &sample::cgroup_writeback_umount, "cgroup_writeback_umount() alone",
                     lefts[1], y + head);
    }
    static std::string str_of(const table& t) { return wbsync::bench::str(t.how); }

    /// All versions below each other, on one axis.
    void distribution(const table& t, double sample::*part, const char* what, double x, double y) {
        const log_axis axis = axis_of(t, part, x);
        write(x, y - 10, "start", what, "fill=\"#555\"");
        const double bottom = y + row_height * static_cast<double>(versions.size());
        for (int power = axis.first(); power <= axis.last(); ++power)
            grid_line(axis.of(std::pow(10.0, power)), y, bottom, power);
        for (std::size_t v = 0; v != versions.size(); ++v) {
            const double middle = y + row_height * (static_cast<double>(v) + 0.5);
            write(x - 8, middle + 4, "end", versions[v].name, "");
            row(t.of[v].of(part), axis, middle, v == v9 ? "#1a7f37" : "#c0392b");
        }
    }

    [[nodiscard]] static log_axis axis_of(const table& t, double sample::*part, double x) {
        double least = 1e9;
        double most = 0;
        for (const samples& s : t.of)
            for (const double us : s.of(part)) {
                least = std::min(least, positive(us));
                most = std::max(most, positive(us));
            }
        if (most == 0)
            least = most = 1;
        return {x, x + axis_width, least, most};
    }
    /// The clock may not have advanced.
    static double positive(double us) { return std::max(us, 0.01); }

    void grid_line(double x, double y, double bottom, int power) {
        text_ +=
            fmt::format("<path d=\"M{0:.1f} {1:.1f}V{2:.1f}\" stroke=\"#ddd\"/>\n", x, y, bottom);
        write(x, bottom + 14, "middle", power_str(power), R"(fill="#555" font-size="10")");
    }
    static std::string power_str(int power) {
        constexpr const char* units[] = {"ns", "us", "ms", "s"};
        const int unit = std::clamp((power + 3) / 3, 0, 3);
        return fmt::format("{:g} {}", std::pow(10.0, power + 3 - 3 * unit), units[unit]);
    }

    void row(const std::vector<double>& all, const log_axis& axis, double y, const char* colour) {
        std::string dots;
        for (std::size_t n = 0; n != all.size(); ++n)
            dots += fmt::format("M{:.1f} {:.1f}h0", axis.of(positive(all[n])),
                                y - 6 + static_cast<double>(n * 7 % 13));
        text_ += fmt::format("<path d=\"{}\" stroke=\"{}\" stroke-opacity=\".4\" "
                             "stroke-width=\"3.5\" stroke-linecap=\"round\"/>\n",
                             dots, colour);
        if (!all.empty())
            median(percentiles_of(all).p50, axis, y);
    }
    void median(double p50, const log_axis& axis, double y) {
        const double x = axis.of(positive(p50));
        text_ += fmt::format("<path d=\"M{:.1f} {:.1f}v18\" stroke=\"#000\" stroke-width=\"2\"/>\n",
                             x, y - 9);
        write(x + 5, y + 4, "start", value_str(p50),
              "font-size=\"11\" font-weight=\"bold\" stroke=\"#fff\" stroke-width=\"3\" "
              "paint-order=\"stroke\"");
    }
    static std::string value_str(double us) {
        return us >= 1000 ? fmt::format("{:.3g} ms", us / 1000)
               : us >= 1  ? fmt::format("{:.3g} us", us)
                          : fmt::format("{:.0f} ns", us * 1000);
    }

    void write(double x, double y, const char* anchor, const std::string& what,
               const char* attributes) {
        text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n", x,
                             y, anchor, attributes, what);
    }

    const report& report_;
    std::string text_;
};

inline std::string svg_text(const report& r) {
    return svg_writer(r).str();
}

} // namespace wbsync::bench
