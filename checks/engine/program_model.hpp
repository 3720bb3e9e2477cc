// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/random_program.hpp"
#include "checks/support/atomic_functions.hpp"

#include <wbsync/wbsync.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fuzz {

/// The end of an execution of a program: how far each thread got, its results, the final values.
struct state {
    std::array<std::int16_t, max_program_threads> reached{};
    std::array<std::int16_t, max_results> results{};
    std::array<std::int16_t, max_variables> values{};

    friend auto operator<=>(const state&, const state&) = default;
};

/// An operation that was performed: the thread, and the index of the operation.
struct performed {
    std::uint8_t thread;
    std::uint8_t index;

    bool in_vain = false; ///< a read-modify-write that has changed nothing

    friend auto operator<=>(const performed&, const performed&) = default;
};

/// Where an execution of a program records what happened.
struct record {
    state end;
    std::vector<performed> steps; ///< in the order of execution
    bool finished = false;        ///< every thread ran to its end
};

/// Runs a program. `order` is the order of declaration of the threads.
class program_model {
public:
    program_model(const program* what, const std::vector<int>* order, record* into)
        : program_(*what), order_(*order), record_(*into) {
        record_.end = {};
        record_.end.results.fill(-1);
        record_.steps.clear();
        record_.finished = false;
        if (what->has(needs_object)) {
            object_ = wbsync::kmalloc<object>("object");
            pointer_.emplace("o", object_);
        }
        if (what->has(kind::llist_add) || what->has(kind::llist_del_all))
            list_.emplace("list");
        if (what->has(kind::percpu_add) || what->has(kind::percpu_sum))
            counter_.emplace("counter", 0, 2);
        if (what->has(kind::mutex_lock))
            mutex_.emplace("m");
        if (what->has(needs_rwsem))
            rwsem_.emplace("rwsem");
        if (what->has(needs_srcu))
            srcu_.emplace("srcu");
        if (what->has(needs_completion))
            completion_.emplace("done");
        if (what->has(kind::write_seqlock) || what->has(kind::read_seqlock) ||
            what->has(kind::retry_seqlock))
            seqlock_.emplace("seqlock");
        if (what->has(kind::wait_event) || what->has(kind::wake_up))
            queue_head_.emplace("queue");
        if (what->has(kind::refcount_get) || what->has(kind::refcount_put))
            refs_.emplace("refs", 2);
        if (what->has(kind::queue_work) || what->has(kind::flush_work)) {
            work_.emplace("work", [this](wbsync::work_struct&) { atomic_add(8, x_[0]); });
            queue_.add(*work_);
        }
    }
    program_model(const program_model&) = delete;
    program_model& operator=(const program_model&) = delete;

    /// Also reports after a deadlock, when finally() is not called.
    ~program_model() {
        for (std::size_t v = 0; v != x_.size(); ++v)
            record_.end.values[v] = static_cast<std::int16_t>(x_[v].value.newest());
    }

    void threads(wbsync::scenario& s) {
        if (program_.has(kind::call_rcu) || program_.has(kind::call_rcu_free) ||
            program_.has(kind::kfree_rcu))
            wbsync::rcu_callback_thread(s);
        for (const int declared : order_) {
            const auto t = static_cast<std::size_t>(declared);
            s.thread({"P", declared}, [this, t] { run(t); });
        }
    }

    void finally() {
        record_.finished = true;
        if (object_ != nullptr && !freed_)
            wbsync::kfree(object_);
    }

private:
    struct object {
        wbsync::atomic_t member{"member"};
        wbsync::rcu_head rcu;
    };

    static bool needs_object(kind k) {
        return (k >= kind::use && k <= kind::call_rcu_free) || k == kind::kfree_rcu;
    }
    static bool needs_rwsem(kind k) {
        return k == kind::down_read || k == kind::down_write || k == kind::down_read_trylock ||
               k == kind::down_write_trylock;
    }
    static bool needs_srcu(kind k) {
        return k == kind::srcu_read_lock || k == kind::synchronize_srcu;
    }
    static bool needs_completion(kind k) {
        return k == kind::complete || k == kind::wait_for_completion ||
               k == kind::try_wait_for_completion;
    }

    /// Has the operation changed nothing?
    static bool is_in_vain(const operation& o, std::int64_t got) {
        return (o.what == kind::cmpxchg && got != o.value % 2) ||
               (o.what == kind::add_unless && got == 0);
    }

    void run(std::size_t t) {
        std::int64_t last = 0;
        auto result = static_cast<std::size_t>(program_.results_before(t));
        const auto& operations = program_.threads[t];
        for (std::size_t i = 0; i != operations.size(); ++i) {
            const operation& o = operations[i];
            if (!o.conditional || last != 0) {
                if (o.what == kind::bug_on)
                    wbsync::ensure(last != o.value, "bug", fmt::format("{}.{}", t, i));
                const std::int64_t got = perform(o, links_[t][i], srcu_index_[t]);
                record_.steps.push_back({static_cast<std::uint8_t>(t), static_cast<std::uint8_t>(i),
                                         is_in_vain(o, got)});
                if (may_decide(o.what))
                    last = got;
                if (gives_result(o.what))
                    record_.end.results[result] = static_cast<std::int16_t>(got);
            }
            if (gives_result(o.what))
                ++result;
            ++record_.end.reached[t];
        }
    }

    /// The members by which an operation's callback or list element waits.
    struct links {
        wbsync::rcu_head head;
        wbsync::llist_node node{"node", nullptr};
    };

    void free() {
        freed_ = true;
        wbsync::kfree(object_);
    }

    std::int64_t perform(const operation& o, links& own, int& srcu_index) {
        using namespace wbsync;
        atomic_t& x = x_[static_cast<std::size_t>(o.variable)];
        const std::int64_t n = o.value;
        switch (o.what) {
        case kind::load: return READ_ONCE(x);
        case kind::free_load: return READ_ONCE(x).peek();
        case kind::free_fetch_add: return atomic_fetch_add_relaxed(n, x).peek();
        case kind::free_xchg: return atomic_xchg_relaxed(x, n).peek();
        case kind::load_acquire: return smp_load_acquire(x);
        case kind::store: WRITE_ONCE(x, n); break;
        case kind::store_release: smp_store_release(x, n); break;
        case kind::fetch_add: return atomic_fetch_add(n, x);
        case kind::fetch_add_relaxed: return atomic_fetch_add_relaxed(n, x);
        case kind::fetch_add_acquire: return atomic_fetch_add_acquire(n, x);
        case kind::fetch_add_release: return atomic_fetch_add_release(n, x);
        case kind::xchg: return atomic_xchg(x, n);
        case kind::add: atomic_add(n, x); break;
        case kind::mb: smp_mb(); break;
        case kind::rmb: smp_rmb(); break;
        case kind::wmb: smp_wmb(); break;
        case kind::await_equal: return await(x, [n](auto v) { return v == n; });
        case kind::await_not: return await(x, [n](auto v) { return v != n; });
        case kind::await_acquire_equal: return await_acquire(x, [n](auto v) { return v == n; });
        case kind::lock: spin_lock(lock_); break;
        case kind::unlock: spin_unlock(lock_); break;
        case kind::read_lock: rcu_read_lock(); break;
        case kind::read_unlock: rcu_read_unlock(); break;
        case kind::synchronize: synchronize_rcu(); break;
        case kind::cmpxchg: return atomic_cmpxchg(x, n % 2, n);
        case kind::add_unless: return atomic_add_unless(x, n, n % 2) ? 1 : 0;
        case kind::other_lock: spin_lock(other_lock_); break;
        case kind::other_unlock: spin_unlock(other_lock_); break;
        case kind::before_atomic: smp_mb__before_atomic(); break;
        case kind::after_atomic: smp_mb__after_atomic(); break;
        case kind::after_spinlock: smp_mb__after_spinlock(); break;
        case kind::after_unlock_lock: smp_mb__after_unlock_lock(); break;
        case kind::trylock:
            if (!spin_trylock(lock_))
                return 0;
            WRITE_ONCE(x, n);
            spin_unlock(lock_);
            return 1;
        case kind::bug_on: break; // done by the caller, which knows the result
        case kind::plain_read: return plain_.read();
        case kind::plain_write: plain_.write(o.value); break;
        case kind::use: READ_ONCE(object_->member); break;
        case kind::free: free(); break;
        case kind::dereference:
            if (const object* it = rcu_dereference(*pointer_))
                READ_ONCE(it->member);
            break;
        case kind::unpublish: rcu_assign_pointer(*pointer_, static_cast<object*>(nullptr)); break;
        case kind::call_rcu_free: call_rcu(own.head, [this] { free(); }); break;
        case kind::call_rcu: call_rcu(own.head, [&x, n] { atomic_add(n, x); }); break;
        case kind::rcu_barrier: rcu_barrier(); break;
        case kind::queue_work: return queue_work(queue_, *work_) ? 1 : 0;
        case kind::flush_work: flush_work(*work_); break;
        case kind::wait_var: wait_var_event(x, [&x, n] { return READ_ONCE(x) == n; }); break;
        case kind::wake_var: wake_up_var(x); break;
        case kind::llist_add: wbsync::llist_add(own.node, *list_); break;
        case kind::llist_del_all: return length(wbsync::llist_del_all(*list_));
        case kind::percpu_add: percpu_counter_add(*counter_, n); break;
        case kind::percpu_sum: return percpu_counter_sum(*counter_);
        case kind::kfree_rcu:
            freed_ = true;
            wbsync::kfree_rcu(object_, &object::rcu);
            break;
        case kind::mutex_lock: mutex_lock(*mutex_); break;
        case kind::mutex_unlock: mutex_unlock(*mutex_); break;
        case kind::down_read: down_read(*rwsem_); break;
        case kind::up_read: up_read(*rwsem_); break;
        case kind::down_write: down_write(*rwsem_); break;
        case kind::up_write: up_write(*rwsem_); break;
        case kind::down_read_trylock: {
            if (!down_read_trylock(*rwsem_))
                return -1;
            const std::int64_t seen = READ_ONCE(x);
            up_read(*rwsem_);
            return seen;
        }
        case kind::down_write_trylock:
            if (!down_write_trylock(*rwsem_))
                return 0;
            WRITE_ONCE(x, n);
            up_write(*rwsem_);
            return 1;
        case kind::srcu_read_lock: srcu_index = srcu_read_lock(*srcu_); break;
        case kind::srcu_read_unlock: srcu_read_unlock(*srcu_, srcu_index); break;
        case kind::synchronize_srcu: synchronize_srcu(*srcu_); break;
        case kind::complete: complete(*completion_); break;
        case kind::wait_for_completion: wait_for_completion(*completion_); break;
        case kind::try_wait_for_completion: return try_wait_for_completion(*completion_) ? 1 : 0;
        case kind::write_seqlock:
            write_seqlock(*seqlock_);
            WRITE_ONCE(x, n);
            write_sequnlock(*seqlock_);
            break;
        case kind::read_seqlock: {
            const std::int64_t start = read_seqbegin(*seqlock_);
            const std::int64_t seen = READ_ONCE(x);
            return read_seqretry(*seqlock_, start) ? -1 : seen;
        }
        case kind::wait_event:
            wait_event(*queue_head_, [&x, n] { return READ_ONCE(x) == n; });
            break;
        case kind::wake_up: wake_up(*queue_head_); break;
        case kind::refcount_get: return refcount_inc_not_zero(*refs_) ? 1 : 0;
        case kind::refcount_put: return refcount_dec_and_test(*refs_) ? 1 : 0;
        case kind::add_negative: return atomic_add_negative(n - 3, x) ? 1 : 0;
        case kind::atomic: return atomic_functions::of_int[o.row](x, n, n % 2);
        default: return retry(o.what, x, n);
        }
        return 0;
    }

    std::int64_t retry(kind what, wbsync::atomic_t& x, std::int64_t n) {
        using namespace wbsync;
        switch (what) {
        case kind::retry_add: {
            std::int64_t seen = 0;
            retry_until([&] {
                seen = READ_ONCE(x);
                return atomic_cmpxchg(x, seen, seen + n) == seen;
            });
            return seen;
        }
        case kind::retry_cmpxchg:
            retry_until([&] { return atomic_cmpxchg(x, n % 2, n) == n % 2; });
            break;
        case kind::retry_look: retry_until([&] { return READ_ONCE(x) == n; }); break;
        case kind::retry_xchg: {
            std::int64_t seen = 0;
            retry_until([&] { return (seen = atomic_xchg(x, n)) != n; });
            return seen;
        }
        case kind::retry_undo: {
            std::int64_t seen = 0;
            retry_until([&] {
                if ((seen = atomic_fetch_add(n, x)) % 2 == 0)
                    return true;
                atomic_fetch_sub(n, x);
                return false;
            });
            return seen;
        }
        case kind::retry_trylock:
            retry_until([&] { return spin_trylock(lock_); });
            WRITE_ONCE(x, n);
            spin_unlock(lock_);
            break;
        case kind::retry_dance:
            retry_until([&] {
                spin_lock(lock_);
                if (spin_trylock(other_lock_))
                    return true;
                spin_unlock(lock_);
                return false;
            });
            WRITE_ONCE(x, n);
            spin_unlock(other_lock_);
            spin_unlock(lock_);
            break;
        case kind::retry_seqlock: {
            std::int64_t seen = 0;
            retry_until([&] {
                const std::int64_t start = read_seqbegin(*seqlock_);
                seen = READ_ONCE(x);
                return !read_seqretry(*seqlock_, start);
            });
            return seen;
        }
        default: return spin(what, x, n);
        }
        return 0;
    }

    std::int64_t spin(kind what, wbsync::atomic_t& x, std::int64_t n) {
        using namespace wbsync;
        std::int64_t seen = 0;
        switch (what) {
        case kind::spin_look:
            while (READ_ONCE(x) != n)
                cpu_relax();
            break;
        case kind::spin_xchg:
            while ((seen = atomic_xchg(x, n)) == n)
                cpu_relax();
            break;
        case kind::spin_bit:
            while (test_and_set_bit(0, x))
                cpu_relax();
            break;
        case kind::spin_trylock:
            while (!spin_trylock(lock_))
                cpu_relax();
            WRITE_ONCE(x, n);
            spin_unlock(lock_);
            break;
        case kind::spin_count:
            for (int i = 0; i != 3 && seen != n; ++i)
                seen = READ_ONCE(x);
            break;
        default: break;
        }
        return seen;
    }

    static std::int64_t length(const wbsync::llist_node* first) {
        std::int64_t n = 0;
        for (; first != nullptr; first = first->next)
            ++n;
        return n;
    }

    const program& program_;
    const std::vector<int>& order_;
    record& record_;
    std::array<wbsync::atomic_t, max_variables> x_{wbsync::atomic_t{"x0"}, wbsync::atomic_t{"x1"},
                                                   wbsync::atomic_t{"x2"}};
    wbsync::spinlock_t lock_{"l"};
    wbsync::spinlock_t other_lock_{"k"};
    wbsync::plain<int> plain_{"p"};
    object* object_ = nullptr;
    bool freed_ = false;
    wbsync::workqueue_struct queue_{"wq"};
    std::optional<wbsync::work_struct> work_;
    std::optional<wbsync::pointer<object>> pointer_;
    std::optional<wbsync::llist_head> list_;
    std::optional<wbsync::percpu_counter> counter_;
    std::optional<wbsync::mutex> mutex_;
    std::optional<wbsync::rw_semaphore> rwsem_;
    std::optional<wbsync::srcu_struct> srcu_;
    std::optional<wbsync::completion> completion_;
    std::optional<wbsync::seqlock_t> seqlock_;
    std::optional<wbsync::wait_queue_head_t> queue_head_;
    std::optional<wbsync::refcount_t> refs_;
    std::array<int, max_program_threads> srcu_index_{};
    std::array<std::array<links, max_operations>, max_program_threads> links_;
};

} // namespace fuzz
