// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/patterns/guarded.hpp>
#include <wbsync/sync/llist.hpp>

#include <memory>
#include <vector>

#include <fmt/core.h>

namespace wbsync::patterns {

/// An item that is put on a list, and must be handled exactly once.
class item {
public:
    explicit item(int number)
        : name("item", number), node(name, this), added_({name, "added"}),
          handled_({name, "handled"}) {}

    /// The work for the item is done. A second call: finding "handled-twice". A relaxed step.
    void handle(const site& at = site::here()) {
        ensure(handled_.value.update(wbsync::detail::plus(1), memory_order::relaxed, "handle",
                                     at) == 0,
               "handled-twice", fmt::format("{} is handled a second time", name.str()), at);
    }

    label name;
    llist_node node; ///< llist_entry<patterns::item>(node) returns the item

private:
    template <class P>
    friend class queue_when_first;

    atomic_t added_; ///< add() has returned, and has accepted the item
    atomic_t handled_;
};

/// Shape (c): adders put items on a list, and only the one that finds it empty, or a flag clear,
/// queues the work that takes them off. Can an item be left unhandled? docs/patterns.md.
///
/// The protocol `P` has
///
///     void add(patterns::item& i);  puts it on the list, and queues the work if need be; it may
///                                   return a bool, false: refused
///     void stop();                  optional: flush, freeze, umount. When it returns, all that was
///                                   added before it was called must be handled
///
/// and a work whose function calls i.handle() for each item. Each adder adds one item.
///
/// Findings: "forgotten-item", when stop() returns or when nothing is left to run; "handled-twice";
/// "deadlock"; and all that wbsync watches in every model. Taken from xfs inodegc (62334fab4762)
/// and cgroup writeback (e1b849cfa6b6).
template <class P>
class queue_when_first {
    static constexpr bool with_add = requires(P & p, item& i) { p.add(i); };
    static constexpr bool with_stop = requires(P & p) { p.stop(); };
    static constexpr thread_names called = detail::names_of<P>(thread_names{"adder", "stop"});

    static_assert(
        with_add,
        "patterns::queue_when_first<P>: P has no member function `void add(patterns::item& i);`");

public:
    explicit queue_when_first(int adders = 2) : protocol_(detail::build<P>(adders)) {
        for (int n = 0; n != adders; ++n)
            items_.push_back(std::make_unique<item>(n));
    }

    void threads(scenario& s) {
        for (const auto& i : items_)
            s.thread({called.users, i->name.index}, [this, &i] { adder(*i); });
        if constexpr (with_stop)
            s.thread(called.teardown, [this] { stop(); });
    }

    void finally() {
        for (const auto& i : items_)
            ensure(READ_ONCE(i->added_) == READ_ONCE(i->handled_), "forgotten-item",
                   fmt::format("nothing is left to run, and nobody has handled {}", i->name.str()));
    }

private:
    void adder(item& i) {
        if constexpr (with_add)
            if (detail::accepted([&] { return protocol_.add(i); }))
                smp_store_release(i.added_, 1);
    }

    void stop() {
        std::vector<const item*> before;
        for (const auto& i : items_)
            if (smp_load_acquire(i->added_) != 0)
                before.push_back(i.get());
        protocol_.stop();
        for (const item* i : before)
            ensure(READ_ONCE(i->handled_) != 0, "forgotten-item",
                   fmt::format("{} was added before {}, which returns without it being handled",
                               i->name.str(), called.teardown));
    }

    P protocol_;
    std::vector<std::unique_ptr<item>> items_;
};

} // namespace wbsync::patterns
