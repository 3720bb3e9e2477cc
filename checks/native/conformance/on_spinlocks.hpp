// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/held.hpp"

namespace conformance {

/// Two spinlocks, and what they protect.
struct spinlocks {
    static constexpr const char* name = "spinlock_t";

    wbsync::spinlock_t a{"a"};
    wbsync::spinlock_t b{"b"};
    wbsync::plain<std::int64_t> value{"value"};
    held by;

    [[nodiscard]] wbsync::spinlock_t& at(const call& c) { return one_of(a, b, c.i); }

    void leave(std::size_t thread) {
        if (by.of(thread, 1) != held::no)
            wbsync::spin_unlock(b);
        if (by.of(thread, 0) != held::no)
            wbsync::spin_unlock(a);
    }
    void end(values& v) const { v.push_back(value.peek()); }

    static operations_on<spinlocks> first();
    static operations_on<spinlocks> variants();
    static std::vector<operations_on<spinlocks>> all() { return {first(), variants()}; }
};

inline operations_on<spinlocks> spinlocks::first() {
    using namespace wbsync;
    using o = spinlocks;
    return {
        lock_op<o>("spin_lock", held::no, held::yes,
                   [](o& l, const call& c) { spin_lock(l.at(c)); }),
        lock_op<o>("spin_trylock", held::no, held::yes,
                   [](o& l, const call& c) { return spin_trylock(l.at(c)); }),
        lock_op<o>("spin_unlock", held::yes, held::no,
                   [](o& l, const call& c) { spin_unlock(l.at(c)); }),
        // The newest value, and no step: it is for checks about an execution.
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
        lock_op<o>("spin_lock_irq", held::no, held::yes,
                   [](o& l, const call& c) { spin_lock_irq(l.at(c)); }),
        lock_op<o>("spin_unlock_irq", held::yes, held::no,
                   [](o& l, const call& c) { spin_unlock_irq(l.at(c)); }),
        lock_op<o>("spin_lock_bh", held::no, held::yes,
                   [](o& l, const call& c) { spin_lock_bh(l.at(c)); }),
        lock_op<o>("spin_unlock_bh", held::yes, held::no,
                   [](o& l, const call& c) { spin_unlock_bh(l.at(c)); }),
        lock_op<o>("spin_lock_irqsave", held::no, held::yes,
                   [](o& l, const call& c) {
                       unsigned long flags = 0;
                       spin_lock_irqsave(l.at(c), flags);
                   }),
        lock_op<o>("spin_trylock_irqsave", held::no, held::yes,
                   [](o& l, const call& c) {
                       unsigned long flags = 0;
                       return spin_trylock_irqsave(l.at(c), flags);
                   }),
        lock_op<o>("spin_unlock_irqrestore", held::yes, held::no,
                   [](o& l, const call& c) { spin_unlock_irqrestore(l.at(c), 0); }),
    };
}

} // namespace conformance
