// SPDX-License-Identifier: BSD-3-Clause
#include "writers.hpp"

namespace wbsync::litmus {

writers::writers(const litmus_test& test) {
    for (const location& x : test.locations)
        initial_.push_back(x.initial);
    for (std::size_t p = 0; p != test.processes.size(); ++p)
        visit(test.processes[p].body, static_cast<int>(p));
}

const writers::writer* writers::only_one(int location, std::int64_t value) const {
    if (unclear_.count(-1) != 0 || unclear_.count(location) != 0 ||
        initial_[static_cast<std::size_t>(location)] == value)
        return nullptr;
    const writer* found = nullptr;
    for (const constant_store& s : stores_)
        if (s.location == location && s.value == value) {
            if (found != nullptr)
                return nullptr;
            found = &s.by;
        }
    return found;
}

void writers::visit(const statement& s, int process) {
    using enum statement::kind;
    straight_ = straight_ && s.what != branch && s.what != await;
    if (s.what == store)
        unclear_.insert(s.place.what == expression::kind::address ? s.place.index : -1);
    visit(s.value, process);
    visit(s.place, process);
    for (const statement& i : s.inner)
        visit(i, process);
}

void writers::visit(const expression& e, int process) {
    for (const expression& a : e.args)
        visit(a, process);
    if (e.what == expression::kind::binary && (e.op == "&&" || e.op == "||"))
        straight_ = false; // the second operand may not be evaluated
    if (e.what == expression::kind::call &&
        (e.function->what == action::srcu_down || e.function->what == action::srcu_up))
        straight_ = false; // the execution decides who ends a section
    if (e.what != expression::kind::call || !e.function->writes() || !e.function->has_location())
        return;
    const expression& x = e.args[static_cast<std::size_t>(e.function->location_argument())];
    const int location = x.what == expression::kind::address ? x.index : -1;
    if (location >= 0 && e.function->what == action::store &&
        e.args[1].what == expression::kind::number)
        stores_.push_back({location, e.args[1].number, {process, &e}});
    else
        unclear_.insert(location);
}

} // namespace wbsync::litmus
