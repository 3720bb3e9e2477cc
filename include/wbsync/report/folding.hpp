// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/trace.hpp>
#include <wbsync/report/step.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace wbsync::report {

/// Which steps a reader needs to see how the property came to fail: the others are folded.
///
/// Needed is what fails, and whatever a thread that is needed has seen of another one, or missed,
/// until then: a read of another thread's store, and that store; a read that another thread's later
/// store comes too late for, and that store. So what only its own thread cares about is folded: the
/// inside of a percpu_ref, lists that nobody else walks. A lock says nothing, unless the finding
/// is about it; nor does a section that no grace period waits for. A short execution is shown as it
/// is.
///
/// O(steps^2).
class folding {
public:
    static constexpr std::size_t short_execution = 10; ///< steps

    /// A trace of no more than `few` steps is not folded.
    folding(const trace& t, const finding& f, std::size_t few = short_execution)
        : trace_(t), finding_(f), needed_(t.steps.size(), t.steps.size() <= few) {
        const colliding_steps two = colliding_steps_of(t, f);
        for (std::size_t i = 0; i != t.steps.size(); ++i)
            if (two.earlier == i || two.later == i || says_itself(t.steps[i]))
                need(i);
        if (two.earlier && f.with.what != collision::pair::use_after_end)
            need_fences_between(*two.earlier, two.later.value_or(t.steps.size()));
        need_last_of(f.thread);
        if (f.thread < 0) // of nobody: what all of them have done
            for (std::size_t i = t.steps.size(); i-- != 0;)
                follow(i);
    }

    [[nodiscard]] bool needs(std::size_t i) const { return needed_[i]; }

private:
    static bool says_itself(const trace_step& s) noexcept {
        const bool weakened = is_barrier(s) && !s.message.empty();
        return weakened || s.kind == event_kind::finding || s.kind == event_kind::note ||
               s.kind == event_kind::blocked;
    }

    /// Those that the reader may take for what orders the two accesses.
    void need_fences_between(std::size_t earlier, std::size_t later) {
        for (std::size_t i = earlier; i != later; ++i)
            if (is_barrier(trace_.steps[i]) && (trace_.steps[i].thread == finding_.thread ||
                                                trace_.steps[i].thread == finding_.with.thread))
                needed_[i] = true;
    }

    /// What the thread has done last is what has failed, or has led there; and who has stored what
    /// it found.
    void need_last_of(int thread) {
        std::size_t i = trace_.steps.size();
        while (i != 0 && (trace_.steps[i - 1].thread != thread || says_itself(trace_.steps[i - 1])))
            --i;
        if (thread < 0 || i == 0)
            return;
        const trace_step& s = trace_.steps[--i];
        need(i);
        for (std::size_t j = i; has_value(s.before) && s.object.id >= 0 && j-- != 0;)
            if (trace_.steps[j].object.id == s.object.id && has_value(trace_.steps[j].after)) {
                if (trace_.steps[j].thread >= 0)
                    need(j);
                return;
            }
    }

    void need(std::size_t i) {
        if (needed_[i])
            return;
        needed_[i] = true;
        follow(i);
    }

    /// What the thread of step `end` has seen of others until then.
    void follow(std::size_t end) {
        const int thread = trace_.steps[end].thread;
        if (thread < 0)
            return;
        const auto at = static_cast<std::size_t>(thread);
        if (followed_.size() <= at)
            followed_.resize(at + 1, 0);
        for (std::size_t i = followed_[at]; i <= end; ++i)
            if (trace_.steps[i].thread == thread) {
                followed_[at] = i + 1;
                look_at(i);
            }
    }

    void look_at(std::size_t i) {
        const trace_step& s = trace_.steps[i];
        if (is_of_lock(s) && !is_about(s))
            return;
        if (s.kind == event_kind::free || is_grace_period_that_waits(s) ||
            (is_plain(s) && is_about(s)))
            need(i);
        if (is_others(s.reads_from, s.thread)) {
            need(i);
            need(static_cast<std::size_t>(s.reads_from));
        }
        if (s.stale || s.late)
            need(i);
        if (is_others(s.newer_step, s.thread))
            need(static_cast<std::size_t>(s.newer_step));
        if (has_value(s.before))
            look_for_store_after(i);
    }

    /// Another thread's store that the read comes too early for.
    void look_for_store_after(std::size_t i) {
        const trace_step& s = trace_.steps[i];
        for (std::size_t j = i + 1; j != trace_.steps.size(); ++j) {
            const trace_step& o = trace_.steps[j];
            if (s.object.id < 0 || o.object.id != s.object.id || !has_value(o.after))
                continue;
            if (o.thread != s.thread) {
                need(i);
                need(j);
            }
            return;
        }
    }

    [[nodiscard]] bool is_others(int step, int thread) const {
        return step >= 0 && trace_.steps[static_cast<std::size_t>(step)].thread >= 0 &&
               trace_.steps[static_cast<std::size_t>(step)].thread != thread;
    }
    [[nodiscard]] static bool is_of_lock(const trace_step& s) noexcept {
        return s.kind == event_kind::lock || s.kind == event_kind::unlock ||
               s.kind == event_kind::down || s.kind == event_kind::up;
    }
    [[nodiscard]] bool is_about(const trace_step& s) const {
        return !s.object.name.empty() &&
               (s.object.name == finding_.with.object ||
                finding_.message.find(s.object.name) != std::string::npos);
    }
    [[nodiscard]] static bool is_plain(const trace_step& s) noexcept {
        return s.kind == event_kind::plain_read || s.kind == event_kind::plain_write;
    }
    [[nodiscard]] static bool is_grace_period_that_waits(const trace_step& s) noexcept {
        return s.kind == event_kind::grace_period_begin && !s.waits_for.empty();
    }

    const trace& trace_;
    const finding& finding_;
    std::vector<bool> needed_;
    std::vector<std::size_t> followed_; ///< of each thread: the step that was not looked at so far
};

} // namespace wbsync::report
