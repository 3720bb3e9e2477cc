// SPDX-License-Identifier: BSD-3-Clause
// xarray.

#include "checks/support/primitives_program.hpp"

using namespace primitives;

namespace {

struct page {
    plain<int> data{"page.data"};
};

struct cache {
    xarray<page> pages{"pages"};
    page a, b;
    std::int64_t got = 0;
    page* evicted = nullptr;
};

/// Pages on the heap, looked up under RCU.
struct freed {
    xarray<page> pages{"pages"};
    page* p = kmalloc<page>("page");
    int seen = 0;
    freed() { xa_store(pages, 0, p); }
};

} // namespace

TEST_CASE("xa_store and xa_load: publish and fetch") {
    check_holds<cache>({{[](cache& m) {
                             m.a.data.write(1);
                             xa_store(m.pages, 1, &m.a);
                         },
                         [](cache& m) {
                             if (const page* p = xa_load(m.pages, 1); p != nullptr)
                                 BUG_ON(p->data.read() != 1);
                             BUG_ON(xa_load(m.pages, 0) != nullptr);
                         }}});
    check_fails<cache>({{[](cache& m) {
                             xa_store(m.pages, 1, &m.a);
                             m.a.data.write(1);
                         },
                         [](cache& m) {
                             if (const page* p = xa_load(m.pages, 1); p != nullptr)
                                 m.got = p->data.read();
                         }}},
                       "data-race");
}

TEST_CASE("xa_cmpxchg: of two that want the slot one gets it, with xa_store the other is lost") {
    check_holds<cache>({{[](cache& m) { m.got += xa_cmpxchg(m.pages, 0, {}, &m.a) == nullptr; },
                         [](cache& m) { m.got += xa_cmpxchg(m.pages, 0, {}, &m.b) == nullptr; }},
                        [](cache& m) { BUG_ON(m.got != 1); }});
    constexpr auto looks_then_stores = [](cache& m) {
        if (xa_load(m.pages, 0) == nullptr)
            m.got += xa_store(m.pages, 0, &m.a) == nullptr ? 1 : 100;
    };
    check_fails<cache>(
        {{looks_then_stores, looks_then_stores}, [](cache& m) { BUG_ON(m.got > 1); }}, "BUG_ON");
}

TEST_CASE("xa_erase: the pointer may be freed a grace period later") {
    constexpr auto reader = [](freed& m) {
        rcu_read_lock();
        xa_for_each(m.pages, [&m](std::size_t, const page* p) { m.seen += p->data.read(); });
        rcu_read_unlock();
    };
    check_holds<freed>({{reader, [](freed& m) {
                             page* old = xa_erase(m.pages, 0);
                             BUG_ON(old != m.p);
                             synchronize_rcu();
                             kfree(old);
                         }}});
    check_fails<freed>({{reader, [](freed& m) { kfree(xa_erase(m.pages, 0)); }}}, "use-after-free");
}

TEST_CASE("xa_lock: several changes at once, and misuse") {
    static constexpr auto moves = [](cache& m) {
        xa_lock(m.pages);
        if (page* p = __xa_erase(m.pages, 0); p != nullptr)
            __xa_store(m.pages, 1, p);
        xa_unlock(m.pages);
    };
    static constexpr auto counts = [](cache& m) {
        xa_lock(m.pages);
        xa_for_each(m.pages, [&m](std::size_t, page*) { ++m.got; });
        xa_unlock(m.pages);
        BUG_ON(m.got != 1);
    };
    static constexpr auto counts_unlocked = [](cache& m) {
        xa_for_each(m.pages, [&m](std::size_t, page*) { ++m.got; });
        BUG_ON(m.got != 1);
    };
    struct filled : cache {
        filled() { xa_store(pages, 0, &a); }
    };
    check_holds<filled>({{[](filled& m) { moves(m); }, [](filled& m) { counts(m); }}});
    check_fails<filled>({{[](filled& m) { moves(m); }, [](filled& m) { counts_unlocked(m); }}},
                        "BUG_ON");
    check_fails<cache>({{[](cache& m) { __xa_store(m.pages, 0, &m.a); }}}, "lockdep_assert_held");
    check_fails<cache>({{[](cache& m) { xa_load(m.pages, 7); }}}, "the model gave it 2 slots");
}
