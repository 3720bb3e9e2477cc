// SPDX-License-Identifier: BSD-3-Clause
#include "builtin.hpp"

#include <wbsync/memory/atomic_operations.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace wbsync::litmus {

bool builtin::has_location() const noexcept {
    switch (what) {
    case action::full_fence:
    case action::read_fence:
    case action::write_fence:
    case action::no_fence:
    case action::rcu_lock:
    case action::rcu_unlock:
    case action::rcu_synchronize: return false;
    default: return true;
    }
}

int builtin::location_argument() const noexcept {
    switch (what) {
    case action::add:
    case action::fetch:
    case action::add_return:
    case action::add_and_test:
    case action::add_negative: return arguments - 1;
    default: return 0;
    }
}

bool builtin::reads() const noexcept {
    switch (what) {
    case action::load:
    case action::exchange:
    case action::compare:
    case action::add_unless:
    case action::add:
    case action::fetch:
    case action::add_return:
    case action::add_and_test:
    case action::add_negative:
    case action::spin_lock:
    case action::spin_trylock:
    case action::spin_is_locked: return true;
    default: return false;
    }
}

bool builtin::writes() const noexcept {
    return what == action::store || what == action::store_mb || what == action::spin_unlock ||
           (reads() && what != action::load && what != action::spin_is_locked);
}

bool builtin::is_full_fence() const noexcept {
    return full || what == action::full_fence || what == action::store_mb ||
           (!bare && (what == action::rcu_synchronize || what == action::srcu_synchronize));
}

namespace {

using engine::memory_order;

/// All functions, by name.
class catalogue {
public:
    catalogue() {
        memory();
        fences();
        atomics();
        synchronisation();
        tagged();
    }

    [[nodiscard]] const builtin* find(std::string_view name) const {
        const auto at = by_name_.find(name);
        return at == by_name_.end() ? nullptr : at->second;
    }

private:
    void add(std::string name, builtin b) {
        names_.push_back(std::move(name));
        b.name = names_.back();
        all_.push_back(b);
        by_name_.emplace(all_.back().name, &all_.back());
    }

    void memory() {
        constexpr auto relaxed = memory_order::relaxed;
        constexpr auto acquire = memory_order::acquire;
        constexpr auto release = memory_order::release;
        const auto load = [&](const char* name, memory_order order, bool by_value) {
            add(name, {.what = action::load, .order = order, .arguments = 1, .by_value = by_value});
        };
        const auto store = [&](const char* name, memory_order order, bool by_value) {
            add(name,
                {.what = action::store, .order = order, .arguments = 2, .by_value = by_value});
        };
        load("READ_ONCE", relaxed, true);
        for (const char* name : {"rcu_dereference", "rcu_dereference_raw", "lockless_dereference"})
            add(name, {.what = action::load,
                       .arguments = 1,
                       .acquires_in_library = true,
                       .by_value = true});
        load("smp_load_acquire", acquire, false);
        store("WRITE_ONCE", relaxed, true);
        store("RCU_INIT_POINTER", relaxed, true);
        store("rcu_assign_pointer", release, true);
        store("smp_store_release", release, false);
        add("smp_store_mb", {.what = action::store_mb, .arguments = 2, .by_value = true});
    }

    void fences() {
        using enum fence_kind;
        const auto fence = [&](const char* name, fence_kind kind) {
            add(name, {.what = action::full_fence, .fence = kind});
        };
        fence("smp_mb", full);
        fence("smp_mb__before_atomic", before_atomic);
        fence("smp_mb__after_atomic", after_atomic);
        fence("smp_mb__after_spinlock", after_spinlock);
        fence("smp_mb__after_unlock_lock", after_unlock_lock);
        fence("smp_mb__after_srcu_read_unlock", after_srcu_read_unlock);
        add("smp_rmb", {.what = action::read_fence, .fence = read});
        add("smp_wmb", {.what = action::write_fence, .fence = write});
        add("barrier", {.what = action::no_fence});
        add("cpu_relax", {.what = action::no_fence});
    }

    /// The table of the library, and the functions that herd7 knows besides.
    void atomics() {
        for (const atomic_operation& op : atomic_operations)
            if (const std::optional<builtin> b = of_table(op)) {
                const std::string name{op.word};
                add("atomic_" + name, *b);
                if (b->what == action::exchange || b->what == action::compare)
                    add(name, *b);
                if (b->what == action::add_unless)
                    weaker_forms("atomic_" + name, *b);
            }
    }

    /// The forms without a full barrier.
    void weaker_forms(const std::string& name, builtin b) {
        b.full = false;
        add(name + "_relaxed", b);
        b.order = memory_order::acquire;
        add(name + "_acquire", b);
        b.order = memory_order::release;
        add(name + "_release", b);
    }

    /// nullopt: litmus tests do not call the operation.
    static std::optional<builtin> of_table(const atomic_operation& op) {
        const std::optional<action> what = action_of(op);
        if (!what)
            return std::nullopt;
        builtin b{.what = *what,
                  .order = order_of(op.order),
                  .full = op.order == atomic_operation::order_of::full,
                  .how = arithmetic_of(op.change),
                  .arguments = arguments_of(*what),
                  .has_result =
                      op.kind != atomic_operation::kind_of::quiet || *what == action::add};
        if (op.operand == atomic_operation::operand_of::one) {
            b.amount = 1;
            b.implied_amount = true;
            b.arguments = 1;
        }
        return b;
    }

    static std::optional<action> action_of(const atomic_operation& op) {
        using kind = atomic_operation::kind_of;
        switch (op.kind) {
        case kind::load: return action::load;
        case kind::store: return action::store;
        case kind::quiet:
            return op.change == atomic_operation::change_of::plus ||
                           op.change == atomic_operation::change_of::minus
                       ? action::add
                       : action::fetch;
        case kind::fetch: return action::fetch;
        case kind::result: return action::add_return;
        case kind::test: return action::add_and_test;
        case kind::negative: return action::add_negative;
        case kind::exchange: return action::exchange;
        case kind::compare: return action::compare;
        case kind::unless:
        case kind::unless_zero: return action::add_unless;
        case kind::try_compare: // it stores in a register
        case kind::fetch_unless:
        case kind::unless_negative:
        case kind::unless_positive:
        case kind::if_positive: break;
        }
        return std::nullopt;
    }

    static memory_order order_of(atomic_operation::order_of order) {
        return order == atomic_operation::order_of::acquire   ? memory_order::acquire
               : order == atomic_operation::order_of::release ? memory_order::release
                                                              : memory_order::relaxed;
    }

    static arithmetic arithmetic_of(atomic_operation::change_of change) {
        using from = atomic_operation::change_of;
        switch (change) {
        case from::minus: return arithmetic::minus;
        case from::bit_and: return arithmetic::bit_and;
        case from::bit_clear: return arithmetic::bit_clear;
        case from::bit_or: return arithmetic::bit_or;
        case from::bit_xor: return arithmetic::bit_xor;
        case from::plus:
        case from::put:
        case from::keep: break;
        }
        return arithmetic::plus;
    }

    /// How many arguments it has, including the amount.
    static int arguments_of(action what) {
        return what == action::load                                    ? 1
               : what == action::compare || what == action::add_unless ? 3
                                                                       : 2;
    }

    void synchronisation() {
        constexpr auto acquire = memory_order::acquire;
        add("spin_lock", {.what = action::spin_lock, .order = acquire, .arguments = 1});
        add("spin_unlock",
            {.what = action::spin_unlock, .order = memory_order::release, .arguments = 1});
        add("spin_trylock", {.what = action::spin_trylock, .order = acquire, .arguments = 1});
        add("spin_is_locked", {.what = action::spin_is_locked, .arguments = 1});
        add("rcu_read_lock", {.what = action::rcu_lock});
        add("rcu_read_unlock", {.what = action::rcu_unlock});
        add("synchronize_rcu", {.what = action::rcu_synchronize});
        add("synchronize_rcu_expedited", {.what = action::rcu_synchronize});
        add("srcu_read_lock", {.what = action::srcu_lock, .arguments = 1});
        add("srcu_down_read", {.what = action::srcu_down, .arguments = 1});
        add("srcu_read_unlock", {.what = action::srcu_unlock, .arguments = 2});
        add("srcu_up_read", {.what = action::srcu_up, .arguments = 2});
        add("synchronize_srcu", {.what = action::srcu_synchronize, .arguments = 1});
        add("synchronize_srcu_expedited", {.what = action::srcu_synchronize, .arguments = 1});
    }

    /// The forms into which linux-kernel.def expands those names.
    void tagged() {
        const auto same = [&](const std::string& name, std::string_view as) {
            add(name, *by_name_.at(as));
        };
        const auto by_value = [&](const char* name, std::string_view as) {
            builtin b = *by_name_.at(as);
            b.by_value = true;
            add(name, b);
        };
        same("__load{once}", "READ_ONCE");
        same("__store{once}", "WRITE_ONCE");
        by_value("__load{acquire}", "smp_load_acquire");
        by_value("__store{release}", "smp_store_release");
        by_value("__load{srcu-lock}", "srcu_read_lock");
        by_value("__store{srcu-unlock}", "srcu_read_unlock");
        same("__srcu{sync-srcu}", "synchronize_srcu");
        same("__fence{mb}", "smp_mb");
        same("__fence{rmb}", "smp_rmb");
        same("__fence{wmb}", "smp_wmb");
        same("__fence{barrier}", "barrier");
        for (const char* after : {"after-atomic", "after-spinlock", "after-unlock-lock",
                                  "after-srcu-read-unlock", "before-atomic"}) {
            std::string name = fmt::format("smp_mb__{}", after);
            std::replace(name.begin(), name.end(), '-', '_');
            same(fmt::format("__fence{{{}}}", after), name);
        }
        same("__fence{rcu-lock}", "rcu_read_lock");
        same("__fence{rcu-unlock}", "rcu_read_unlock");
        same("__fence{sync-rcu}", "synchronize_rcu");
        same("__lock", "spin_lock");
        same("__unlock", "spin_unlock");
        same("__trylock", "spin_trylock");
        same("__islocked", "spin_is_locked");
        for (const auto& [tag, suffix] :
             {std::pair("mb", ""), std::pair("once", "_relaxed"), std::pair("acquire", "_acquire"),
              std::pair("release", "_release")}) {
            same(fmt::format("__xchg{{{}}}", tag), fmt::format("xchg{}", suffix));
            same(fmt::format("__cmpxchg{{{}}}", tag), fmt::format("cmpxchg{}", suffix));
            same(fmt::format("__atomic_add_unless{{{}}}", tag),
                 fmt::format("atomic_add_unless{}", suffix));
        }
    }

    std::deque<std::string> names_;
    std::deque<builtin> all_;
    std::map<std::string_view, const builtin*> by_name_;
};

} // namespace

const builtin* find_builtin(std::string_view name) {
    static const catalogue all;
    for (const std::string_view other : {"atomic_long_", "atomic64_"})
        if (name.starts_with(other))
            return all.find("atomic_" + std::string{name.substr(other.size())});
    return all.find(name);
}

} // namespace wbsync::litmus
