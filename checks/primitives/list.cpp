// SPDX-License-Identifier: BSD-3-Clause
// list_head and hlist, with and without RCU.

#include "checks/support/against_reference.hpp"

using namespace primitives;

namespace {

struct item {
    explicit item(int n) : value(n), data("item.data", 1) {}
    list_head link{"item.link", this};
    hlist_node node{"item.node", this};
    int value;
    plain<int> data;
};

struct lists {
    spinlock_t l{"l"};
    list_head head{"head"}, other{"other"};
    hlist_head bucket{"bucket"};
    item a{1}, b{2}, c{4};
    atomic_t ready{"ready"};
    std::int64_t seen = 0;

    [[nodiscard]] int on(const list_head& list) const {
        int all = 0;
        for (const item* i : list_for_each_entry<item>(list))
            all = 10 * all + i->value;
        return all;
    }
    [[nodiscard]] std::vector<std::int64_t> left() const { return {seen, on(head)}; }
};

using body = void (*)(lists&);

/// With the lock held.
template <body What>
void locked(lists& m) {
    spin_lock(m.l);
    What(m);
    spin_unlock(m.l);
}

void add_a(lists& m) {
    list_add(m.a.link, m.head);
}
void add_b(lists& m) {
    list_add_tail(m.b.link, m.head);
}
void count(lists& m) {
    m.seen = m.on(m.head);
}

/// Readers under RCU, and one updater that takes an item off and frees it.
struct published {
    spinlock_t l{"l"};
    list_head head{"head"};
    hlist_head bucket{"bucket"};
    item* first = kmalloc<item>("first", 1);
    item* second = kmalloc<item>("second", 2);
    rcu_head rcu;
    int seen = 0;

    published() {
        list_add_tail(first->link, head);
        list_add_tail(second->link, head);
        hlist_add_head(second->node, bucket);
        hlist_add_head(first->node, bucket);
    }
    static void free_rest(published& m) {
        kfree(m.first);
        kfree(m.second);
    }
    static void free_second(published& m) { kfree(m.second); }
};

using rcu_body = void (*)(published&);

const rcu_body reader = [](published& m) {
    rcu_read_lock();
    for (const item* i : list_for_each_entry_rcu<item>(m.head))
        m.seen += i->data.read();
    rcu_read_unlock();
};
const rcu_body hash_reader = [](published& m) {
    rcu_read_lock();
    for (const item* i : hlist_for_each_entry_rcu<item>(m.bucket))
        m.seen += i->data.read();
    rcu_read_unlock();
};

} // namespace

TEST_CASE("list_add, list_del, list_move: the order, and what is empty") {
    check_holds<lists>({{[](lists& m) {
        BUG_ON(!list_empty(m.head));
        list_add(m.a.link, m.head);
        list_add(m.b.link, m.head);
        list_add_tail(m.c.link, m.head);
        BUG_ON(m.on(m.head) != 214);
        list_del_init(m.a.link);
        BUG_ON(!list_empty(m.a.link) || m.on(m.head) != 24);
        list_move_tail(m.b.link, m.head);
        BUG_ON(m.on(m.head) != 42);
        BUG_ON(list_first_entry_or_null<item>(m.head) != &m.c);
        list_add(m.a.link, m.other);
        list_splice_init(m.head, m.other);
        BUG_ON(m.on(m.other) != 421 || !list_empty(m.head));
        for (item* i : list_for_each_entry_safe<item>(m.other))
            list_del(i->link);
        BUG_ON(!list_empty(m.other));
        BUG_ON(list_first_entry_or_null<item>(m.other) != nullptr);
    }}});
}

TEST_CASE("list_add: with the lock nothing is lost, without it that is a data race") {
    check_holds<lists>({{&locked<&add_a>, &locked<&add_b>, &locked<&count>},
                        [](lists& m) { BUG_ON(m.on(m.head) != 12 && m.on(m.head) != 21); }});
    check_fails<lists>({{&locked<&add_a>, &add_b}}, "data-race");
    check_fails<lists>({{&locked<&add_a>, &count}}, "data-race");
    check_fails<lists>({{&locked<&add_a>, &locked<&count>}, [](lists& m) { BUG_ON(m.seen != 1); }},
                       "BUG_ON");
}

TEST_CASE("list_add and list_del: twice is misuse") {
    check_fails<lists>({{[](lists& m) {
                           list_add(m.a.link, m.head);
                           list_add(m.a.link, m.head);
                       }}},
                       "list_add(item.link): it is on the list");
    check_fails<lists>({{[](lists& m) {
                           list_add(m.a.link, m.head);
                           list_del(m.a.link);
                           list_del(m.a.link);
                       }}},
                       "list_del(item.link): it is not on a list");
    check_fails<lists>({{[](lists& m) {
                           list_add(m.a.link, m.head);
                           for (item* i : list_for_each_entry<item>(m.head))
                               list_del(i->link); // needs the safe loop
                       }}},
                       "which was deleted with list_del()");
}

TEST_CASE("list_del_rcu: the item may be freed a grace period later") {
    check_holds<published>({{reader,
                             [](published& m) {
                                 spin_lock(m.l);
                                 list_del_rcu(m.first->link);
                                 spin_unlock(m.l);
                                 synchronize_rcu();
                                 kfree(m.first);
                             }},
                            &published::free_second});
    check_fails<published>({{reader,
                             [](published& m) {
                                 spin_lock(m.l);
                                 list_del_rcu(m.first->link);
                                 spin_unlock(m.l);
                                 kfree(m.first);
                             }},
                            &published::free_second},
                           "use-after-free");
    check_fails<published>({{reader,
                             [](published& m) {
                                 spin_lock(m.l);
                                 list_del(m.first->link); // poisons what the reader stands on
                                 spin_unlock(m.l);
                                 synchronize_rcu();
                                 kfree(m.first);
                             }},
                            &published::free_second},
                           "which was deleted with list_del()");
}

TEST_CASE("list_add_rcu: publishes what was written before, list_add does not") {
    struct added : lists {
        static void reader(added& m) {
            rcu_read_lock();
            for (const item* i : list_for_each_entry_rcu<item>(m.head))
                m.seen += i->data.read();
            if (const item* i = list_first_or_null_rcu<item>(m.head))
                BUG_ON(i->data.read() != 5);
            rcu_read_unlock();
        }
    };
    check_holds<added>({{&added::reader, [](added& m) {
                             m.a.data.write(5);
                             list_add_rcu(m.a.link, m.head);
                         }}});
    check_holds<added>({{&added::reader, [](added& m) {
                             m.a.data.write(5);
                             list_add_tail_rcu(m.a.link, m.head);
                             m.b.data.write(5);
                             list_replace_rcu(m.a.link, m.b.link);
                         }}});
    check_fails_weakly<added>({{&added::reader,
                                [](added& m) {
                                    m.a.data.write(5);
                                    list_add(m.a.link, m.head);
                                }}},
                              "data-race");
}

TEST_CASE("hlist: what is in a bucket") {
    check_holds<lists>({{[](lists& m) {
        BUG_ON(!hlist_empty(m.bucket) || !hlist_unhashed(m.a.node));
        hlist_add_head(m.a.node, m.bucket);
        hlist_add_head(m.b.node, m.bucket);
        int all = 0;
        for (const item* i : hlist_for_each_entry<item>(m.bucket))
            all = 10 * all + i->value;
        BUG_ON(all != 21);
        hlist_del_init(m.b.node);
        hlist_del_init(m.b.node); // nothing to do
        BUG_ON(!hlist_unhashed(m.b.node));
        hlist_add_head(m.b.node, m.bucket);
        for (item* i : hlist_for_each_entry_safe<item>(m.bucket))
            hlist_del(i->node);
        BUG_ON(!hlist_empty(m.bucket));
    }}});
    check_fails<lists>({{[](lists& m) {
                           hlist_add_head(m.a.node, m.bucket);
                           hlist_add_head(m.a.node, m.bucket);
                       }}},
                       "it is in a bucket already");
    check_fails<lists>({{[](lists& m) { hlist_del(m.a.node); }}}, "it is in no bucket");
    constexpr auto add = [](lists& m) { hlist_add_head(m.a.node, m.bucket); };
    check_fails<lists>({{add, [](lists& m) { hlist_add_head(m.b.node, m.bucket); }}}, "data-race");
    check_fails<lists>({{add,
                         [](lists& m) {
                             for (const item* i : hlist_for_each_entry<item>(m.bucket))
                                 m.seen += i->value;
                         }}},
                       "data-race");
}

TEST_CASE("hlist_del_rcu: the node may be freed a grace period later") {
    check_holds<published>({{hash_reader,
                             [](published& m) {
                                 spin_lock(m.l);
                                 hlist_del_init_rcu(m.first->node);
                                 BUG_ON(!hlist_unhashed(m.first->node));
                                 spin_unlock(m.l);
                                 synchronize_rcu();
                                 kfree(m.first);
                             }},
                            &published::free_second});
    check_fails<published>({{hash_reader,
                             [](published& m) {
                                 spin_lock(m.l);
                                 hlist_del_rcu(m.first->node);
                                 spin_unlock(m.l);
                                 kfree(m.first);
                             }},
                            &published::free_second},
                           "use-after-free");
    check_fails<published>({{hash_reader,
                             [](published& m) {
                                 spin_lock(m.l);
                                 hlist_del(m.first->node);
                                 spin_unlock(m.l);
                                 synchronize_rcu();
                                 kfree(m.first);
                             }},
                            &published::free_second},
                           "which was deleted with hlist_del()");
    check_holds<published>({{hash_reader,
                             [](published& m) {
                                 auto* third = kmalloc<item>("third", 3);
                                 spin_lock(m.l);
                                 hlist_add_head_rcu(third->node, m.bucket);
                                 hlist_del_rcu(third->node);
                                 spin_unlock(m.l);
                                 synchronize_rcu();
                                 kfree(third);
                             }},
                            &published::free_rest});
}

TEST_CASE("lists: as the reference scheduler") {
    constexpr auto reads = [](lists& m) {
        for (const item* i : list_for_each_entry_rcu<item>(m.head))
            m.seen = 10 * m.seen + i->value;
    };
    check_against_reference<lists>({{reads, [](lists& m) { list_add_rcu(m.a.link, m.head); }}});
    check_against_reference<lists>({{reads, [](lists& m) {
                                         list_add_rcu(m.a.link, m.head);
                                         list_del_rcu(m.a.link);
                                     }}});
    check_against_reference<lists>({{&locked<&add_a>, &locked<&count>, &locked<&add_b>}});
}
