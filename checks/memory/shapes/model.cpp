// SPDX-License-Identifier: BSD-3-Clause
#include "checks/memory/shapes/shape.hpp"

#include <array>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

namespace shapes {

namespace {

using namespace wbsync;

struct cell {
    label name;
    atomic_t number{name};
};

/// A shape as a model.
class program {
public:
    program(const shape* s, bool* seen) : of_(*s), seen_(*seen) {}

    void threads(scenario& s) {
        for (std::size_t i = 0; i != of_.threads.size(); ++i)
            s.thread(label{"P", static_cast<int>(i)}, [this, i] { run(of_.threads[i]); });
    }

    void finally() {
        const bool as_asked = as_asked_ == static_cast<int>(of_.threads.size()) &&
                              ends_with(of_.coherence, of_.last) &&
                              ends_with(of_.coherence2, of_.last2);
        seen_ = seen_ || as_asked;
    }

private:
    using loaded = std::optional<value<std::int64_t>>;

    [[nodiscard]] bool ends_with(int variable, int number) {
        return variable < 0 ||
               atomic_read(cells_[static_cast<std::size_t>(variable)].number) == number;
    }

    void run(const thread& t) {
        if (t.between == ordering::section)
            rcu_read_lock();
        if (t.between == ordering::unlock_lock)
            spin_lock(lock_);
        const loaded first = perform(t.accesses.front(), t.between, true, {});
        loaded second;
        if (t.accesses.size() == 2)
            second = second_of(t, first);
        if (t.between == ordering::section)
            rcu_read_unlock();
        if (t.between == ordering::unlock_lock)
            spin_unlock(lock_);
        if (is_as_asked(t.accesses.front(), first) && is_as_asked(t.accesses.back(), second))
            ++as_asked_;
    }

    loaded second_of(const thread& t, const loaded& first) {
        const access& a = t.accesses.back();
        if (t.between == ordering::ctrl) {
            if (branch taken{*first == 1})
                return perform(a, t.between, false, {});
            return value<std::int64_t>(-1);
        }
        if (t.between == ordering::after_branch)
            if (branch taken{*first == 1})
                WRITE_ONCE(else_, 1);
        order(t.between);
        return perform(a, t.between, false, first);
    }

    void order(ordering o) {
        switch (o) {
        case ordering::rmb: return smp_rmb();
        case ordering::wmb: return smp_wmb();
        case ordering::mb: return smp_mb();
        case ordering::inc_after: return smp_mb__after_atomic();
        case ordering::before_inc: smp_mb__before_atomic(); return atomic_inc(else_);
        case ordering::unlock_lock: spin_unlock(lock_); return spin_lock(lock_);
        case ordering::synchronize_rcu: return wbsync::synchronize_rcu();
        default: return;
        }
    }

    loaded perform(const access& a, ordering o, bool is_first, const loaded& before) {
        if (of_.has_pointer() && a.variable == 1)
            return by_pointer(a, o, is_first);
        atomic_t& v = cells_[static_cast<std::size_t>(a.variable)].number;
        if (a.what == kind::load) {
            if (o == ordering::addr)
                return READ_ONCE(fetched_->number);
            return is_first && o == ordering::acquire ? smp_load_acquire(v) : READ_ONCE(v);
        }
        store(v, a.value, o, is_first, before);
        return {};
    }

    static void store(atomic_t& v, int number, ordering o, bool is_first, const loaded& before) {
        if (is_first && o == ordering::fully_ordered)
            xchg_number(v, number);
        else if (is_first && (o == ordering::inc || o == ordering::inc_after))
            atomic_inc(v);
        else if (!is_first && o == ordering::release)
            smp_store_release(v, number);
        else if (!is_first && o == ordering::data)
            WRITE_ONCE(v, *before);
        else
            WRITE_ONCE(v, number);
    }
    static void xchg_number(atomic_t& v, int number) { atomic_xchg(v, number); }

    /// y leads to x once it is 1, and to another variable before that.
    loaded by_pointer(const access& a, ordering o, bool is_first) {
        if (a.what == kind::load) {
            fetched_ = READ_ONCE(pointer_);
            return value<std::int64_t>(fetched_.peek() == &cells_[0] ? 1 : 0);
        }
        if (!is_first && o == ordering::release)
            smp_store_release(pointer_, &cells_[0]);
        else
            WRITE_ONCE(pointer_, &cells_[0]);
        return {};
    }

    static bool is_as_asked(const access& a, const loaded& seen) {
        return a.what == kind::store || (seen.has_value() && seen->peek() == a.value);
    }

    const shape& of_;
    bool& seen_;
    std::array<cell, 3> cells_{{{"x"}, {"y"}, {"z"}}};
    cell other_{"w"};
    atomic_t else_{"else"};
    pointer<cell> pointer_{"p", &other_};
    value<cell*> fetched_;
    spinlock_t lock_{"lock"};
    int as_asked_ = 0; ///< threads whose loads are
};

} // namespace

bool happens(const shape& s, memory_kind memory) {
    bool seen = false;
    options with;
    with.memory = memory;
    const result r = check<program>(with, &s, &seen);
    if (!r.verified() && !r.vacuous())
        throw std::runtime_error(
            fmt::format("{}: {}: {}", s.full_name(), name_of(r.outcome), r.what.message));
    return seen;
}

} // namespace shapes
