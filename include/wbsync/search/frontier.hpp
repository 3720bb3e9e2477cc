// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/search_task.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace wbsync::search {

using engine::distant_reversal;
using engine::finished_node;
using engine::search_task;
using engine::step_index;

/// What an explorer leaves behind when it stops in the middle of a task.
struct remains {
    std::vector<search_task> tasks; ///< the last one is next
    std::vector<distant_reversal> reversals;
    std::vector<finished_node> finished;
};

/// The parts of the search that are still to be explored, as a stack, so that there are never many
/// of them. Each node of the search tree at which something is left belongs to one task. A node at
/// which nothing is left is remembered while there are tasks below it, because these may find that
/// something is left after all.
///
/// take() hands out tasks, and merge() takes back what is left of all of them; one batch at a time.
/// With p tasks, f finished nodes and paths of n steps: take() is O(1) for each task; merge() is
/// O((p + f) * n) for each reversal that reaches above a floor, plus O(p * f * n) to forget
/// finished nodes.
class frontier {
public:
    frontier() { pending_.emplace_back(); }
    frontier(std::vector<search_task> pending, std::vector<search_task> finished)
        : pending_(std::move(pending)) {
        for (search_task& t : finished) {
            const auto of = key(t.path, t.floor);
            finished_.emplace(of, std::move(t));
        }
    }

    [[nodiscard]] bool empty() const noexcept { return pending_.empty(); }
    [[nodiscard]] const std::vector<search_task>& pending() const noexcept { return pending_; }

    /// Nodes with nothing left, each as a task of its own.
    [[nodiscard]] std::vector<search_task> finished() const {
        std::vector<search_task> all;
        for (const auto& [of, task] : finished_)
            all.push_back(task);
        return all;
    }

    /// Starts the search from the beginning.
    void reset() {
        finished_.clear();
        pending_.assign(1, {});
    }

    /// An estimate of the share of the search that is still to be done.
    [[nodiscard]] double share() const {
        double sum = 0;
        for (const search_task& t : pending_)
            sum += t.share;
        return sum;
    }

    /// The next tasks, the first one first.
    [[nodiscard]] std::vector<search_task> take(std::size_t most) {
        std::vector<search_task> batch;
        while (!pending_.empty() && batch.size() != most) {
            batch.push_back(std::move(pending_.back()));
            pending_.pop_back();
        }
        return batch;
    }

    /// Puts back what is left of tasks that take() handed out.
    void merge(const std::vector<search_task>& batch, std::vector<remains> left) {
        for (std::size_t i = batch.size(); i-- != 0;) {
            for (const finished_node& f : left[i].finished)
                finish(batch[i], f);
            for (search_task& t : left[i].tasks)
                pending_.push_back(std::move(t));
        }
        for (std::size_t i = 0; i != batch.size(); ++i)
            for (distant_reversal& r : left[i].reversals)
                insert(batch[i], r);
        forget_unneeded();
    }

private:
    /// A node is identified by the steps before it.
    using node_key = std::vector<std::pair<engine::thread_id, int>>;

    static node_key key(const engine::search_path& path, step_index node) {
        node_key steps;
        for (step_index i = 0; i != node; ++i)
            steps.emplace_back(path[i].step.thread, path[i].read);
        return steps;
    }

    static bool leads_through(const engine::search_path& path, const node_key& steps) {
        return path.nodes.size() > steps.size() &&
               key(path, static_cast<step_index>(steps.size())) == steps;
    }

    /// The path of a task up to a node, with a new state for that node.
    static search_task at_node(const search_task& from, step_index node,
                               const engine::search_node& state) {
        search_task t;
        for (step_index i = 0; i != node; ++i)
            t.path.append_bare(from.path[i]);
        t.path.append_bare(state);
        t.floor = node;
        t.begun = true;
        t.threads = from.threads;
        t.share = 0;
        return t;
    }

    void finish(const search_task& from, const finished_node& f) {
        finished_.insert_or_assign(key(from.path, f.node), at_node(from, f.node, f.state));
    }

    void insert(const search_task& from, distant_reversal& r) {
        const node_key steps = key(from.path, r.node);
        const auto owner =
            std::find_if(pending_.begin(), pending_.end(), [&](const search_task& t) {
                return t.floor <= r.node && leads_through(t.path, steps);
            });
        if (owner != pending_.end()) {
            plan(*owner, r);
            return;
        }
        const auto done = finished_.find(steps);
        if (done == finished_.end() || !plan(done->second, r))
            return;
        pending_.push_back(std::move(done->second));
        finished_.erase(done);
    }

    static bool plan(search_task& t, distant_reversal& r) {
        std::vector<engine::reversal::element> elements;
        for (const distant_reversal::element& e : r.elements)
            elements.push_back({e.step, e.seq, &e.clock});
        engine::reversal sequence;
        sequence.assign(std::move(elements));
        return engine::plan(
            t.path[r.node], t.path.forest, sequence, engine::sleep_reason::perhaps_under_way,
            [&](engine::thread_id q) { return r.next[static_cast<std::size_t>(q)]; });
    }

    void forget_unneeded() {
        std::erase_if(finished_, [&](const auto& entry) {
            return std::none_of(pending_.begin(), pending_.end(), [&](const search_task& t) {
                return leads_through(t.path, entry.first);
            });
        });
    }

    std::vector<search_task> pending_; ///< the last one is next
    std::map<node_key, search_task> finished_;
};

} // namespace wbsync::search
