// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/rcu/srcu.hpp>
#else

#include <wbsync/engine/scope.hpp>
#include <wbsync/memory/fences.hpp>
#include <wbsync/rcu/callback_list.hpp>

#include <functional>
#include <vector>

namespace wbsync {

class scenario;

/// A domain of sleepable RCU: its grace periods wait only for its sections. It is initialised when
/// it is built, as by DEFINE_SRCU. A use that comes after cleanup_srcu_struct(), or is not ordered
/// before it, is a finding with the property given. include/linux/srcu.h, kernel/rcu/srcutree.c.
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

    /// The execution, if the domain belongs to it and can be used.
    engine::execution& use(const char* verb, const site& at);

    /// Is the struct itself still there?
    void expect_in_scope(const char* verb, const site& at) const { scope_.use(verb, at); }

    void serve();

    /// The callbacks of the domain, if somebody invokes them.
    detail::callback_list& callbacks(const char* verb, const site& at);
    [[nodiscard]] bool served() const noexcept { return served_; }

private:
    detail::callback_list make();

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

/// For each thread, the sections of all domains that it is inside of.
class srcu_sections final : public engine::extension {
public:
    struct section {
        const srcu_struct* domain;
        int index;
        std::size_t number; ///< among the sections of the thread in that domain
        site where;
    };

    void reset() override;

    void thread_ends(engine::execution& run) override;

    int enter(engine::execution& run, srcu_struct& domain, const site& at);

    void leave(engine::execution& run, srcu_struct& domain, int index, const site& at);

private:
    static constexpr const char* kind = "an SRCU read-side critical section of";

    engine::per_thread<std::vector<section>> open_;
    engine::per_thread<int> so_far_;
};

} // namespace detail

/// Starts a section of the domain, which may sleep; returns the index to end it with. Sections of a
/// thread may nest and overlap. No ordering of its own (weaker than the code, which has a full
/// barrier here; the kernel's memory model promises none), does not block. Here each index is given
/// out once, so that a mix-up of ends is found; the kernel has two indices. include/linux/srcu.h.
[[nodiscard]] int srcu_read_lock(srcu_struct& ssp, const site& at = site::here());

/// Ends the section for which srcu_read_lock() of the same domain returned the index, in the same
/// thread. No ordering of its own, see smp_mb__after_srcu_read_unlock(). Another index or another
/// domain: finding "misuse". include/linux/srcu.h.
void srcu_read_unlock(srcu_struct& ssp, int index, const site& at = site::here());

/// Waits for a grace period of the domain: for every section of the domain that was open when it
/// started, not for later sections nor for other domains. A full barrier before and after; what the
/// sections did is visible afterwards, as with synchronize_rcu(). Inside of a section of the same
/// domain: finding "misuse". kernel/rcu/srcutree.c;
/// tools/memory-model/Documentation/explanation.txt.
void synchronize_srcu(srcu_struct& ssp, const site& at = site::here());

/// Same as synchronize_srcu(): here no grace period is faster. kernel/rcu/srcutree.c.
inline void synchronize_srcu_expedited(srcu_struct& ssp, const site& at = site::here()) {
    synchronize_srcu(ssp, at);
}

/// Declares the daemon that runs the callbacks of the domain; a model that uses call_srcu() calls
/// this in threads().
inline void srcu_callback_thread(scenario&, srcu_struct& ssp) {
    ssp.serve();
}

/// Like call_rcu(), with a grace period of the domain. All callbacks of a domain are invoked in
/// order (stronger than the kernel, which only keeps the order of each CPU). kernel/rcu/srcutree.c.
void call_srcu(srcu_struct& ssp, rcu_head& head, std::function<void()> callback,
               const site& at = site::here());

/// Blocks until every callback of the domain that was queued before this call has been invoked. Not
/// a grace period. Full barrier before and after. kernel/rcu/srcutree.c.
void srcu_barrier(srcu_struct& ssp, const site& at = site::here());

/// Ends the domain. All its sections, grace periods and callbacks must be ordered before this:
/// where the kernel warns and leaks, this is a finding. kernel/rcu/srcutree.c.
void cleanup_srcu_struct(srcu_struct& ssp, const site& at = site::here());

/// Makes the domain usable again after cleanup_srcu_struct(). If it is still in use, this ends it
/// first, like that function. Never fails: returns 0. kernel/rcu/srcutree.c.
int init_srcu_struct(srcu_struct& ssp, const site& at = site::here());

} // namespace wbsync

#include <wbsync/rcu/srcu_inl.hpp>

#endif
