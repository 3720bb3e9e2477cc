// SPDX-License-Identifier: BSD-3-Clause
// The table of docs/cheat-sheet.md, in Markdown.

#include "checks/report/cheat_sheet/measure.hpp"

#include <wbsync/report/columns.hpp>

#include <exception>

#include <fmt/format.h>

int main() {
    using namespace cheat_sheet;
    using enum wbsync::report::columns::side;
    try {
        wbsync::report::columns table({{"word"},
                                       {"writer"},
                                       {"reader"},
                                       {"full"},
                                       {"blocks"},
                                       {"steps", right},
                                       {"executions", right}});
        for (const group& g : all_words()) {
            table.add({fmt::format("**{}**", g.name), "", "", "", "", "", ""});
            for (const word& w : g.words) {
                const measured m = measure(w);
                table.add({w.name, m.writer, m.reader, m.full, m.blocks, m.steps, m.executions});
            }
        }
        fmt::print("{}", table.markdown());
    } catch (const std::exception& e) {
        fmt::print(stderr, "cheat-sheet: {}\n", e.what());
        return 1;
    }
}
