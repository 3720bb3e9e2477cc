// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

namespace conformance {

/// What may not be done where: sleeping in the wrong place, memory freed twice or never, sections
/// that do not end.
struct contexts {
    static constexpr const char* name = "contexts";

    struct object {
        wbsync::atomic_t value{"value"};
    };

    wbsync::spinlock_t lock{"lock"};
    wbsync::mutex m{"m"};
    wbsync::completion done{"done"};
    object* memory = nullptr;
    bool freed = false;
    int atomic = 0;
    bool locked = false;

    void leave(std::size_t) {
        if (locked)
            wbsync::spin_unlock(lock);
        for (; atomic != 0; --atomic)
            wbsync::preempt_enable();
        if (memory != nullptr && !freed)
            wbsync::kfree(memory);
    }
    void end(values& v) const { v.push_back(memory != nullptr ? 1 : 0); }

    [[nodiscard]] bool may_sleep(const call& c) const {
        return !c.careful || (!locked && atomic == 0);
    }

    static operations_on<contexts> sections();
    static operations_on<contexts> of_memory();
    static std::vector<operations_on<contexts>> all() { return {sections(), of_memory()}; }
};

inline operations_on<contexts> contexts::sections() {
    using namespace wbsync;
    using o = contexts;
    return {
        alone(op<o>("preempt_disable",
                    [](o& x, const call&) {
                        preempt_disable();
                        return std::int64_t{++x.atomic};
                    })),
        alone(op<o>("preempt_enable",
                    [](o& x, const call& c) {
                        if (c.careful && x.atomic == 0)
                            return left_out;
                        preempt_enable();
                        return std::int64_t{--x.atomic};
                    })),
        alone(op<o>("spin_lock, if it is free",
                    [](o& x, const call&) {
                        if (x.locked)
                            return left_out;
                        spin_lock(x.lock);
                        x.locked = true;
                        return std::int64_t{1};
                    })),
        alone(op<o>("spin_unlock, if it is held",
                    [](o& x, const call& c) {
                        if (c.careful && !x.locked)
                            return left_out;
                        spin_unlock(x.lock);
                        x.locked = false;
                        return std::int64_t{1};
                    })),
        silent(alone(op<o>("might_sleep",
                           [](o& x, const call& c) {
                               if (x.may_sleep(c))
                                   might_sleep();
                           }))),
        silent(alone(op<o>("mutex_lock, mutex_unlock",
                           [](o& x, const call& c) {
                               if (!x.may_sleep(c))
                                   return;
                               mutex_lock(x.m);
                               mutex_unlock(x.m);
                           }))),
        silent(alone(op<o>("complete, wait_for_completion",
                           [](o& x, const call& c) {
                               complete(x.done);
                               if (x.may_sleep(c))
                                   wait_for_completion(x.done);
                           }))),
        silent(alone(op<o>("synchronize_rcu, if it may",
                           [](o& x, const call& c) {
                               if (x.may_sleep(c))
                                   synchronize_rcu();
                           }))),
        silent(alone(op<o>("synchronize_rcu_expedited",
                           [](o& x, const call& c) {
                               if (x.may_sleep(c))
                                   synchronize_rcu_expedited();
                           }))),
    };
}

inline operations_on<contexts> contexts::of_memory() {
    using namespace wbsync;
    using o = contexts;
    return {
        alone(op<o>("kmalloc",
                    [](o& x, const call&) {
                        if (x.memory != nullptr)
                            return left_out;
                        x.memory = kmalloc<object>("memory");
                        return std::int64_t{1};
                    })),
        alone(op<o>("kfree",
                    [](o& x, const call& c) {
                        if (x.memory == nullptr || (c.careful && x.freed))
                            return left_out;
                        kfree(x.memory);
                        x.freed = true;
                        return std::int64_t{1};
                    })),
        silent(alone(op<o>("BUG_ON",
                           [](o& x, const call& c) {
                               if (!c.careful)
                                   BUG_ON(x.memory != nullptr && c.n == 2);
                           }))),
        silent(alone(op<o>("WARN_ON",
                           [](o&, const call& c) {
                               if (!c.careful)
                                   WARN_ON(c.n == 2);
                           }))),
        silent(alone(op<o>(
            "ensure", [](o&, const call& c) { ensure(c.careful || c.n != 1, "one", "n is 1"); }))),
    };
}

} // namespace conformance
