// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/rcu/srcu.hpp>
#else

#include <wbsync/engine/scope.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/memory/fences.hpp>
#include <wbsync/rcu/callback_list.hpp>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace wbsync {

class scenario;

/// A domain of sleepable RCU: its grace periods wait for its sections only. Initialised when it is
/// built, as by DEFINE_SRCU. Use after cleanup_srcu_struct(), or not ordered before that, is a
/// finding with the property given. include/linux/srcu.h, kernel/rcu/srcutree.c.
class srcu_struct {
public:
    explicit srcu_struct(const label& called, const char* property = "use-after-free")
        : name_(called), property_(property), callbacks_(make()), scope_(called) {}
    srcu_struct(const srcu_struct&) = delete;
    srcu_struct& operator=(const srcu_struct&) = delete;

    [[nodiscard]] const label& name() const noexcept { return name_; }
    [[nodiscard]] detail::grace_periods& periods() noexcept { return periods_; }
    [[nodiscard]] engine::lifetime& life() noexcept { return life_; }
    [[nodiscard]] const char* property() const noexcept { return property_; }

    /// The execution, if the struct belongs to it and can be used.
    engine::execution& use(const char* verb, const site& at) {
        engine::execution* run = engine::execution::current();
        if (run == nullptr)
            throw std::logic_error("wbsync: an srcu_struct can only be used inside a model");
        expect_in_scope(verb, at);
        run->access(owner_, verb, at);
        run->access(&life_, verb, at);
        return *run;
    }

    /// Is the struct itself still there?
    void expect_in_scope(const char* verb, const site& at) const { scope_.use(verb, at); }

    void serve() {
        served_ = true;
        engine::execution::current()->add_thread(
            {name_, "srcu_callbacks"}, [this] { callbacks_.rcu_do_batch(); },
            engine::thread_kind::server);
    }

    /// Its callbacks, if somebody invokes them.
    detail::callback_list& callbacks(const char* verb, const site& at) {
        if (!served_)
            violated("misuse",
                     fmt::format("{}() needs the callback thread: call srcu_callback_thread(s, {}) "
                                 "in threads()",
                                 verb, name_.str()),
                     at);
        return callbacks_;
    }
    [[nodiscard]] bool served() const noexcept { return served_; }

private:
    detail::callback_list make() {
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

    label name_;
    const char* property_;
    const engine::lifetime* owner_ = nullptr;
    engine::lifetime life_;
    bool served_ = false;
    detail::grace_periods periods_;
    detail::callback_list callbacks_;
    engine::scope scope_;
};

namespace detail {

/// The sections of all domains that each thread is inside of.
class srcu_sections final : public engine::extension {
public:
    struct section {
        const srcu_struct* domain;
        int index;
        std::size_t number; ///< among the thread's in that domain
        site where;
    };

    void reset() override {
        for (int t = 0; t != engine::max_threads; ++t) {
            open_[t].clear();
            so_far_[t] = 0;
        }
    }

    void thread_ends(engine::execution& run) override {
        if (const auto& mine = open_[run.self()]; !mine.empty())
            run.fail("misuse",
                     fmt::format("thread {} ends inside of {} {}", run.thread_name(run.self()),
                                 kind, mine.back().domain->name().str()),
                     mine.back().where);
    }

    int enter(engine::execution& run, srcu_struct& domain, const site& at) {
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

    void leave(engine::execution& run, srcu_struct& domain, int index, const site& at) {
        auto& mine = open_[run.self()];
        const auto s = std::find_if(mine.begin(), mine.end(),
                                    [&](const section& o) { return o.index == index; });
        if (s == mine.end())
            run.fail("misuse",
                     fmt::format("srcu_read_unlock({}, {}): {} has no section of that index",
                                 domain.name().str(), index, run.thread_name(run.self())),
                     at);
        if (s->domain != &domain)
            run.fail("misuse",
                     fmt::format("srcu_read_unlock({}, {}): that index is of {}, since {}",
                                 domain.name().str(), index, s->domain->name().str(),
                                 s->where.str()),
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

private:
    static constexpr const char* kind = "an SRCU read-side critical section of";

    engine::per_thread<std::vector<section>> open_;
    engine::per_thread<int> so_far_;
};

} // namespace detail

/// Starts a section of the domain, which may sleep; returns the index to end it with. Sections of a
/// thread may nest and overlap. No ordering of its own (weaker than the code, which has a full
/// barrier here; the kernel's memory model promises none), does not block. Here each index is given
/// once, so that ends that are mixed up are found; the kernel has two. include/linux/srcu.h.
[[nodiscard]] inline int srcu_read_lock(srcu_struct& ssp, const site& at = site::here()) {
    engine::execution& run = ssp.use("srcu_read_lock", at);
    return run.running() ? run.get<detail::srcu_sections>().enter(run, ssp, at) : 0;
}

/// Ends the section that srcu_read_lock() of the same domain gave the index of, by the same thread.
/// No ordering of its own, see smp_mb__after_srcu_read_unlock(). Another index or another domain:
/// finding "misuse". include/linux/srcu.h.
inline void srcu_read_unlock(srcu_struct& ssp, int index, const site& at = site::here()) {
    engine::execution& run = ssp.use("srcu_read_unlock", at);
    if (run.running())
        run.get<detail::srcu_sections>().leave(run, ssp, index, at);
    detail::pass_fence_partner(detail::fence_partner::srcu_unlock);
}

/// Waits for a grace period of the domain: for every section of it that was open when it started,
/// not for later ones nor for other domains. A full barrier before and after; what the sections did
/// is visible afterwards, as with synchronize_rcu(). Inside of a section of the same domain:
/// finding "misuse". kernel/rcu/srcutree.c; tools/memory-model/Documentation/explanation.txt.
inline void synchronize_srcu(srcu_struct& ssp, const site& at = site::here()) {
    might_sleep("synchronize_srcu", at);
    engine::execution& run = ssp.use("synchronize_srcu", at);
    ssp.periods().synchronize(run, "synchronize_srcu", at);
}

/// The same: here there is no faster one. kernel/rcu/srcutree.c.
inline void synchronize_srcu_expedited(srcu_struct& ssp, const site& at = site::here()) {
    synchronize_srcu(ssp, at);
}

/// Declares the daemon that runs the callbacks of the domain; a model that uses call_srcu() calls
/// it in threads().
inline void srcu_callback_thread(scenario&, srcu_struct& ssp) {
    ssp.serve();
}

/// As call_rcu(), with a grace period of the domain. All callbacks of a domain are invoked in order
/// (stronger than the kernel, where that goes for those of one CPU). kernel/rcu/srcutree.c.
inline void call_srcu(srcu_struct& ssp, rcu_head& head, std::function<void()> callback,
                      const site& at = site::here()) {
    engine::execution& run = ssp.use("call_srcu", at);
    if (!run.running())
        violated("misuse", "call_srcu() can only be used by a thread of the model", at);
    ssp.callbacks("call_srcu", at)
        .add(run, head, std::move(callback), detail::callback_kind::function, "call_srcu", at);
}

/// Blocks until every callback of the domain that was queued before it has been invoked. Not a
/// grace period. Full barrier before and after. kernel/rcu/srcutree.c.
inline void srcu_barrier(srcu_struct& ssp, const site& at = site::here()) {
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

/// The end of the domain. Every section, grace period and callback of it has to be ordered before:
/// where the kernel warns and leaks, this is a finding. kernel/rcu/srcutree.c.
inline void cleanup_srcu_struct(srcu_struct& ssp, const site& at = site::here()) {
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

/// Makes the domain usable again after cleanup_srcu_struct(). Of one that is in use: as if that had
/// been called. Never fails: 0. kernel/rcu/srcutree.c.
inline int init_srcu_struct(srcu_struct& ssp, const site& at = site::here()) {
    engine::execution* run = engine::execution::current();
    if (run != nullptr)
        ssp.expect_in_scope("init_srcu_struct", at);
    if (run != nullptr && ssp.life().alive())
        run->end(ssp.life(), "init_srcu_struct", at);
    ssp.life().begin(ssp.name(), ssp.property());
    return 0;
}

} // namespace wbsync

#endif
