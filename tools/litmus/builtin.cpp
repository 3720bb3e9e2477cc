// SPDX-License-Identifier: BSD-3-Clause
#include "builtin.hpp"

#include <array>
#include <deque>
#include <map>
#include <string>

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
        read_modify_writes();
        synchronisation();
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
        load("rcu_dereference", relaxed, true);
        load("rcu_dereference_raw", relaxed, true);
        load("lockless_dereference", relaxed, true);
        load("smp_load_acquire", acquire, false);
        load("atomic_read", relaxed, false);
        load("atomic_read_acquire", acquire, false);
        store("WRITE_ONCE", relaxed, true);
        store("RCU_INIT_POINTER", relaxed, true);
        store("rcu_assign_pointer", release, true);
        store("smp_store_release", release, false);
        store("atomic_set", relaxed, false);
        store("atomic_set_release", release, false);
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

    /// The four orderings of one operation.
    void ordered(const std::string& name, builtin b) {
        b.full = true;
        add(name, b);
        b.full = false;
        add(name + "_relaxed", b);
        b.order = memory_order::acquire;
        add(name + "_acquire", b);
        b.order = memory_order::release;
        add(name + "_release", b);
    }

    void read_modify_writes() {
        for (const char* prefix : {"", "atomic_"}) {
            ordered(std::string{prefix} + "xchg", {.what = action::exchange, .arguments = 2});
            ordered(std::string{prefix} + "cmpxchg", {.what = action::compare, .arguments = 3});
        }
        struct named {
            const char* name;
            arithmetic how;
        };
        for (const named op : {named{"add", arithmetic::plus}, named{"sub", arithmetic::minus}}) {
            const std::string name{op.name};
            add("atomic_" + name, {.what = action::add, .how = op.how, .arguments = 2});
            ordered("atomic_" + name + "_return",
                    {.what = action::add_return, .how = op.how, .arguments = 2});
            add("atomic_" + name + "_and_test",
                {.what = action::add_and_test, .full = true, .how = op.how, .arguments = 2});
        }
        ordered("atomic_add_negative",
                {.what = action::add_negative, .how = arithmetic::plus, .arguments = 2});
        for (const named op :
             {named{"add", arithmetic::plus}, named{"sub", arithmetic::minus},
              named{"or", arithmetic::bit_or}, named{"and", arithmetic::bit_and},
              named{"xor", arithmetic::bit_xor}, named{"andnot", arithmetic::bit_clear}})
            ordered(std::string{"atomic_fetch_"} + op.name,
                    {.what = action::fetch, .how = op.how, .arguments = 2});
        for (const named op :
             {named{"or", arithmetic::bit_or}, named{"and", arithmetic::bit_and},
              named{"xor", arithmetic::bit_xor}, named{"andnot", arithmetic::bit_clear}})
            add(std::string{"atomic_"} + op.name,
                {.what = action::fetch, .how = op.how, .arguments = 2, .has_result = false});
        for (const named op : {named{"inc", arithmetic::plus}, named{"dec", arithmetic::minus}}) {
            const std::string name{op.name};
            const builtin one{.how = op.how, .amount = 1, .implied_amount = true, .arguments = 1};
            builtin b = one;
            b.what = action::add;
            add("atomic_" + name, b);
            b.what = action::add_return;
            ordered("atomic_" + name + "_return", b);
            b.what = action::fetch;
            ordered("atomic_fetch_" + name, b);
            b.what = action::add_and_test;
            b.full = true;
            add("atomic_" + name + "_and_test", b);
        }
        ordered("atomic_add_unless", {.what = action::add_unless, .arguments = 3});
        ordered("atomic_inc_not_zero",
                {.what = action::add_unless, .amount = 1, .implied_amount = true, .arguments = 1});
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
