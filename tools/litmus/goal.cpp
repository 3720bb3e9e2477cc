// SPDX-License-Identifier: BSD-3-Clause
#include "goal.hpp"

namespace wbsync::litmus {

void goal::count(const statement& s, std::vector<assignments>& of) {
    if ((s.what == statement::kind::assign || s.what == statement::kind::await) && s.target >= 0) {
        assignments& found = of[static_cast<std::size_t>(s.target)];
        ++found.all;
        if (s.what == statement::kind::assign && s.value.what == expression::kind::call &&
            s.value.function->what == action::load)
            ++found.loads;
    }
    for (const statement& i : s.inner)
        count(i, of);
}

goal::goal(const litmus_test& test) {
    std::vector<std::vector<assignments>> all;
    for (const process& p : test.processes) {
        all.emplace_back(p.registers.size());
        count(p.body, all.back());
    }
    require(all, test.condition);
}

void goal::require(const std::vector<std::vector<assignments>>& all, const formula& f) {
    if (f.what == formula::kind::all) {
        for (const formula& part : f.parts)
            require(all, part);
        return;
    }
    if (f.what != formula::kind::equal || f.left.what != operand::kind::reg ||
        f.right.what != operand::kind::number)
        return;
    const assignments& found =
        all[static_cast<std::size_t>(f.left.process)][static_cast<std::size_t>(f.left.index)];
    if (found.all == 1 && found.loads == 1)
        values_[{f.left.process, f.left.index}] = f.right.number;
}

} // namespace wbsync::litmus
