// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/scope.hpp>
#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/eventcount.hpp>
#include <wbsync/rcu/grace_period.hpp>

#include <cstddef>
#include <functional>
#include <vector>

namespace wbsync {

/// The member by which an object waits for its callback. Using it again before its callback was
/// invoked, or not ordered after that: finding "misuse". Freeing the object while its callback
/// waits: use after free; if its scope ends then: use after scope. include/linux/types.h.
class rcu_head {
public:
    rcu_head() {
        if (const engine::execution* run = engine::execution::current())
            owner_ = run->owner();
    }
    rcu_head(const rcu_head&) = delete;
    rcu_head& operator=(const rcu_head&) = delete;

    /// The current thread puts the object on a list.
    void queue(engine::execution& run, std::function<void()> callback, const char* verb,
               const site& at);

    /// The lifetime of the head in the execution.
    [[nodiscard]] const engine::lifetime* life() const noexcept { return scope_.life(); }

    /// The current thread takes the object off the list and runs the callback, which may free it.
    /// `domain`, unless it is nullptr, must not have ended.
    void invoke(engine::execution& run, const char* what, const engine::lifetime* domain);

private:
    const engine::lifetime* owner_ = nullptr;
    std::function<void()> callback_;
    site queued_at_;
    bool waits_ = false;
    int invoked_by_ = -1;
    engine::timestamp invoked_ = 0;
    engine::scope scope_{"rcu_head"};
};

namespace detail {

/// The purpose of a callback: a barrier waits for those of its own kind.
enum class callback_kind : std::uint8_t { function, free };

/// The callbacks of one CPU, or of all CPUs, and the daemon that serves them. The daemon takes all
/// that is queued when its grace period starts: calls share a grace period as much as they ever
/// can, and none uses one that started before it. Callbacks are invoked in the order in which they
/// were queued here.
class callback_list {
public:
    struct names {
        const char* callback; ///< "an RCU callback"
        const char* daemon;   ///< for traces
    };

    /// `queued` and `invoked` count callbacks; they are locations of the execution.
    callback_list(engine::object_id queued, const label& queued_name, engine::object_id invoked,
                  const label& invoked_name, grace_periods& periods, const names& called,
                  const engine::lifetime* domain = nullptr)
        : queued_(queued), queued_name_(queued_name), invoked_(invoked),
          invoked_name_(invoked_name), periods_(&periods), names_(called), domain_(domain) {}

    void add(engine::execution& run, rcu_head& head, std::function<void()> callback,
             callback_kind kind, const char* verb, const site& at);

    /// How many callbacks must have been invoked when all that are queued now have been.
    [[nodiscard]] std::int64_t snapshot(engine::execution& run, callback_kind kind,
                                        const char* verb, const site& at) const;

    void wait_for(engine::execution& run, std::int64_t snapshot, const char* verb,
                  const site& at) const {
        if (snapshot != 0)
            invoked(run).wait_for(snapshot, verb, at);
    }

    /// The body of the daemon.
    void rcu_do_batch();

private:
    struct waiting {
        rcu_head* head;
        const engine::lifetime* life; ///< of the head
        callback_kind kind;
        site queued_at;
    };

    [[nodiscard]] site at_of(std::int64_t callback) const {
        return waiting_[static_cast<std::size_t>(callback)].queued_at.on_behalf("rcu_do_batch");
    }

    [[nodiscard]] engine::variable queued(engine::execution& run) const {
        return {run.shared_location(queued_, queued_name_, 0), run.stamp()};
    }
    [[nodiscard]] eventcount invoked(engine::execution& run) const {
        return {run.shared_location(invoked_, invoked_name_, 0), run.stamp()};
    }

    engine::object_id queued_;
    label queued_name_;
    engine::object_id invoked_;
    label invoked_name_;
    grace_periods* periods_;
    names names_;
    const engine::lifetime* domain_;
    std::vector<waiting> waiting_; ///< all callbacks that were ever queued
};

} // namespace detail

} // namespace wbsync

#include <wbsync/rcu/callback_list_inl.hpp>
