// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "kernel_model.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace wbsync::litmus {

/// Looks for executions in which each thread goes a given way: which write does each read see, in
/// which order are the writes of a location, and the sections of a lock. It decides one thing after
/// another, and gives up where the model forbids what is decided.
class consistency {
public:
    /// `initial`: of the locations.
    consistency(const std::vector<const trace*>& threads, const std::vector<std::int64_t>& initial);

    /// What is done with an execution. Returns whether there is need of more.
    using visitor = std::function<bool(const kernel_model&, const communication&)>;

    /// Visits executions in which these writes, of different locations, are the last of theirs, as
    /// long as there is need of more. `one`: the first one will do, so it is guessed. `spend` is
    /// called for each question to the model and says whether there is time for it. Returns whether
    /// there was.
    bool search(const std::vector<int>& last, bool one, const visitor& visit,
                const std::function<bool()>& spend);

    [[nodiscard]] std::size_t size() const noexcept { return model_.size(); }

    /// Writes to a location that none of the same thread follows.
    [[nodiscard]] std::vector<int> possible_last(int location) const;
    [[nodiscard]] const trace_event& event(int e) const {
        return model_.event(static_cast<std::size_t>(e));
    }

private:
    static constexpr int undecided = -2;
    static constexpr int initial_value = -1;

    struct lock_section {
        std::size_t lock_read;
        std::size_t lock_write;
        int unlock; ///< -1: none
    };
    struct node {
        communication so_far;
        std::vector<int> source; ///< of each read: a write, initial_value or undecided
    };

    void find_sections();
    void find_sources(const std::vector<std::int64_t>& initial);
    [[nodiscard]] node root(const std::vector<int>& last) const;
    [[nodiscard]] bool is_decided_here(std::size_t read) const;

    bool infer(node& n) const;
    bool infer_from_reads(node& n) const;
    [[nodiscard]] bool infer_from_read(node& n, std::size_t r) const;
    bool infer_from_locks(node& n) const;
    void find_predecessors(node& n) const;
    bool order(node& n, int first, int second) const;
    void see(node& n, std::size_t read, int source) const;

    bool explore(node n);
    bool branch_on_read(const node& n, std::size_t read);
    bool branch_on_pair(const node& n, int a, int b);
    [[nodiscard]] int read_to_decide(const node& n, bool sections) const;
    bool pair_to_decide(const node& n, int& a, int& b) const;
    bool complete_in_time_order(node n);
    bool is_possible(node& n);

    kernel_model model_;
    std::vector<std::vector<int>> sources_;        ///< of each read
    std::vector<std::vector<std::size_t>> writes_; ///< by location; locks have none
    std::vector<std::vector<lock_section>> locks_; ///< by location
    const visitor* visit_ = nullptr;
    const std::function<bool()>* spend_ = nullptr;
    bool one_ = false;
    bool out_of_time_ = false;
};

} // namespace wbsync::litmus
