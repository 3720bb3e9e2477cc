// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "graph.hpp"

#include <wbsync/engine/lkmm/model.hpp>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace wbsync::litmus {

/// The executions in which each thread goes a given way. It decides one thing after another: which
/// write does each read see, in which order are the sections of a lock and the writes of a
/// location. The kernel's model is asked after each decision, and what it forbids is given up.
class executions {
public:
    executions(const std::vector<const trace*>& threads, const std::vector<location>& locations);
    executions(const executions&) = delete;
    executions& operator=(const executions&) = delete;

    [[nodiscard]] const engine::lkmm::event_graph& graph() const noexcept { return p_.graph; }
    /// What the model was asked about last; at least once.
    [[nodiscard]] const engine::lkmm::model& model() const { return *model_; }
    /// Where an event comes from; nullptr: it is an initial write.
    [[nodiscard]] const trace_event* source(engine::lkmm::event_index e) const {
        return p_.source[e];
    }
    [[nodiscard]] bool has_plain() const noexcept { return has_plain_; }

    /// Writes that may be the last of their location, which is no lock: no other one of their
    /// thread follows. The initial write, if there is no other one.
    [[nodiscard]] std::vector<engine::lkmm::event_index> possible_last(int location) const;

    /// What is done while one searches.
    struct visitor {
        std::function<bool()> may_ask; ///< the model, once more; false: there is no time
        std::function<bool()> allowed; ///< an execution; false: there is no need of more
        /// The model forbids a part of an execution. May be empty.
        std::function<void(engine::lkmm::axiom)> forbidden;
    };
    /// Goes through those that the model allows and in which these writes, of different locations,
    /// are the last of theirs. The same ones in the same order every time.
    void each(const std::vector<engine::lkmm::event_index>& last, const visitor& visit);

private:
    using event_index = engine::lkmm::event_index;

    struct section {
        event_index lock_read;
        event_index lock_write;
        std::optional<event_index> unlock;
    };
    struct read_choice {
        event_index read;
        std::vector<event_index> writes;
    };

    [[nodiscard]] bool is(event_index e, engine::lkmm::event_kind kind) const;
    [[nodiscard]] std::size_t location_of(event_index e) const;
    [[nodiscard]] bool before(event_index a, event_index b) const { return p_.graph.po.has(a, b); }
    void find_sections();
    void find_sources();
    [[nodiscard]] bool may_see(event_index read, event_index write) const;
    [[nodiscard]] bool is_hidden(event_index write, event_index read) const;
    [[nodiscard]] bool is_inside(event_index e, const section& s) const;

    bool possible();
    bool order_sections(std::size_t lock);
    bool place_section(std::size_t lock, event_index seen, std::vector<const section*> left);
    bool choose_source(std::size_t i);
    bool order_writes();
    bool order_pair(event_index a, event_index b);
    template <class F>
    bool try_out(F decide_and_go_on);

    program_graph p_;
    std::optional<engine::lkmm::model> model_; ///< made for the first question
    bool has_plain_ = false;
    std::vector<std::vector<section>> sections_;   ///< by location
    std::vector<std::vector<event_index>> writes_; ///< by location; those of locks left out
    std::vector<read_choice> reads_;               ///< those with few writes first
    const visitor* visit_ = nullptr;
};

} // namespace wbsync::litmus
