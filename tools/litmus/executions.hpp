// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "graph.hpp"

#include <wbsync/engine/lkmm/model.hpp>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace wbsync::litmus {

/// The executions in which each thread goes a given way. It makes one decision after another: which
/// write each read sees, and in which order the sections of a lock and the writes of a location
/// are. The kernel's model is asked after each decision, and what it forbids is given up.
class executions {
public:
    executions(const std::vector<const trace*>& threads, const std::vector<location>& locations);
    executions(const executions&) = delete;
    executions& operator=(const executions&) = delete;

    [[nodiscard]] const engine::lkmm::event_graph& graph() const noexcept { return p_.graph; }
    /// The model as it was asked last. It must have been asked at least once.
    [[nodiscard]] const engine::lkmm::model& model() const { return *model_; }
    /// The source of an event; nullptr: it is an initial write.
    [[nodiscard]] const trace_event* source(engine::lkmm::event_index e) const {
        return p_.source[e];
    }
    [[nodiscard]] bool has_plain() const noexcept { return has_plain_; }

    /// Writes that may be the last one of their location, which must not be a lock: no other write
    /// of their thread follows. If there are none, the initial write.
    [[nodiscard]] std::vector<engine::lkmm::event_index> possible_last(int location) const;

    /// Functions that the search calls.
    struct visitor {
        std::function<bool()> may_ask; ///< may the model be asked once more? false: no time
        std::function<bool()> allowed; ///< called for an allowed execution; false: stop
        /// Called if the model forbids a part of an execution. May be empty.
        std::function<void(engine::lkmm::axiom)> forbidden;
    };
    /// Visits the executions that the model allows and in which these writes, to different
    /// locations, are the last ones. The order is the same every time.
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
    std::vector<std::vector<event_index>> writes_; ///< by location; without those of locks
    std::vector<read_choice> reads_;               ///< those with few writes first
    const visitor* visit_ = nullptr;
};

} // namespace wbsync::litmus
