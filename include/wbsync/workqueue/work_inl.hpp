// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/workqueue/work.hpp>

#include <stdexcept>

#include <fmt/core.h>

namespace wbsync {

inline work_struct::~work_struct() {
    engine::execution* run = engine::execution::current();
    if (run != nullptr && belongs_to(*run))
        run->end_scope(state_->word.scope, this, &state_->word);
}

inline detail::work_state& work_struct::state(const site& at) const {
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        throw std::logic_error("wbsync: a work can only be used inside a model");
    if (!belongs_to(*run))
        run->fail_no_object(this, "use", at);
    run->expect_alive(state_->word.scope, "use", at);
    return *state_;
}

inline work_struct::work_struct(const label& name, std::function<void(work_struct&)> function,
                                bool needs_kworker, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        return;
    auto& works = detail::work_states::of(*run);
    state_ = &works.add(name, *this, std::move(function));
    seal_ = seal(run->stamp());
    if (!needs_kworker)
        return;
    if (run->running()) {
        state_->own = works.take_spare(run->self());
        if (state_->own == nullptr)
            run->fail("misuse",
                      fmt::format("{} makes {} while it runs, and has no kworker for it: "
                                  "declare one with spare_kworkers(s, n), after the thread",
                                  run->thread_name(run->self()), name.str()),
                      at);
        return;
    }
    state_->own = &works.add_kworker(state_->name);
    state_->own->declare({state_->name, "kworker"});
}

inline void spare_kworkers(scenario&, int n, int threads, const site& at) {
    engine::execution& run = *engine::execution::current();
    const int count = run.thread_count();
    if (count < threads)
        violated("misuse", "spare_kworkers() comes after the threads that it is for", at);
    for (int t = count - threads; t != count; ++t)
        detail::work_states::of(run).add_spare(t, n);
}

inline bool work_pending(const work_struct& work, const site& at) {
    using detail::work_state;
    return (work.state(at).pending.load(memory_order::relaxed, "work_pending", at) &
            work_state::is_pending) != 0;
}

} // namespace wbsync
