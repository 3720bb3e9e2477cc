// SPDX-License-Identifier: BSD-3-Clause
#include "checks/report/cheat_sheet/words.hpp"

namespace cheat_sheet {

namespace {

using list = std::vector<word>;

bool is_one(std::int64_t v) {
    return v == 1;
}
void serve_callbacks(scenario& s, objects&) {
    rcu_callback_thread(s);
}
void serve_srcu_callbacks(scenario& s, objects& o) {
    srcu_callback_thread(s, o.srcu);
}
void open_section(objects&) {
    rcu_read_lock();
}
void close_section(objects&) {
    rcu_read_unlock();
}
bool read_flag(objects& o) {
    return READ_ONCE(o.flag) == 1;
}

void set_first_bit(objects& o) {
    set_bit(0, o.flag);
}
void lock_next(objects& o) {
    spin_lock(o.next_lock);
}
void unlock_next(objects& o) {
    spin_unlock(o.next_lock);
}

list accesses() {
    return {{.name = "`READ_ONCE`, `atomic_read`",
             .use = [](objects& o) { READ_ONCE(o.counter); },
             .hear = &read_flag},
            {.name = "`WRITE_ONCE`, `atomic_set`",
             .use = [](objects& o) { WRITE_ONCE(o.counter, 1); },
             .tell = [](objects& o) { WRITE_ONCE(o.flag, 1); }},
            {.name = "`smp_load_acquire`, `atomic_read_acquire`",
             .use = [](objects& o) { smp_load_acquire(o.counter); },
             .hear = [](objects& o) -> bool { return smp_load_acquire(o.flag) == 1; }},
            {.name = "`smp_store_release`, `atomic_set_release`",
             .use = [](objects& o) { smp_store_release(o.counter, 1); },
             .tell = [](objects& o) { smp_store_release(o.flag, 1); }},
            {.name = "`smp_store_mb`",
             .use = [](objects& o) { smp_store_mb(o.counter, 1); },
             .tell = [](objects& o) { smp_store_mb(o.flag, 1); }},
            {.name = "`rcu_dereference`",
             .use = [](objects& o) { rcu_dereference(o.published); },
             .hear = [](objects& o) -> bool { return rcu_dereference(o.published) != nullptr; }},
            {.name = "the same, of what the pointer leads to",
             .misses =
                 [](objects& o) {
                     const auto p = rcu_dereference(o.published);
                     return p != nullptr && READ_ONCE(p->value) == 0;
                 }},
            {.name = "`rcu_assign_pointer`",
             .use = [](objects& o) { rcu_assign_pointer(o.published, &o.target); },
             .tell = [](objects& o) { rcu_assign_pointer(o.published, &o.target); }},
            {.name = "`plain<T>`: `read`, `write`",
             .use = [](objects& o) { static_cast<void>(o.ordinary.read()); },
             .tell = [](objects& o) { o.ordinary.write(1); },
             .hear = [](objects& o) -> bool { return o.ordinary.read() == 1; }}};
}

list atomics() {
    return {{.name = "`atomic_inc`, `atomic_add`, …",
             .use = [](objects& o) { atomic_inc(o.counter); },
             .tell = [](objects& o) { atomic_inc(o.flag); }},
            {.name = "`atomic_inc_return`, `atomic_dec_and_test`, …",
             .use = [](objects& o) { atomic_inc_return(o.counter); },
             .tell = [](objects& o) { atomic_inc_return(o.flag); },
             .hear = [](objects& o) -> bool { return atomic_add_return(0, o.flag) == 1; }},
            {.name = "`atomic_xchg`, `xchg`",
             .use = [](objects& o) { atomic_xchg(o.counter, 1); },
             .tell = [](objects& o) { atomic_xchg(o.flag, 1); },
             .hear = [](objects& o) -> bool { return atomic_xchg(o.flag, 2) == 1; }},
            {.name = "`…_relaxed`",
             .use = [](objects& o) { atomic_xchg_relaxed(o.counter, 1); },
             .tell = [](objects& o) { atomic_xchg_relaxed(o.flag, 1); },
             .hear = [](objects& o) -> bool { return atomic_xchg_relaxed(o.flag, 2) == 1; }},
            {.name = "`…_acquire`",
             .use = [](objects& o) { atomic_xchg_acquire(o.counter, 1); },
             .tell = [](objects& o) { atomic_xchg_acquire(o.flag, 1); },
             .hear = [](objects& o) -> bool { return atomic_xchg_acquire(o.flag, 2) == 1; }},
            {.name = "`…_release`",
             .use = [](objects& o) { atomic_xchg_release(o.counter, 1); },
             .tell = [](objects& o) { atomic_xchg_release(o.flag, 1); },
             .hear = [](objects& o) -> bool { return atomic_xchg_release(o.flag, 2) == 1; }},
            {.name = "`atomic_cmpxchg`, `atomic_add_unless`, with effect",
             .use = [](objects& o) { atomic_add_unless(o.counter, 1, 7); },
             .tell = [](objects& o) { atomic_cmpxchg(o.flag, 0, 1); },
             .hear = [](objects& o) -> bool { return atomic_cmpxchg(o.flag, 1, 2) == 1; }},
            {.name = "the same, without effect",
             .use = [](objects& o) { atomic_add_unless(o.counter, 1, 0); },
             .hear = [](objects& o) -> bool { return atomic_cmpxchg(o.flag, 7, 8) == 1; }},
            {.name = "`set_bit`, `clear_bit`",
             .use = [](objects& o) { set_bit(1, o.counter); },
             .tell = [](objects& o) { set_bit(0, o.flag); }},
            {.name = "`test_and_set_bit_lock`, `clear_bit_unlock`",
             .use =
                 [](objects& o) {
                     if (!test_and_set_bit_lock(1, o.counter))
                         clear_bit_unlock(1, o.counter);
                 },
             .tell = [](objects& o) { clear_bit_unlock(0, o.flag); },
             .hear = [](objects& o) -> bool { return !test_and_set_bit_lock(0, o.flag); },
             .set_up = &set_first_bit},
            {.name = "`refcount_dec_and_test`",
             .use = [](objects& o) { refcount_dec_and_test(o.references); },
             .tell = [](objects& o) { refcount_sub_and_test(7, o.references); },
             .hear = [](objects& o) -> bool { return refcount_dec_and_test(o.references); }}};
}

/// A word between two accesses.
word barrier(const char* name, action use) {
    return {.name = name, .use = use, .is_barrier = true};
}

list fences() {
    return {barrier("`smp_mb`", [](objects&) { smp_mb(); }),
            barrier("`smp_rmb`", [](objects&) { smp_rmb(); }),
            barrier("`smp_wmb`", [](objects&) { smp_wmb(); }),
            barrier("`smp_mb__before_atomic`, `atomic_inc`",
                    [](objects& o) {
                        smp_mb__before_atomic();
                        atomic_inc(o.counter);
                    }),
            barrier("`atomic_inc`, `smp_mb__after_atomic`",
                    [](objects& o) {
                        atomic_inc(o.counter);
                        smp_mb__after_atomic();
                    }),
            barrier("`smp_mb__after_atomic` alone", [](objects&) { smp_mb__after_atomic(); }),
            {.name = "`spin_lock`, `smp_mb__after_spinlock`",
             .use =
                 [](objects& o) {
                     spin_lock(o.next_lock);
                     smp_mb__after_spinlock();
                     spin_unlock(o.next_lock);
                 },
             .is_barrier = true,
             .hold = &lock_next,
             .let_go = &unlock_next}};
}

list locks() {
    return {
        {.name = "`spin_lock`, `spin_unlock`",
         .use =
             [](objects& o) {
                 spin_lock(o.lock);
                 spin_unlock(o.lock);
             },
         .tell =
             [](objects& o) {
                 WRITE_ONCE(o.flag, 1);
                 spin_unlock(o.lock);
             },
         .hear =
             [](objects& o) {
                 spin_lock(o.lock);
                 const bool heard = read_flag(o);
                 spin_unlock(o.lock);
                 return heard;
             },
         .prepare = [](objects& o) { spin_lock(o.lock); },
         .hold = [](objects& o) { spin_lock(o.lock); },
         .let_go = [](objects& o) { spin_unlock(o.lock); }},
        {.name = "`spin_unlock`, then `spin_lock` of another one",
         .use =
             [](objects& o) {
                 spin_lock(o.lock);
                 spin_unlock(o.lock);
                 spin_lock(o.next_lock);
                 spin_unlock(o.next_lock);
             },
         .is_barrier = true,
         .hold = &lock_next,
         .let_go = &unlock_next},
        {.name = "the same, and `smp_mb__after_unlock_lock`",
         .use =
             [](objects& o) {
                 spin_lock(o.lock);
                 spin_unlock(o.lock);
                 spin_lock(o.next_lock);
                 smp_mb__after_unlock_lock();
                 spin_unlock(o.next_lock);
             },
         .is_barrier = true,
         .hold = &lock_next,
         .let_go = &unlock_next},
        {.name = "`spin_trylock`, `spin_unlock`",
         .use =
             [](objects& o) {
                 if (spin_trylock(o.lock))
                     spin_unlock(o.lock);
             },
         .tell =
             [](objects& o) {
                 WRITE_ONCE(o.flag, 1);
                 spin_unlock(o.lock);
             },
         .hear =
             [](objects& o) {
                 if (!spin_trylock(o.lock))
                     return false;
                 const bool heard = read_flag(o);
                 spin_unlock(o.lock);
                 return heard;
             },
         .prepare = [](objects& o) { spin_lock(o.lock); },
         .hold = [](objects& o) { spin_lock(o.lock); },
         .let_go = [](objects& o) { spin_unlock(o.lock); }},
        {.name = "`mutex_lock`, `mutex_unlock`",
         .use =
             [](objects& o) {
                 mutex_lock(o.sleeping_lock);
                 mutex_unlock(o.sleeping_lock);
             },
         .tell =
             [](objects& o) {
                 WRITE_ONCE(o.flag, 1);
                 mutex_unlock(o.sleeping_lock);
             },
         .hear =
             [](objects& o) {
                 mutex_lock(o.sleeping_lock);
                 const bool heard = read_flag(o);
                 mutex_unlock(o.sleeping_lock);
                 return heard;
             },
         .prepare = [](objects& o) { mutex_lock(o.sleeping_lock); },
         .hold = [](objects& o) { mutex_lock(o.sleeping_lock); },
         .let_go = [](objects& o) { mutex_unlock(o.sleeping_lock); }},
        {.name = "`down_read`, `up_read`",
         .use =
             [](objects& o) {
                 down_read(o.semaphore);
                 up_read(o.semaphore);
             },
         .tell =
             [](objects& o) {
                 WRITE_ONCE(o.flag, 1);
                 up_read(o.semaphore);
             },
         .hear =
             [](objects& o) {
                 down_write(o.semaphore);
                 const bool heard = read_flag(o);
                 up_write(o.semaphore);
                 return heard;
             },
         .prepare = [](objects& o) { down_read(o.semaphore); },
         .hold = [](objects& o) { down_write(o.semaphore); },
         .let_go = [](objects& o) { up_write(o.semaphore); }},
        {.name = "`down_write`, `up_write`",
         .use =
             [](objects& o) {
                 down_write(o.semaphore);
                 up_write(o.semaphore);
             },
         .tell =
             [](objects& o) {
                 WRITE_ONCE(o.flag, 1);
                 up_write(o.semaphore);
             },
         .hear =
             [](objects& o) {
                 down_read(o.semaphore);
                 const bool heard = read_flag(o);
                 up_read(o.semaphore);
                 return heard;
             },
         .prepare = [](objects& o) { down_write(o.semaphore); },
         .hold = [](objects& o) { down_read(o.semaphore); },
         .let_go = [](objects& o) { up_read(o.semaphore); }},
        {.name = "`write_seqlock`, `read_seqbegin`, …",
         .use =
             [](objects& o) {
                 write_seqlock(o.sequence);
                 write_sequnlock(o.sequence);
             },
         .tell =
             [](objects& o) {
                 WRITE_ONCE(o.flag, 1);
                 write_sequnlock(o.sequence);
             },
         .hear = [](objects& o) -> bool { return read_seqbegin(o.sequence) == 2 && read_flag(o); },
         .prepare = [](objects& o) { write_seqlock(o.sequence); },
         .hold = [](objects& o) { write_seqlock(o.sequence); },
         .let_go = [](objects& o) { write_sequnlock(o.sequence); }}};
}

list rcu() {
    return {{.name = "`rcu_read_lock`, `rcu_read_unlock`",
             .use =
                 [](objects&) {
                     rcu_read_lock();
                     rcu_read_unlock();
                 },
             .is_barrier = true,
             .hold = &open_section,
             .let_go = &close_section},
            {.name = "`synchronize_rcu`",
             .use = [](objects&) { synchronize_rcu(); },
             .is_barrier = true,
             .hold = &open_section,
             .let_go = &close_section},
            {.name = "`call_rcu`, to its callback",
             .use = [](objects& o) { call_rcu(o.head(), [] {}); },
             .tell = [](objects& o) { call_rcu(o.head(), [&o] { o.set_flag(); }); },
             .hold = &open_section,
             .let_go = &close_section,
             .serve = &serve_callbacks},
            {.name = "`rcu_barrier`, nothing queued",
             .use = [](objects&) { rcu_barrier(); },
             .is_barrier = true,
             .serve = &serve_callbacks},
            {.name = "`call_rcu`, `rcu_barrier`",
             .use =
                 [](objects& o) {
                     call_rcu(o.head(), [] {});
                     rcu_barrier();
                 },
             .is_barrier = true,
             .hold = &open_section,
             .let_go = &close_section,
             .serve = &serve_callbacks},
            {.name = "`srcu_read_lock`, `srcu_read_unlock`",
             .use = [](objects& o) { srcu_read_unlock(o.srcu, srcu_read_lock(o.srcu)); },
             .is_barrier = true},
            barrier("`srcu_read_unlock`, `smp_mb__after_srcu_read_unlock`",
                    [](objects& o) {
                        srcu_read_unlock(o.srcu, srcu_read_lock(o.srcu));
                        smp_mb__after_srcu_read_unlock();
                    }),
            barrier("`synchronize_srcu`", [](objects& o) { synchronize_srcu(o.srcu); }),
            {.name = "`call_srcu`, `srcu_barrier`",
             .use =
                 [](objects& o) {
                     call_srcu(o.srcu, o.head(), [] {});
                     srcu_barrier(o.srcu);
                 },
             .is_barrier = true,
             .serve = &serve_srcu_callbacks}};
}

list waiting() {
    return {{.name = "`await`",
             .use =
                 [](objects& o) {
                     WRITE_ONCE(o.counter, 1);
                     await(o.counter, is_one);
                 },
             .hear = [](objects& o) -> bool { return await(o.flag, is_one) == 1; },
             .let_go = [](objects& o) { WRITE_ONCE(o.counter, 1); },
             .waits = [](objects& o) { await(o.counter, is_one); }},
            {.name = "`await_acquire`",
             .use =
                 [](objects& o) {
                     WRITE_ONCE(o.counter, 1);
                     await_acquire(o.counter, is_one);
                 },
             .hear = [](objects& o) -> bool { return await_acquire(o.flag, is_one) == 1; },
             .let_go = [](objects& o) { WRITE_ONCE(o.counter, 1); },
             .waits = [](objects& o) { await_acquire(o.counter, is_one); }},
            {.name = "`wake_up`, `wait_event`",
             .use =
                 [](objects& o) {
                     WRITE_ONCE(o.counter, 1);
                     wake_up(o.queue);
                     wait_event(o.queue, [&o] { return READ_ONCE(o.counter) == 1; });
                 },
             .tell =
                 [](objects& o) {
                     WRITE_ONCE(o.flag, 1);
                     wake_up(o.queue);
                 },
             .hear =
                 [](objects& o) {
                     wait_event(o.queue, [&o] { return read_flag(o); });
                     return true;
                 }},
            {.name = "`prepare_to_wait`, `finish_wait`",
             .use =
                 [](objects& o) {
                     wait_queue_entry me;
                     prepare_to_wait(o.queue, me);
                     finish_wait(o.queue, me);
                 },
             .is_barrier = true},
            {.name = "`store_release_wake_up`, `wait_var_event`",
             .use =
                 [](objects& o) {
                     store_release_wake_up(o.counter, 1);
                     wait_var_event(o.counter, [&o] { return READ_ONCE(o.counter) == 1; });
                 },
             .tell = [](objects& o) { store_release_wake_up(o.flag, 1); },
             .hear =
                 [](objects& o) {
                     wait_var_event(o.flag, [&o] { return read_flag(o); });
                     return true;
                 }},
            {.name = "`clear_and_wake_up_bit`, `wait_on_bit`",
             .use =
                 [](objects& o) {
                     clear_and_wake_up_bit(0, o.counter);
                     wait_on_bit(o.counter, 0);
                 },
             .tell = [](objects& o) { clear_and_wake_up_bit(0, o.flag); },
             .hear =
                 [](objects& o) {
                     wait_on_bit(o.flag, 0);
                     return true;
                 },
             .set_up = &set_first_bit},
            {.name = "`complete`, `wait_for_completion`",
             .use =
                 [](objects& o) {
                     complete(o.completed);
                     wait_for_completion(o.completed);
                 },
             .tell = [](objects& o) { complete(o.completed); },
             .hear =
                 [](objects& o) {
                     wait_for_completion(o.completed);
                     return true;
                 }}};
}

list work() {
    return {{.name = "`queue_work`, to its function",
             .use = [](objects& o) { queue_work(o.works, *o.work); },
             .tell = [](objects& o) { queue_work(o.works, *o.work); },
             .needs_work = true},
            {.name = "`queue_work`, `flush_work`",
             .use =
                 [](objects& o) {
                     queue_work(o.works, *o.work);
                     flush_work(*o.work);
                 },
             .tell = [](objects& o) { queue_work(o.works, *o.work); },
             .hear = [](objects& o) -> bool { return flush_work(*o.work); },
             .needs_work = true},
            {.name = "`queue_work`, `flush_workqueue`",
             .use =
                 [](objects& o) {
                     queue_work(o.works, *o.work);
                     flush_workqueue(o.works);
                 },
             .needs_work = true},
            {.name = "`queue_work`, `cancel_work_sync`",
             .use =
                 [](objects& o) {
                     queue_work(o.works, *o.work);
                     cancel_work_sync(*o.work);
                 },
             .needs_work = true}};
}

list percpu() {
    return {{.name = "`this_cpu_add`",
             .use = [](objects& o) { this_cpu_add(o.on_cpus, 1); },
             .is_barrier = true},
            barrier("`percpu_counter_add`, below the batch",
                    [](objects& o) { percpu_counter_add(o.percpu_count, 1); }),
            barrier("`percpu_counter_sum`", [](objects& o) { percpu_counter_sum(o.percpu_count); }),
            {.name = "`percpu_ref_get`, `percpu_ref_put`",
             .use =
                 [](objects& o) {
                     percpu_ref_get(o.reference);
                     percpu_ref_put(o.reference);
                 },
             .is_barrier = true,
             .serve = &serve_callbacks},
            {.name = "`percpu_ref_kill`, to `release`",
             .use = nullptr,
             .tell = [](objects& o) { percpu_ref_kill(o.reference); },
             .serve = &serve_callbacks},
            {.name = "`percpu_down_read`, `percpu_up_read`, before any writer",
             .use =
                 [](objects& o) {
                     percpu_down_read(o.percpu_semaphore);
                     percpu_up_read(o.percpu_semaphore);
                 },
             .tell =
                 [](objects& o) {
                     WRITE_ONCE(o.flag, 1);
                     percpu_up_read(o.percpu_semaphore);
                 },
             .hear =
                 [](objects& o) {
                     percpu_down_write(o.percpu_semaphore);
                     const bool heard = read_flag(o);
                     percpu_up_write(o.percpu_semaphore);
                     return heard;
                 },
             .prepare = [](objects& o) { percpu_down_read(o.percpu_semaphore); },
             .hold = [](objects& o) { percpu_down_write(o.percpu_semaphore); },
             .let_go = [](objects& o) { percpu_up_write(o.percpu_semaphore); }},
            {.name = "`percpu_down_write`, `percpu_up_write`",
             .use =
                 [](objects& o) {
                     percpu_down_write(o.percpu_semaphore);
                     percpu_up_write(o.percpu_semaphore);
                 },
             .hold = [](objects& o) { percpu_down_read(o.percpu_semaphore); },
             .let_go = [](objects& o) { percpu_up_read(o.percpu_semaphore); }}};
}

} // namespace

std::vector<group> all_words() {
    return {{"accesses", accesses()}, {"atomics", atomics()}, {"fences", fences()},
            {"locks", locks()},       {"RCU, SRCU", rcu()},   {"waiting", waiting()},
            {"work", work()},         {"per CPU", percpu()}};
}

} // namespace cheat_sheet
