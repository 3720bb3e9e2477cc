// SPDX-License-Identifier: BSD-3-Clause
#include "why.hpp"

#include "condition.hpp"

#include <wbsync/engine/lkmm/witness.hpp>

#include <fmt/format.h>

namespace wbsync::litmus {

namespace lkmm = engine::lkmm;

namespace {

const char* word_for(const lkmm::event& e) {
    using enum lkmm::event_kind;
    switch (e.kind) {
    case read: return "read";
    case write: return "write";
    case fence: return "fence";
    case lock_read:
    case lock_write: return "lock";
    case unlock: return "unlock";
    case lock_fail:
    case lock_held: return "held lock";
    case lock_free: return "free lock";
    case rcu_lock: return "rcu_read_lock";
    case rcu_unlock: return "rcu_read_unlock";
    case sync_rcu: return "synchronize_rcu";
    case srcu_lock: return "srcu_read_lock";
    case srcu_unlock: return "srcu_read_unlock";
    case sync_srcu: return "synchronize_srcu";
    }
    return "";
}

std::string text_of(const litmus_test& test, const executions& of, lkmm::event_index i) {
    const lkmm::event& e = of.graph().events[i];
    std::string text = word_for(e);
    if (e.location != lkmm::event::no_location)
        text += " " + test.locations[static_cast<std::size_t>(e.location)].name;
    if (e.kind == lkmm::event_kind::read || e.kind == lkmm::event_kind::write)
        text += "=" + describe_value(test, e.value);
    if (e.initial())
        return text + " (initial)";
    return fmt::format("{} ({}, line {})", text,
                       test.processes[static_cast<std::size_t>(e.thread)].name,
                       of.source(i)->at.line);
}

} // namespace

std::string describe_cycle(const litmus_test& test, const executions& of, lkmm::axiom broken) {
    const std::vector<lkmm::step> cycle = lkmm::witness(of.model(), broken);
    std::string text = fmt::format("{}:", lkmm::name_of(broken));
    for (const lkmm::step& s : cycle)
        text += fmt::format(" {} -{}->", text_of(test, of, s.from), s.name);
    return cycle.empty() ? text : fmt::format("{} {}", text, text_of(test, of, cycle.front().from));
}

} // namespace wbsync::litmus
