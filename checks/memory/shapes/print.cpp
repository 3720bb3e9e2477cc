// SPDX-License-Identifier: BSD-3-Clause
// The table of shapes of docs/memory-model.md, in Markdown.

#include "checks/memory/shapes/shape.hpp"

#include <wbsync/report/columns.hpp>

#include <exception>

#include <fmt/format.h>

namespace {

/// "mb, po"
std::string orderings(const shapes::shape& s) {
    std::string text;
    for (const shapes::thread& t : s.threads)
        if (t.accesses.size() == 2)
            text += (text.empty() ? "" : ", ") + shapes::name_of(t.between);
    return text;
}

} // namespace

int main() {
    using wbsync::memory_kind;
    try {
        wbsync::report::columns table({{"shape"}, {"orderings"}, {"sc"}, {"rc11"}, {"lkmm"}});
        for (const shapes::shape& s : shapes::all()) {
            const auto cell = [&](memory_kind memory) {
                return shapes::happens(s, memory) ? "**yes**" : "no";
            };
            table.add({s.name, orderings(s), cell(memory_kind::sc), cell(memory_kind::rc11),
                       cell(memory_kind::lkmm)});
        }
        fmt::print("{}", table.markdown());
    } catch (const std::exception& e) {
        fmt::print(stderr, "memory-shapes: {}\n", e.what());
        return 1;
    }
}
