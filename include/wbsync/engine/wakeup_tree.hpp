// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/vector_clock.hpp>

#include <cstdint>
#include <vector>

namespace wbsync::engine {

/// Stands for every store that the step may read, one after the other.
inline constexpr std::uint64_t any_choice = 1;

/// One step of a sequence that is to be explored from some node on.
struct wakeup_step {
    thread_id thread = 0;
    object_id object = 0;
    access_class access = access_class::none;
    std::uint64_t choice = 0; ///< what a load reads: key of the read_option, or any_choice
    bool chooses = false;     ///< it may read more than one store
    bool all_choices = false; ///< and every other choice is explored after this one
    bool conditional = false; ///< its class depends on the object; see possible_change
};

constexpr bool dependent(const wakeup_step& a, const wakeup_step& b) noexcept {
    return dependent(a.object, a.access, b.object, b.access);
}

/// Wakeup trees of all nodes on the current path (Abdulla, Aronis, Jonsson, Sagonas, "Source sets:
/// a foundation for optimal dynamic partial order reduction", JACM 64(4), 2017): ordered trees of
/// the sequences that must still be explored from a node.
///
/// The tree of a node, after the sequences `q p`, `q s p` and `s r` were inserted:
///
///     node                          in the pool, as lists:
///      |-- q                        list --> q --sibling--> s
///      |   |-- p                             |              `child--> r
///      |   `-- s -- p                        `child--> p --sibling--> s
///      `-- s -- r                                                     `child--> p
///
/// Branches are explored from left to right. To explore `q`, pop() takes it off, dissolve() hands
/// out its children { p, s }, and these are the tree of the next node. A new sequence v is inserted
/// only if no branch leads to it: reversal::insert() walks down as long as a branch's step is a
/// weak initial of v, and appends what is left of v there, as the rightmost branch. An inserted `s
/// q`, with s and q independent, would walk down q, since q could go first in it, and add nothing
/// to q's child s, which ends in a branch that covers it.
///
/// Lists are indices into one pool, whose memory is reused. Whoever has the first index of a list
/// owns it. Functions are O(1) unless they say otherwise; b is the length of a list.
class wakeup_forest {
public:
    using index = std::int32_t;
    static constexpr index none = -1;

    void clear() noexcept {
        pool_.clear();
        free_ = none;
    }

    [[nodiscard]] const wakeup_step& step(index i) const { return at(i).step; }
    [[nodiscard]] index children(index i) const { return at(i).child; }
    [[nodiscard]] index sibling(index i) const { return at(i).next; }

    void want_all_choices(index i) { pool_[static_cast<std::size_t>(i)].step.all_choices = true; }

    /// A new rightmost branch of the list `first`: one node without children. Returns it. O(b).
    index append(index& first, const wakeup_step& what) {
        const index fresh = allocate(what);
        index* link = &first;
        while (*link != none)
            link = &pool_[static_cast<std::size_t>(*link)].next;
        *link = fresh;
        return fresh;
    }

    index append_child(index parent, const wakeup_step& what) {
        index first = at(parent).child;
        const index fresh = append(first, what);
        pool_[static_cast<std::size_t>(parent)].child = first;
        return fresh;
    }

    /// Takes the first branch off the list, which is not empty, and returns its root; its children
    /// stay attached.
    index pop(index& first) {
        const index taken = first;
        first = at(taken).next;
        pool_[static_cast<std::size_t>(taken)].next = none;
        return taken;
    }

    /// Takes the branch with this root step off the list, or returns `none`. O(b).
    index extract(index& first, thread_id thread, std::uint64_t choice) {
        for (index* link = &first; *link != none;
             link = &pool_[static_cast<std::size_t>(*link)].next) {
            const node& n = at(*link);
            if (n.step.thread != thread || n.step.choice != choice)
                continue;
            const index taken = *link;
            *link = n.next;
            pool_[static_cast<std::size_t>(taken)].next = none;
            return taken;
        }
        return none;
    }

    /// Frees a root that was taken off its list and hands out its children.
    index dissolve(index root) {
        const index first = at(root).child;
        release(root);
        return first;
    }

    /// Frees a list with all that is below. O(size).
    void drop(index first) {
        while (first != none) {
            const index next = at(first).next;
            drop(at(first).child);
            release(first);
            first = next;
        }
    }

    /// Makes `list` the children of `parent`, which has none.
    void adopt(index parent, index list) { pool_[static_cast<std::size_t>(parent)].child = list; }

    /// A copy of a list of another forest, with all that is below. O(size * b).
    index copy(const wakeup_forest& other, index list) {
        index first = none;
        for (index i = list; i != none; i = other.sibling(i)) {
            const index mine = append(first, other.step(i));
            adopt(mine, copy(other, other.children(i)));
        }
        return first;
    }

    /// How many branches the list has. O(b).
    [[nodiscard]] int count(index list) const {
        int n = 0;
        for (; list != none; list = sibling(list))
            ++n;
        return n;
    }

    /// Drops every sequence of the list that `known` is a weak initial of, that is, could go first
    /// in, or be added to: such a sequence is explored elsewhere. O(size).
    void drop_covered(index& first, const wakeup_step& known) {
        index* link = &first;
        while (*link != none) {
            const index i = *link;
            if (is_covered(i, known)) {
                *link = at(i).next;
                pool_[static_cast<std::size_t>(i)].next = none;
                drop(i);
            } else {
                link = &pool_[static_cast<std::size_t>(i)].next;
            }
        }
    }

private:
    /// Drops what is covered below node `i`. Returns whether nothing is left of it.
    bool is_covered(index i, const wakeup_step& known) {
        if (at(i).step.thread == known.thread)
            return true;
        if (dependent(at(i).step, known))
            return false;
        if (at(i).child == none)
            return true;
        index below = at(i).child;
        drop_covered(below, known);
        pool_[static_cast<std::size_t>(i)].child = below;
        return below == none;
    }

    struct node {
        wakeup_step step;
        index child = none;
        index next = none;
    };

    [[nodiscard]] const node& at(index i) const { return pool_[static_cast<std::size_t>(i)]; }

    index allocate(const wakeup_step& what) {
        if (free_ == none) {
            pool_.push_back({what, none, none});
            return static_cast<index>(pool_.size()) - 1;
        }
        const index i = free_;
        free_ = at(i).next;
        pool_[static_cast<std::size_t>(i)] = {what, none, none};
        return i;
    }

    void release(index i) {
        pool_[static_cast<std::size_t>(i)].next = free_;
        free_ = i;
    }

    std::vector<node> pool_;
    index free_ = none;
};

} // namespace wbsync::engine
