// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/native/monitor.hpp>

// As <wbsync/sync/completion.hpp>: a count, and a queue under one lock. A thread that sees it done
// has taken the lock after the completer, so it may free the completion.

namespace wbsync {

class completion {
public:
    explicit completion(const label& name) : done({name, "done"}), name_(name) {}
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;

    /// Value of `done` after complete_all().
    static constexpr std::int64_t all = 0xffff'ffff;

    atomic64_t done; ///< how often it was completed and not yet waited for

    void complete_by(std::int64_t n) {
        native::scheduling_point();
        native::within lock(monitor_);
        const auto before = done.value.newest();
        atomic64_set(done, n == all || before == all ? all : before + n);
        lock.changed();
    }
    void wait(const char* verb, const site& at) {
        native::scheduling_point();
        if (atomic64_read(done, at) == 0)
            native::expect_thread(verb, at);
        native::within lock(monitor_);
        lock.wait([&] { return done.value.newest() > 0; }, verb, name_, at);
        consume();
    }
    bool try_wait() {
        native::scheduling_point();
        const native::within lock(monitor_);
        return done.value.newest() > 0 && consume();
    }
    [[nodiscard]] bool is_done() const {
        if (atomic64_read(done) == 0)
            return false;
        const native::within lock(monitor_);
        return true;
    }

private:
    bool consume() {
        if (const auto n = done.value.newest(); n != all)
            atomic64_set(done, n - 1);
        return true;
    }

    native::called name_;
    mutable native::monitor monitor_;
};

inline void complete(completion& x, const site& /*at*/ = site::here()) {
    x.complete_by(1);
}
inline void complete_all(completion& x, const site& /*at*/ = site::here()) {
    x.complete_by(completion::all);
}
inline void wait_for_completion(completion& x, const site& at = site::here()) {
    might_sleep("wait_for_completion", at);
    x.wait("wait_for_completion", at);
}
inline bool try_wait_for_completion(completion& x, const site& /*at*/ = site::here()) {
    return x.try_wait();
}
inline bool completion_done(const completion& x, const site& /*at*/ = site::here()) {
    return x.is_done();
}
inline void reinit_completion(completion& x, const site& /*at*/ = site::here()) {
    atomic64_set(x.done, 0);
}

} // namespace wbsync
