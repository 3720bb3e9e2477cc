// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/footprint.hpp>
#include <wbsync/engine/trace.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace wbsync::engine {

/// What a model does, for comparison with the same execution when it is run again: a model that
/// then does something else depends on more than what it reads through wbsync.
class comparison {
public:
    explicit comparison(const execution_state& state) : state_(state) {}

    /// The next executions are written down or compared, until this is called with nullptr.
    void use(footprint* in) noexcept { footprint_ = in; }
    [[nodiscard]] bool is_active() const noexcept { return footprint_ != nullptr; }
    void begin() {
        if (is_active())
            footprint_->rewind();
    }

    // Each of these is called if is_active(), and false if the model does not do the same as
    // before; then difference() says so.

    [[nodiscard]] bool threads() {
        for (thread_id t = 0; t != state_.threads.count(); ++t) {
            const auto name =
                static_cast<std::int64_t>(std::hash<std::string>{}(state_.threads[t].name.str()));
            if (!leave({mark::kind::name, access_class::none, 0, t, 0, name, "", {}}, false))
                return false;
        }
        return true;
    }

    [[nodiscard]] bool step(const operation& op) {
        return leave({mark::kind::step, op.access, op.object, state_.self, state_.steps, op.delta,
                      op.verb, op.where},
                     false, op.name);
    }

    /// The operation under way has read or stored `value`; `opaque`: it may be an address.
    [[nodiscard]] bool value(std::int64_t value, bool opaque, const char* verb, const site& at) {
        return leave(
            {mark::kind::value, access_class::none, 0, state_.self, state_.steps, value, verb, at},
            opaque);
    }

    [[nodiscard]] bool local_step(const site& at) {
        return leave(
            {mark::kind::local, access_class::none, 0, state_.self, state_.steps, 0, "", at},
            false);
    }

    [[nodiscard]] const finding& difference() const noexcept { return difference_; }

private:
    bool leave(const mark& m, bool opaque, const label* object = nullptr) {
        if (footprint_->add(m, opaque))
            return true;
        difference_ = {"misuse", describe(m, object), m.where, m.thread};
        return false;
    }

    [[nodiscard]] std::string describe(const mark& now, const label* object) const {
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
            text +=
                fmt::format("{}, where it {}", did(now, of),
                            did(*before, before->object == now.object ? of : " of another object"));
        return text + " when the same execution was run before";
    }

    static std::string did(const mark& m, const std::string& of) {
        switch (m.what) {
        case mark::kind::name: return "starts";
        case mark::kind::local: return fmt::format("is at {}", m.where.str());
        case mark::kind::step:
        case mark::kind::value: break;
        }
        return fmt::format("does {}{} at {}", m.verb, of, m.where.str());
    }

    const execution_state& state_;
    footprint* footprint_ = nullptr;
    finding difference_;
};

} // namespace wbsync::engine
