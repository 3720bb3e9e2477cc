// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/rcu/srcu.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

namespace wbsync {

inline engine::execution& srcu_struct::use(const char* verb, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        throw std::logic_error("wbsync: an srcu_struct can only be used inside a model");
    expect_in_scope(verb, at);
    run->access(owner_, verb, at);
    run->access(&life_, verb, at);
    return *run;
}

inline void srcu_struct::serve() {
    served_ = true;
    engine::execution::current()->add_thread(
        {name_, "srcu_callbacks"}, [this] { callbacks_.rcu_do_batch(); },
        engine::thread_kind::server);
}

inline detail::callback_list& srcu_struct::callbacks(const char* verb, const site& at) {
    if (!served_)
        violated("misuse",
                 fmt::format("{}() needs the callback thread: call srcu_callback_thread(s, {}) "
                             "in threads()",
                             verb, name_.str()),
                 at);
    return callbacks_;
}

inline detail::callback_list srcu_struct::make() {
    engine::object_id domain = 0;
    engine::object_id queued = 0;
    engine::object_id invoked = 0;
    if (engine::execution* run = engine::execution::current()) {
        owner_ = run->owner();
        life_.begin(name_, property_);
        domain = run->new_object();
        queued = run->new_object();
        invoked = run->new_object();
    }
    periods_.reset(domain, &name_);
    return {queued,   {name_, "queued"},
            invoked,  {name_, "invoked"},
            periods_, {"an SRCU callback", "srcu_callbacks"},
            &life_};
}

} // namespace wbsync

namespace wbsync::detail {

inline void srcu_sections::reset() {
    for (int t = 0; t != engine::max_threads; ++t) {
        open_[t].clear();
        so_far_[t] = 0;
    }
}

inline void srcu_sections::thread_ends(engine::execution& run) {
    if (const auto& mine = open_[run.self()]; !mine.empty())
        run.fail("misuse",
                 fmt::format("thread {} ends inside of {} {}", run.thread_name(run.self()), kind,
                             mine.back().domain->name().str()),
                 mine.back().where);
}

inline int srcu_sections::enter(engine::execution& run, srcu_struct& domain, const site& at) {
    const engine::thread_id t = run.self();
    const std::size_t number = domain.periods().start_section(run, "srcu_read_lock", at);
    const int index = so_far_[t]++ * engine::max_threads + t;
    open_[t].push_back({&domain, index, number, at});
    atomic_context::of(run).enter(run, {kind, &domain.name(), at, true});
    if (run.recording())
        run.note({.kind = event_kind::section_begin,
                  .verb = "srcu_read_lock",
                  .object = {.name = domain.name().str()},
                  .before = std::int64_t{index},
                  .where = at});
    return index;
}

inline void srcu_sections::leave(engine::execution& run, srcu_struct& domain, int index,
                                 const site& at) {
    auto& mine = open_[run.self()];
    const auto s =
        std::find_if(mine.begin(), mine.end(), [&](const section& o) { return o.index == index; });
    if (s == mine.end())
        run.fail("misuse",
                 fmt::format("srcu_read_unlock({}, {}): {} has no section of that index",
                             domain.name().str(), index, run.thread_name(run.self())),
                 at);
    if (s->domain != &domain)
        run.fail("misuse",
                 fmt::format("srcu_read_unlock({}, {}): that index is of {}, since {}",
                             domain.name().str(), index, s->domain->name().str(), s->where.str()),
                 at);
    if (run.recording())
        run.note({.kind = event_kind::section_end,
                  .verb = "srcu_read_unlock",
                  .object = {.name = domain.name().str()},
                  .before = std::int64_t{index},
                  .where = at});
    domain.periods().end_section(run, s->number, at);
    mine.erase(s);
    atomic_context::of(run).leave(run, kind, &domain.name());
}

} // namespace wbsync::detail

namespace wbsync {

inline int srcu_read_lock(srcu_struct& ssp, const site& at) {
    engine::execution& run = ssp.use("srcu_read_lock", at);
    return run.running() ? run.get<detail::srcu_sections>().enter(run, ssp, at) : 0;
}

inline void srcu_read_unlock(srcu_struct& ssp, int index, const site& at) {
    engine::execution& run = ssp.use("srcu_read_unlock", at);
    if (run.running())
        run.get<detail::srcu_sections>().leave(run, ssp, index, at);
    detail::pass_fence_partner(detail::fence_partner::srcu_unlock);
}

inline void synchronize_srcu(srcu_struct& ssp, const site& at) {
    might_sleep("synchronize_srcu", at);
    engine::execution& run = ssp.use("synchronize_srcu", at);
    ssp.periods().synchronize(run, "synchronize_srcu", at);
}

inline void call_srcu(srcu_struct& ssp, rcu_head& head, std::function<void()> callback,
                      const site& at) {
    engine::execution& run = ssp.use("call_srcu", at);
    if (!run.running())
        violated("misuse", "call_srcu() can only be used by a thread of the model", at);
    ssp.callbacks("call_srcu", at)
        .add(run, head, std::move(callback), detail::callback_kind::function, "call_srcu", at);
}

inline void srcu_barrier(srcu_struct& ssp, const site& at) {
    might_sleep("srcu_barrier", at);
    engine::execution& run = ssp.use("srcu_barrier", at);
    if (!run.running() || !ssp.served())
        return;
    constexpr auto kind = detail::callback_kind::function;
    detail::callback_list& list = ssp.callbacks("srcu_barrier", at);
    run.full_fence(at, "srcu_barrier", "before");
    list.wait_for(run, list.snapshot(run, kind, "srcu_barrier", at), "srcu_barrier", at);
    run.full_fence(at, "srcu_barrier", "after");
}

inline void cleanup_srcu_struct(srcu_struct& ssp, const site& at) {
    might_sleep("cleanup_srcu_struct", at);
    engine::execution* run = engine::execution::current();
    if (run == nullptr)
        return;
    ssp.expect_in_scope("cleanup_srcu_struct", at);
    if (run->recording())
        run->note({.kind = event_kind::free,
                   .verb = "cleanup_srcu_struct",
                   .object = {.name = ssp.name().str()},
                   .where = at});
    run->end(ssp.life(), "cleanup_srcu_struct", at);
}

inline int init_srcu_struct(srcu_struct& ssp, const site& at) {
    engine::execution* run = engine::execution::current();
    if (run != nullptr)
        ssp.expect_in_scope("init_srcu_struct", at);
    if (run != nullptr && ssp.life().alive())
        run->end(ssp.life(), "init_srcu_struct", at);
    ssp.life().begin(ssp.name(), ssp.property());
    return 0;
}

} // namespace wbsync
