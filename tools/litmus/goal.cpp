// SPDX-License-Identifier: BSD-3-Clause
#include "goal.hpp"

namespace wbsync::litmus {

namespace {

struct assignments {
    int all = 0;
    int loads = 0;
};

void count(const statement& s, int target, assignments& found) {
    if ((s.what == statement::kind::assign || s.what == statement::kind::await) &&
        s.target == target) {
        ++found.all;
        if (s.what == statement::kind::assign && s.value.what == expression::kind::call &&
            s.value.function->what == action::load)
            ++found.loads;
    }
    for (const statement& i : s.inner)
        count(i, target, found);
}

} // namespace

goal::goal(const litmus_test& test) {
    require(test, test.condition);
}

void goal::require(const litmus_test& test, const formula& f) {
    if (f.what == formula::kind::all) {
        for (const formula& part : f.parts)
            require(test, part);
        return;
    }
    if (f.what != formula::kind::equal || f.left.what != operand::kind::reg ||
        f.right.what != operand::kind::number)
        return;
    assignments found;
    count(test.processes[static_cast<std::size_t>(f.left.process)].body, f.left.index, found);
    if (found.all == 1 && found.loads == 1)
        values_[{f.left.process, f.left.index}] = f.right.number;
}

} // namespace wbsync::litmus
