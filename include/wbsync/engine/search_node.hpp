// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/read_options.hpp>
#include <wbsync/engine/wakeup_tree.hpp>

#include <algorithm>
#include <vector>

namespace wbsync::engine {

/// A step of a thread that reads one certain store.
struct explored_choice {
    thread_id thread;
    std::uint64_t choice;
};

/// A node of the search tree on the current path, and the step that is explored from it. In the
/// terms of the literature it is a prefix E of the execution, with sleep(E) and the wakeup tree
/// wut(E). What was explored from it and what its tree begins with form a source set of E.
struct search_node {
    wakeup_step step;
    int read = 0;             ///< index of the read_option that the step takes
    bool fresh = true;        ///< the other choices of the step are not known yet
    bool look_up = false;     ///< the step is new because of its choice: the tree may know more
    bool restricted = false;  ///< other choices are explored only if a race asks for them
    bool closed = false;      ///< what follows the step is explored, or left to another task
    int ended = 0;            ///< steps and choices that were explored here to the end
    thread_set symmetric = 0; ///< threads that could take the step as well, with the same to follow
    thread_set sleep = 0;     ///< threads whose next step was explored here, or is covered
    thread_set sleep_as_reads = 0; ///< those of them whose conditional step changes nothing here
    std::vector<explored_choice> sleeping_choices;   ///< the same for single choices of a thread
    wakeup_forest::index tree = wakeup_forest::none; ///< branches still to explore
    store_choices unexplored = 0;                    ///< other stores the step may read

    /// Begins with step `s`, as a new one.
    void start(const wakeup_step& s) noexcept {
        step = s;
        read = 0;
        fresh = true;
        look_up = false;
        restricted = false;
        closed = false;
        symmetric = 0;
        unexplored = 0;
    }

    [[nodiscard]] bool sleeps(thread_id t) const noexcept { return (sleep & only(t)) != 0; }

    /// Does this choice of the step sleep here?
    [[nodiscard]] bool sleeps(const wakeup_step& s) const {
        return sleeps(s.thread) ||
               std::any_of(sleeping_choices.begin(), sleeping_choices.end(),
                           [&](const explored_choice& c) {
                               return c.thread == s.thread && c.choice == s.choice;
                           });
    }

    /// The next step of a thread that sleeps, or is symmetric to the one that runs, with the class
    /// that it has at this node. `next` is that step as it is somewhere later.
    [[nodiscard]] wakeup_step as_here(wakeup_step next) const noexcept {
        if (next.conditional && !mutated(mutant::sleepers_have_later_class)) {
            const bool changes = sleeps(next.thread) ? (sleep_as_reads & only(next.thread)) == 0
                                                     : step.access != access_class::read;
            next.access = changes ? access_class::write : access_class::read;
        }
        return next;
    }

    [[nodiscard]] bool anybody_sleeps() const noexcept {
        return sleep != 0 || !sleeping_choices.empty();
    }

    [[nodiscard]] bool has_more() const noexcept {
        return unexplored != 0 || tree != wakeup_forest::none;
    }
};

/// The nodes from the root to the newest one, and the branches planned from them.
struct search_path {
    std::vector<search_node> nodes;
    wakeup_forest forest;

    [[nodiscard]] step_index size() const noexcept { return static_cast<step_index>(nodes.size()); }

    /// Adds a node of another path, with its tree.
    void append(const search_node& n, const wakeup_forest& of) {
        nodes.push_back(n);
        nodes.back().tree = forest.copy(of, n.tree);
    }

    /// Adds a node of another path, without its tree.
    void append_bare(const search_node& n) {
        nodes.push_back(n);
        nodes.back().tree = wakeup_forest::none;
    }

    search_node& operator[](step_index i) { return nodes[static_cast<std::size_t>(i)]; }
    const search_node& operator[](step_index i) const { return nodes[static_cast<std::size_t>(i)]; }
};

} // namespace wbsync::engine
