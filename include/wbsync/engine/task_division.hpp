// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/search_task.hpp>
#include <wbsync/engine/sleep_set.hpp>

#include <algorithm>
#include <bit>
#include <vector>

namespace wbsync::engine {

/// How much of a task is done, and what is left of it, after an execution that ended at node `end`.
/// The nodes before `known` existed when the task began.
///
/// A path of which three nodes have something left is cut between these; each part gets what is
/// left at one or more nodes, and the steps above as the way there:
///
///     o------o------o------o------o------o        split(2): a task with floor 0 and what is left
///     at |      |             |      |               node 1, and one with floor 2 and what is left
///     at
///    floor   2 left      1 left  3 left           nodes 3 and 4
///
/// The deepest part is explored first, as without a division. This is a view of the explorer's
/// path, made for one call. Functions are O(nodes), split() is O(nodes * parts).
class task_division {
public:
    task_division(search_path& path, step_index floor, step_index end, step_index known,
                  int threads, double share)
        : path_(path), floor_(floor), end_(end), known_(known), threads_(threads), share_(share) {}

    /// What is left of the task, in one piece; empty if nothing is.
    [[nodiscard]] search_task rest() const {
        for (step_index i = end_; i-- != floor_;) {
            if (!path_[i].has_more())
                continue;
            search_task t = part(floor_, i, share_ * (1 - explored()));
            leave(t.path[i], t.path.forest);
            return t;
        }
        return {};
    }

    /// Cuts what is left of the task into at most `parts`. The part that comes last in the order of
    /// exploration is first. Finished nodes go to `finished`.
    [[nodiscard]] std::vector<search_task> split(int parts, std::vector<finished_node>& finished) {
        std::vector<search_task> tasks;
        const std::vector<double> shares = shares_left();
        step_index floor = floor_;
        double share = 0;
        for (step_index i = floor_; i != end_; ++i) {
            share += shares[static_cast<std::size_t>(i - floor_)];
            if (!path_[i].has_more())
                continue;
            const bool last = std::none_of(path_.nodes.begin() + i + 1, path_.nodes.begin() + end_,
                                           [](const search_node& n) { return n.has_more(); });
            if (static_cast<int>(tasks.size()) + 1 == parts && !last)
                continue;
            leave(path_[i], path_.forest);
            tasks.push_back(part(floor, i, share_ * share));
            floor = i + 1;
            share = 0;
        }
        for (step_index i = floor; i < known_; ++i) { // nothing is left there
            leave(path_[i], path_.forest);
            finished.push_back({i, path_[i]});
        }
        return tasks;
    }

    /// How much of the task is done, if the branches known so far are all there are and equal
    /// (Knuth, "Estimating the efficiency of backtrack programs", 1975).
    [[nodiscard]] double explored() const {
        double done = 1;
        for (const double share : shares_left())
            done -= share;
        return done;
    }

    /// The share of the task that the last execution alone covered.
    [[nodiscard]] double last_share() const {
        double share = 1;
        for (step_index i = floor_; i != end_; ++i)
            share /= branches(path_[i]);
        return share;
    }

private:
    /// The share of the whole task that is left at each of its nodes.
    [[nodiscard]] std::vector<double> shares_left() const {
        std::vector<double> shares;
        double share = 1;
        for (step_index i = floor_; i != end_; ++i) {
            share /= branches(path_[i]);
            shares.push_back(share * left_at(path_[i]));
        }
        return shares;
    }

    [[nodiscard]] int left_at(const search_node& n) const {
        return path_.forest.count(n.tree) + std::popcount(n.unexplored);
    }

    /// How many branches the node has, as far as known, including the current one.
    [[nodiscard]] int branches(const search_node& n) const { return n.ended + 1 + left_at(n); }

    /// The task of what is left at the nodes from `floor` to `last`.
    [[nodiscard]] search_task part(step_index floor, step_index last, double share) const {
        search_task t;
        for (step_index i = 0; i != floor; ++i)
            t.path.append_bare(path_[i]);
        for (step_index i = floor; i <= last; ++i)
            t.path.append(path_[i], path_.forest);
        for (search_node& n : t.path.nodes)
            n.ended = 0;
        t.floor = floor;
        t.begun = true;
        t.threads = threads_;
        t.share = share;
        return t;
    }

    search_path& path_;
    step_index floor_;
    step_index end_;
    step_index known_;
    int threads_;
    double share_;
};

} // namespace wbsync::engine
