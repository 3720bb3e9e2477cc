// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/held.hpp"

namespace conformance {

/// Two spinlocks, and what they protect.
struct spinlocks : two_locks<wbsync::spinlock_t, wbsync::plain<std::int64_t>> {
    static constexpr const char* name = "spinlock_t";

    void leave(std::size_t thread) {
        give_back(thread, [](wbsync::spinlock_t& l, held::how) { wbsync::spin_unlock(l); });
    }

    static operations_on<spinlocks> first();
    static operations_on<spinlocks> variants();
    static std::vector<operations_on<spinlocks>> all() { return {first(), variants()}; }
};

inline operations_on<spinlocks> spinlocks::first() {
    using namespace wbsync;
    using o = spinlocks;
    return {
        takes<o>("spin_lock", [](auto& l) { spin_lock(l); }),
        takes<o>("spin_trylock", [](auto& l) { return spin_trylock(l); }),
        gives_back<o>("spin_unlock", [](auto& l) { spin_unlock(l); }),
        // Reads the newest value, without a step: for checks about an execution.
        alone(op<o>("spin_is_locked", [](o& l, const call& c) { return spin_is_locked(l.at(c)); })),
        op<o>("plain::write",
              [](o& l, const call& c) {
                  if (!c.alone && l.by.of(c.thread, 0) == held::no)
                      return left_out;
                  l.value.write(c.n);
                  return std::int64_t{1};
              }),
        op<o>("plain::read",
              [](o& l, const call& c) {
                  if (!c.alone && l.by.of(c.thread, 0) == held::no)
                      return left_out;
                  return l.value.read();
              }),
        op<o>("lockdep_is_held", [](o& l, const call& c) { return lockdep_is_held(l.at(c)); }),
        silent(op<o>("lockdep_assert_held",
                     [](o& l, const call& c) {
                         if (!c.careful || lockdep_is_held(l.at(c)))
                             lockdep_assert_held(l.at(c));
                     })),
    };
}

inline operations_on<spinlocks> spinlocks::variants() {
    using namespace wbsync;
    using o = spinlocks;
    return {
        takes<o>("spin_lock_irq", [](auto& l) { spin_lock_irq(l); }),
        gives_back<o>("spin_unlock_irq", [](auto& l) { spin_unlock_irq(l); }),
        takes<o>("spin_lock_bh", [](auto& l) { spin_lock_bh(l); }),
        gives_back<o>("spin_unlock_bh", [](auto& l) { spin_unlock_bh(l); }),
        takes<o>("spin_lock_irqsave",
                 [](auto& l) {
                     unsigned long flags = 0;
                     spin_lock_irqsave(l, flags);
                 }),
        takes<o>("spin_trylock_irqsave",
                 [](auto& l) {
                     unsigned long flags = 0;
                     return spin_trylock_irqsave(l, flags);
                 }),
        gives_back<o>("spin_unlock_irqrestore", [](auto& l) { spin_unlock_irqrestore(l, 0); }),
    };
}

} // namespace conformance
