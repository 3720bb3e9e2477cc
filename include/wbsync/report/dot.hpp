// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/report/characters.hpp>
#include <wbsync/report/exhibit.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace wbsync::report {

namespace detail::dot {

/// The text inside of a string of DOT. Graphviz reads entities of HTML and escapes in labels.
inline std::string text(std::string_view words) {
    return spelled(words, [](const character& c) -> std::string_view {
        switch (c.code) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '&': return "&amp;";
        default: return c.bytes;
        }
    });
}

inline std::string id_of(const told_step& s) {
    return s.number == 0 ? "failure" : fmt::format("s{}", s.number);
}

inline std::string node(const told_step& s) {
    std::string label = s.function.empty() ? "" : text(s.function) + "\\l";
    if (s.number != 0)
        label += fmt::format("{}. ", s.number);
    label += prefix_of(s) + text(s.text) + "\\l";
    if (!s.place.empty())
        label += text(s.place) + "\\l";
    return fmt::format("{} [label=\"{}\"{}];\n", id_of(s), label,
                       is_marked(s) ? ", color=\"red\", penwidth=3"
                       : s.unusual  ? ", color=\"goldenrod\", penwidth=2"
                                    : "");
}

/// The nodes of one thread, and its program order.
inline std::string steps_of_thread(const told_steps& told, int column, std::string_view indent) {
    std::string nodes, order;
    const told_step* last = nullptr;
    for (const told_step& s : told.steps) {
        if (s.column != column)
            continue;
        nodes += fmt::format("{}{}", indent, node(s));
        if (last != nullptr)
            order += fmt::format("{}{} -> {}{};\n", indent, id_of(*last), id_of(s),
                                 column < 0 ? "" : " [label=\"po\"]");
        last = &s;
    }
    return nodes + order;
}

/// Time goes down: invisible edges from each step to the next one, whatever its thread.
inline std::string order_of_time(const told_steps& told) {
    std::string out;
    for (std::size_t i = 1; i < told.steps.size(); ++i)
        if (told.steps[i - 1].column != told.steps[i].column)
            out += fmt::format("  {} -> {} [style=invis];\n", id_of(told.steps[i - 1]),
                               id_of(told.steps[i]));
    return out;
}

} // namespace detail::dot

/// The finding as a graph for Graphviz: a cluster for each thread with its program order (po), and
/// the stores that reads have read from (rf).
inline std::string dot(const exhibit& e) {
    using namespace detail::dot;
    const told_steps told = steps_of(e);
    std::string out = "digraph finding {\n";
    out += fmt::format("  label=\"{}\\lfailed: {}\\l{}\\l\";\n  labelloc=\"b\";\n  "
                       "labeljust=\"l\";\n",
                       text(title_of(e)), text(failed_text(e.seen.what)), text(e.replay));
    out += "  newrank=true;\n" // ranks are those of the whole graph, not of each cluster
           "  node [shape=box, fontname=\"monospace\", fontsize=10];\n"
           "  edge [fontname=\"monospace\", fontsize=9];\n";
    for (std::size_t i = 0; i != told.threads.size(); ++i)
        out += fmt::format("  subgraph cluster_{} {{\n    label=\"{}\";\n    labelloc=\"t\";\n{}  "
                           "}}\n",
                           i, text(told.threads[i]),
                           steps_of_thread(told, static_cast<int>(i), "    "));
    out += steps_of_thread(told, -1, "  ");
    for (const auto& [store, read] : told.readings)
        out += fmt::format("  {} -> {} [label=\"rf\", color=\"blue\", fontcolor=\"blue\", "
                           "constraint=false];\n",
                           id_of(told.steps[store]), id_of(told.steps[read]));
    return out + order_of_time(told) + "}\n";
}

} // namespace wbsync::report
