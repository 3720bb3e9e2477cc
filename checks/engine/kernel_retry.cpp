// SPDX-License-Identifier: BSD-3-Clause
// Loops that try again, as they are in the kernel: lib/lockref.c, and fs/dcache.c's walk of a hash
// chain under RCU. Each rule is broken once.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

/// A count in the same word as its lock: twice the count, plus 1 while it is locked. Dead:
/// negative.
struct lockref {
    atomic_t word{"word", 2};
    std::int64_t got = 0;
    std::int64_t lost = 0;
    atomic_t freed{"freed"};

    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {word.value.newest(), got, lost};
    }
};

constexpr std::int64_t one = 2;

bool is_locked(std::int64_t word) {
    return word % 2 != 0;
}
bool is_dead(std::int64_t word) {
    return word < 0;
}

void lock(lockref& r) {
    retry_until([&] {
        std::int64_t old = atomic_read(r.word);
        return !is_locked(old) && atomic_try_cmpxchg_acquire(r.word, &old, old + 1);
    });
}
void unlock(lockref& r, std::int64_t word) {
    atomic_set_release(r.word, word - 1);
}

/// The word after `change`, as long as nobody holds the lock; unchanged if that is 0.
template <class Change>
bool without_lock(lockref& r, Change change) {
    std::int64_t old = atomic_read(r.word);
    while (!is_locked(old)) {
        const std::int64_t next = change(old);
        if (next == 0)
            return false;
        if (atomic_try_cmpxchg(r.word, &old, next))
            return true;
        cpu_relax();
    }
    return false;
}

void get(lockref& r) {
    if (without_lock(r, [](std::int64_t w) { return w + one; }))
        return;
    lock(r);
    unlock(r, atomic_read(r.word) + one);
}

bool get_not_dead(lockref& r) {
    const auto more = [](std::int64_t w) { return is_dead(w) ? 0 : w + one; };
    if (without_lock(r, more))
        return true;
    lock(r);
    const std::int64_t word = atomic_read(r.word);
    unlock(r, is_dead(word) ? word : word + one);
    return !is_dead(word);
}

/// Drops a reference, or takes the lock if it is the last one.
bool put_or_lock(lockref& r) {
    const auto less = [](std::int64_t w) { return w <= one ? 0 : w - one; };
    if (without_lock(r, less))
        return true;
    lock(r);
    const std::int64_t word = atomic_read(r.word);
    if (word - 1 <= one)
        return false;
    unlock(r, word - one);
    return true;
}

const program<lockref>::body gets = [](lockref& r) { get(r); };
const program<lockref>::body gets_not_dead = [](lockref& r) {
    if (!get_not_dead(r))
        return;
    r.got = 1;
    BUG_ON(READ_ONCE(r.freed) != 0);
};
const program<lockref>::body kills = [](lockref& r) {
    if (put_or_lock(r)) {
        r.lost = 1; // another thread has the last one
        return;
    }
    atomic_set(r.word, -127);
    unlock(r, -127);
    WRITE_ONCE(r.freed, 1);
};
const program<lockref>::body looks_under_lock = [](lockref& r) {
    lock(r);
    const std::int64_t first = atomic_read(r.word);
    ensure(atomic_read(r.word) == first, "stable", "the count changed under the lock");
    unlock(r, first);
};

/// Two dentries, `a` before `b` in a bucket. Meanwhile `a` is moved to the other bucket, without a
/// grace period in between.
struct dcache {
    struct dentry {
        explicit dentry(std::int64_t of) : name(of) {}
        std::int64_t name;
        hlist_node d_hash{"d_hash", this};
        rcu_head d_rcu;
    };

    hlist_head from{"from"}, to{"to"};
    spinlock_t from_lock{"from_lock"}, to_lock{"to_lock"};
    seqlock_t rename_lock{"rename_lock"};
    dentry* a = kmalloc<dentry>("a", 1);
    dentry b{2};
    std::int64_t found = -1;
    bool is_gone = false;

    dcache() {
        hlist_add_head_rcu(b.d_hash, from);
        hlist_add_head_rcu(a->d_hash, from);
    }
    void daemons(scenario& s) { rcu_callback_thread(s); }
    [[nodiscard]] std::vector<std::int64_t> left() const { return {found}; }
};

std::int64_t walk(const hlist_head& bucket, std::int64_t name) {
    for (const dcache::dentry* d : hlist_for_each_entry_rcu<dcache::dentry>(bucket))
        if (d->name == name)
            return name;
    return 0;
}

/// If a name was not found, it is looked up again if a rename happened in the meantime.
const program<dcache>::body looks_up = [](dcache& c) {
    std::int64_t seq = 0;
    do {
        seq = read_seqbegin(c.rename_lock);
        rcu_read_lock();
        c.found = walk(c.from, 2);
        rcu_read_unlock();
    } while (c.found == 0 && read_seqretry(c.rename_lock, seq));
};
const program<dcache>::body looks_up_once = [](dcache& c) {
    rcu_read_lock();
    c.found = walk(c.from, 2);
    rcu_read_unlock();
};
const program<dcache>::body rehashes = [](dcache& c) {
    spin_lock(c.from_lock);
    hlist_del_rcu(c.a->d_hash);
    spin_unlock(c.from_lock);
    spin_lock(c.to_lock);
    hlist_add_head_rcu(c.a->d_hash, c.to);
    spin_unlock(c.to_lock);
};
const program<dcache>::body renames = [](dcache& c) {
    write_seqlock(c.rename_lock);
    rehashes(c);
    write_sequnlock(c.rename_lock);
};
const program<dcache>::body removes = [](dcache& c) {
    spin_lock(c.from_lock);
    hlist_del_rcu(c.a->d_hash);
    spin_unlock(c.from_lock);
    c.is_gone = true;
};
const program<dcache>::body removes_and_frees_later = [](dcache& c) {
    removes(c);
    kfree_rcu(c.a, &dcache::dentry::d_rcu);
};
const program<dcache>::body removes_and_frees = [](dcache& c) {
    removes(c);
    kfree(c.a);
};
const program<dcache>::body found_it = [](dcache& c) {
    if (!c.is_gone)
        kfree(c.a);
    ensure(c.found == 2, "missed", "b was there all the time");
};

} // namespace

TEST_CASE("lockref: no reference is lost") {
    const program<lockref>::body all_there = [](lockref& r) {
        ensure(r.word.value.newest() == 4 * one, "sum", "a reference is lost");
    };
    check_holds<lockref>({{gets, gets, gets}, all_there});
    check_against_reference<lockref>({{gets, gets}});
    check_against_reference<lockref>({{gets, looks_under_lock}});
    const program<lockref>::body sets = [](lockref& r) {
        atomic_set(r.word, atomic_read(r.word) + one);
    };
    check_fails<lockref>({{gets, gets, sets}, all_there}, "sum");
}

TEST_CASE("lockref: whoever holds the lock holds the count") {
    check_holds<lockref>({{gets, looks_under_lock}});
    check_holds<lockref>({{gets, gets, looks_under_lock}});
    check_fails<lockref>({{[](lockref& r) { atomic_add(one, r.word); }, looks_under_lock}},
                         "stable");
}

TEST_CASE("lockref: nobody gets a reference to what is dead") {
    check_holds<lockref>({{gets_not_dead, kills}});
    check_holds<lockref>({{gets_not_dead, gets_not_dead, kills}});
    check_against_reference<lockref>({{gets_not_dead, kills}});
    check_fails<lockref>({{[](lockref& r) {
                               get(r);
                               BUG_ON(READ_ONCE(r.freed) != 0);
                           },
                           kills}},
                         "BUG_ON");
}

TEST_CASE("a walk under RCU that somebody moves an entry under has to be tried again") {
    check_holds<dcache>({{looks_up, renames}, found_it});
    check_holds<dcache>({{looks_up, looks_up, renames}, found_it});
    check_against_reference<dcache>({{looks_up, renames}, found_it});
    check_fails<dcache>({{looks_up_once, renames}, found_it}, "missed");
    // Without the sequence the walker does not notice.
    check_fails<dcache>({{looks_up, rehashes}, found_it}, "missed");
}

TEST_CASE("a walk under RCU goes on from what is removed, and not from what is freed") {
    check_holds<dcache>({{looks_up, removes_and_frees_later}, found_it});
    check_against_reference<dcache>({{looks_up, removes_and_frees_later}, found_it});
    check_fails<dcache>({{looks_up, removes_and_frees}, found_it}, "use-after-free");
}
