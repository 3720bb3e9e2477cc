// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/comparison.hpp>
#include <wbsync/linkage.hpp>

#include <functional>

#include <fmt/core.h>

namespace wbsync::engine {

WBSYNC_INLINE void comparison::begin() {
    if (is_active())
        footprint_->rewind();
}

WBSYNC_INLINE bool comparison::threads() {
    for (thread_id t = 0; t != state_.threads.count(); ++t) {
        const auto name =
            static_cast<std::int64_t>(std::hash<std::string>{}(state_.threads[t].name.str()));
        if (!leave({mark::kind::name, access_class::none, 0, t, 0, name, "", {}}, false))
            return false;
    }
    return true;
}

WBSYNC_INLINE bool comparison::step(const operation& op) {
    return leave({mark::kind::step, op.access, op.object, state_.self, state_.steps, op.delta,
                  op.verb, op.where},
                 false, op.name);
}

WBSYNC_INLINE bool comparison::value(std::int64_t value, bool opaque, const char* verb,
                                     const site& at) {
    return leave(
        {mark::kind::value, access_class::none, 0, state_.self, state_.steps, value, verb, at},
        opaque);
}

WBSYNC_INLINE bool comparison::local_step(const site& at) {
    return leave({mark::kind::local, access_class::none, 0, state_.self, state_.steps, 0, "", at},
                 false);
}

WBSYNC_INLINE bool comparison::leave(const mark& m, bool opaque, const label* object) {
    if (footprint_->add(m, opaque))
        return true;
    difference_ = {"misuse", describe(m, object), m.where, m.thread};
    return false;
}

WBSYNC_INLINE std::string comparison::describe(const mark& now, const label* object) const {
    const mark* before = footprint_->expected();
    const std::string who =
        now.thread < 0 ? std::string{state_.part} : state_.threads[now.thread].name.str();
    const std::string of = object == nullptr ? "" : fmt::format("({})", object->str());
    std::string text = fmt::format("in step {} {} ", now.step + 1, who);
    if (before != nullptr && before->what == mark::kind::value && now.what == before->what &&
        before->thread == now.thread && before->where == now.where)
        text += fmt::format("has {} from or for {} at {}, where it had {}", now.value, now.verb,
                            now.where.str(), before->value);
    else if (before == nullptr)
        text += fmt::format("{}, where the execution was over", did(now, of));
    else if (before->what == mark::kind::name || now.what == mark::kind::name)
        return "the threads that it declares, or their names, differ";
    else if (before->thread != now.thread)
        text += fmt::format("{}, where it was {}'s turn", did(now, of),
                            before->thread < 0 ? state_.part
                                               : state_.threads[before->thread].name.str());
    else
        text += fmt::format("{}, where it {}", did(now, of),
                            did(*before, before->object == now.object ? of : " of another object"));
    return text + " when the same execution was run before";
}

WBSYNC_INLINE std::string comparison::did(const mark& m, const std::string& of) {
    switch (m.what) {
    case mark::kind::name: return "starts";
    case mark::kind::local: return fmt::format("is at {}", m.where.str());
    case mark::kind::step:
    case mark::kind::value: break;
    }
    return fmt::format("does {}{} at {}", m.verb, of, m.where.str());
}

} // namespace wbsync::engine
