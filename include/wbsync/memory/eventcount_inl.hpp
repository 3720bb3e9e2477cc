// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/eventcount.hpp>

#include <fmt/core.h>

namespace wbsync::detail {

inline std::string eventcount::reached::waits_for() const {
    return fmt::format("{}({}), which is {}", verb_, x_.name.str(), x_.value());
}

inline void eventcount::add(const char* verb, const site& at) {
    add_if([] { return true; }, verb, at);
}

inline bool eventcount::wait_for(std::int64_t n, const char* verb, const site& at,
                                 bool idle) const {
    engine::execution& run = *engine::execution::current();
    const reached when(*x_, n, verb);
    engine::operation op;
    op.object = x_->id;
    op.when = &when;
    op.idle = idle;
    op.verb = verb;
    op.name = &x_->name;
    op.where = at;
    if (!run.announce(op))
        return false;
    if (run.running())
        learn(run, when.store(), verb, at);
    return true;
}

inline int eventcount::reached::store() const {
    int i = x_.newest();
    while (i > 0 && x_.at(i - 1).value >= n_)
        --i;
    return i;
}

inline void eventcount::learn(engine::execution& run, int reached_by, const char* verb,
                              const site& at) const {
    const engine::store_record& s = x_->at(reached_by);
    run.policy().order_after(s.thread, s.seq);
    run.memory().learn(run.self(), s.message);
    if (run.recording())
        run.note({.kind = event_kind::wait,
                  .verb = verb,
                  .object = {x_->id, x_->name.str()},
                  .order = event_order::acquire,
                  .before = s.value,
                  .where = at},
                 s.step);
}

} // namespace wbsync::detail
