// SPDX-License-Identifier: BSD-3-Clause
// refcount_t.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

struct object {
    refcount_t refs{"refs", 2};
    plain<int> data{"data"};
};

struct shared {
    object* o = kmalloc<object>("object");
    atomic_t published{"published", 1};
    spinlock_t l{"l"};
    mutex m{"m"};
};

struct counted {
    refcount_t r{"r", 1};
    std::int64_t got = 0, last = 0;
    [[nodiscard]] std::vector<std::int64_t> left() const {
        return {got, last, r.refs.value.newest()};
    }
};

} // namespace

TEST_CASE("refcount_dec_and_test: the last one frees, after what all others did") {
    constexpr auto put = [](shared& m) {
        static_cast<void>(m.o->data.read());
        if (refcount_dec_and_test(m.o->refs))
            kfree(m.o);
    };
    check_holds<shared>({{put, put}});
    check_holds<shared>({{put, [](shared& m) {
                              refcount_inc(m.o->refs);
                              refcount_dec(m.o->refs);
                              if (refcount_dec_and_test(m.o->refs))
                                  kfree(m.o);
                          }}});
    // Each thread looks by itself: both may see 0, or neither.
    constexpr auto looks = [](shared& m) {
        atomic_dec(m.o->refs.refs);
        if (refcount_read(m.o->refs) == 0)
            kfree(m.o);
    };
    check_fails<shared>({{looks, looks}}, "use-after-free");
}

TEST_CASE("refcount_dec_and_test: releases, which a relaxed decrement does not") {
    struct unfreed {
        refcount_t r{"r", 2};
        plain<int> data{"data"};
    };
    static constexpr auto last_one_writes = [](unfreed& m) {
        if (refcount_dec_and_test(m.r))
            m.data.write(1);
    };
    check_holds<unfreed>({{[](unfreed& m) {
                               static_cast<void>(m.data.read());
                               last_one_writes(m);
                           },
                           last_one_writes}});
    check_fails_weakly<unfreed>({{[](unfreed& m) {
                                      static_cast<void>(m.data.read());
                                      atomic_fetch_add_relaxed(-1, m.r.refs);
                                  },
                                  last_one_writes}},
                                "data-race");
}

TEST_CASE("refcount_inc: from zero is a finding, refcount_inc_not_zero fails instead") {
    constexpr auto put = [](counted& m) { m.last = refcount_dec_and_test(m.r) ? 1 : 0; };
    check_fails<counted>({{put, [](counted& m) { refcount_inc(m.r); }}},
                         "refcount_inc(r): addition on 0; use-after-free");
    constexpr auto tries = [](counted& m) { m.got = refcount_inc_not_zero(m.r) ? 1 : 0; };
    check_holds<counted>({{put, tries}, [](counted& m) { BUG_ON(m.got == m.last); }});
    check_holds<counted>(
        {{put, [](counted& m) { m.got = refcount_inc_not_zero_acquire(m.r) ? 1 : 0; }},
         [](counted& m) { BUG_ON(m.got == m.last); }});
    CHECK(weak<counted>(
              {{[](counted& m) { refcount_inc(m.r); }, [](counted& m) { refcount_inc(m.r); },
                [](counted& m) { refcount_inc(m.r); }}})
              .executions == 1);
}

TEST_CASE("refcount_t: underflow, a void decrement to zero, and saturation are findings") {
    constexpr auto put = [](counted& m) { static_cast<void>(refcount_dec_and_test(m.r)); };
    check_fails<counted>({{put, put}}, "underflow; use-after-free");
    check_fails<counted>({{[](counted& m) { refcount_dec(m.r); }}}, "decrement hit 0");
    check_fails<counted>({{[](counted& m) {
                             refcount_set(m.r, refcount_t::max);
                             refcount_inc(m.r);
                         }}},
                         "saturated; leaking memory");
    check_holds<counted>({{[](counted& m) {
        refcount_set(m.r, refcount_t::max - 1);
        refcount_inc(m.r);
        BUG_ON(!refcount_sub_and_test(refcount_t::max, m.r));
    }}});
    struct named {
        refcount_t r{"r", 0, "P2"};
    };
    check_fails<named>({{[](named& m) { refcount_inc(m.r); }}}, "P2");
}

TEST_CASE("refcount_dec_and_lock: who looks under the lock never finds zero") {
    constexpr auto finds = [](shared& m) {
        spin_lock(m.l);
        if (READ_ONCE(m.published) == 1)
            refcount_inc(m.o->refs);
        const bool found_it = READ_ONCE(m.published) == 1;
        spin_unlock(m.l);
        if (found_it && refcount_dec_and_lock(m.o->refs, m.l)) {
            WRITE_ONCE(m.published, 0);
            spin_unlock(m.l);
            kfree(m.o);
        }
    };
    constexpr auto puts = [](shared& m) {
        if (!refcount_dec_and_lock(m.o->refs, m.l))
            return;
        WRITE_ONCE(m.published, 0);
        spin_unlock(m.l);
        kfree(m.o);
    };
    check_holds<shared>({{puts, puts, finds}});
    constexpr auto puts_then_locks = [](shared& m) {
        if (!refcount_dec_and_test(m.o->refs))
            return;
        spin_lock(m.l);
        WRITE_ONCE(m.published, 0);
        spin_unlock(m.l);
        kfree(m.o);
    };
    check_fails<shared>({{puts_then_locks, puts_then_locks, finds}}, "addition on 0");
    // With a mutex.
    constexpr auto puts_mutex = [](shared& m) {
        if (!refcount_dec_and_mutex_lock(m.o->refs, m.m))
            return;
        m.o->data.write(1);
        mutex_unlock(m.m);
        kfree(m.o);
    };
    check_holds<shared>({{puts_mutex, puts_mutex}});
}

TEST_CASE("refcount_t: as the reference scheduler") {
    constexpr auto put = [](counted& m) { m.last += refcount_dec_and_test(m.r) ? 1 : 0; };
    constexpr auto tries = [](counted& m) { m.got += refcount_inc_not_zero(m.r) ? 1 : 0; };
    constexpr auto not_one = [](counted& m) { m.got += refcount_dec_not_one(m.r) ? 10 : 0; };
    constexpr auto inc_put = [](counted& m) {
        refcount_inc(m.r);
        m.last += refcount_dec_and_test(m.r) ? 1 : 0;
    };
    check_against_reference<counted>({{put, tries, tries}});
    check_against_reference<counted>({{inc_put, inc_put, not_one}});
}
