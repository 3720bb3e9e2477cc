// SPDX-License-Identifier: BSD-3-Clause
// llist_add, llist_del_all, llist_empty.

#include "checks/support/primitives_program.hpp"

#include <string>

using namespace primitives;

namespace {

struct element {
    explicit element(const label& called) : node(called, this), data({node.name, "data"}) {}

    llist_node node;
    plain<int> data;
};

struct producers {
    llist_head list{"list"};
    element a{"a"}, b{"b"}, c{"c"};
    atomic_t found_empty{"found_empty"}, batches{"batches"}, taken{"taken"};
    std::string order;

    void add(element& e) {
        if (llist_add(e.node, list))
            atomic_inc(found_empty);
    }

    /// Takes a batch; returns whether there was one.
    bool take() {
        const llist_node* n = llist_del_all(list);
        if (n == nullptr)
            return false;
        atomic_inc(batches);
        for (; n != nullptr; n = n->next) {
            atomic_inc(taken);
            order += llist_entry<element>(n)->node.name.text;
        }
        return true;
    }

    static void take_rest(producers& m) { m.take(); }
};

using body = void (*)(producers&);

const body add_a = [](producers& m) { m.add(m.a); };
const body add_b = [](producers& m) { m.add(m.b); };
const body take = [](producers& m) { m.take(); };

/// llist_add() without its compare: the list may have changed in between.
const body add_a_in_two_steps = [](producers& m) {
    auto first = READ_ONCE(m.list.first);
    m.a.node.next = first;
    WRITE_ONCE(m.list.first, &m.a.node);
    if (first == nullptr)
        atomic_inc(m.found_empty);
};

} // namespace

TEST_CASE("llist_add: exactly one producer of each batch finds the list empty") {
    const body one_each = [](producers& m) {
        m.take();
        BUG_ON(READ_ONCE(m.found_empty) != READ_ONCE(m.batches));
    };
    check_holds<producers>({{add_a, add_b}, one_each});
    check_holds<producers>({{add_a, add_b, take}, one_each});
    check_fails<producers>({{add_a_in_two_steps, add_b}, one_each}, "BUG_ON");
    // Not one adder in all: a batch may be taken in between.
    check_fails<producers>(
        {{add_a, add_b, take}, [](producers& m) { BUG_ON(READ_ONCE(m.found_empty) != 1); }},
        "BUG_ON");
}

TEST_CASE("llist_add loses no node, whoever adds and takes meanwhile") {
    const body all_taken = [](producers& m) {
        m.take();
        BUG_ON(READ_ONCE(m.taken) != 2);
        BUG_ON(!llist_empty(m.list));
    };
    check_holds<producers>({{add_a, add_b, take}, all_taken});
    check_fails<producers>({{add_a_in_two_steps, add_b}, all_taken}, "BUG_ON");
}

TEST_CASE("llist_del_all takes everything, newest first") {
    const body add_three = [](producers& m) {
        m.add(m.a);
        m.add(m.b);
        m.add(m.c);
    };
    check_holds<producers>({{add_three}, [](producers& m) {
                                m.take();
                                BUG_ON(m.order != "cba");
                                BUG_ON(m.take());
                            }});
    // Taken in batches, not even that order holds.
    check_fails<producers>({{add_three, take},
                            [](producers& m) {
                                m.take();
                                BUG_ON(m.order != "cba");
                            }},
                           "BUG_ON");
}

TEST_CASE("llist_add and llist_del_all pass on what was written before, in place of a lock") {
    const body write_and_add = [](producers& m) {
        m.a.data.write(1);
        m.add(m.a);
    };
    const body add_and_write = [](producers& m) {
        m.add(m.a);
        m.a.data.write(1);
    };
    const body write_and_store = [](producers& m) {
        m.a.data.write(1);
        WRITE_ONCE(m.list.first, &m.a.node);
    };
    const body take_and_read = [](producers& m) {
        for (const auto* n = llist_del_all(m.list); n != nullptr; n = n->next)
            BUG_ON(llist_entry<element>(n)->data.read() != 1);
    };
    const body look_and_read = [](producers& m) {
        if (!llist_empty(m.list))
            static_cast<void>(m.a.data.read()); // a look orders nothing
    };
    check_holds<producers>({{write_and_add, take_and_read}});
    check_fails<producers>({{add_and_write, take_and_read}}, "data-race");
    check_fails_weakly<producers>({{write_and_store, take_and_read}}, "data-race");
    check_fails_weakly<producers>({{write_and_add, look_and_read}}, "data-race");
}

TEST_CASE("llist_add and llist_del_all are full barriers") {
    struct both {
        llist_head list{"list"};
        llist_node node{"node", this};
        atomic_t y{"y"};
        bool missed_y = false, missed_node = false;
    };
    using thread = void (*)(both&);
    const thread adds = [](both& m) {
        llist_add(m.node, m.list);
        m.missed_y = READ_ONCE(m.y) == 0;
    };
    const thread stores = [](both& m) {
        WRITE_ONCE(m.list.first, &m.node);
        m.missed_y = READ_ONCE(m.y) == 0;
    };
    const thread takes = [](both& m) {
        WRITE_ONCE(m.y, 1);
        m.missed_node = llist_del_all(m.list) == nullptr;
    };
    const thread looks = [](both& m) {
        WRITE_ONCE(m.y, 1);
        m.missed_node = llist_empty(m.list);
    };
    const thread not_both = [](both& m) { BUG_ON(m.missed_y && m.missed_node); };
    check_holds<both>({{adds, takes}, not_both});
    check_fails_weakly<both>({{stores, takes}, not_both}, "BUG_ON");
    check_fails_weakly<both>({{adds, looks}, not_both}, "BUG_ON");
}
