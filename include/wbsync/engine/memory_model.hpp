// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/assumptions.hpp>
#include <wbsync/engine/dependencies.hpp>
#include <wbsync/engine/memory_kind.hpp>
#include <wbsync/engine/read_options.hpp>
#include <wbsync/engine/store_past.hpp>
#include <wbsync/engine/thread_views.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace wbsync::engine {

/// A memory model: which stores a load may read, where a store may go, what accesses and fences
/// order. One object serves all executions of a check, one after the other; begin() comes first.
///
/// Implementations are in engine/memory_models/, the registry in memory_kind.hpp. A step calls a
/// few of these functions, so they are virtual; what a thread knows (thread_views) is not.
class memory_model : public thread_views {
public:
    /// What the rest of the engine asks of a model.
    struct traits {
        memory_kind kind;
        bool reads_old_stores; ///< a load may read another store than the newest
        bool inserts_stores;   ///< a store may go before others that were executed earlier
        bool inserts_updates;  ///< and so may that of a read-modify-write
        bool ranks_loads;      ///< of equivalent orders of loads one can be preferred
    };

    virtual ~memory_model() = default;
    memory_model(const memory_model&) = delete;
    memory_model& operator=(const memory_model&) = delete;

    [[nodiscard]] memory_kind kind() const noexcept { return traits_.kind; }
    [[nodiscard]] bool reads_old_stores() const noexcept { return traits_.reads_old_stores; }
    [[nodiscard]] bool inserts_stores() const noexcept { return traits_.inserts_stores; }
    [[nodiscard]] bool inserts_updates() const noexcept { return traits_.inserts_updates; }
    [[nodiscard]] bool ranks_loads() const noexcept { return traits_.ranks_loads; }

    /// A new execution, whose locations are or will be in `locations`.
    virtual void begin(const location_list& locations) = 0;

    /// What was stored so far happens before everything that the threads do.
    void start_threads(int threads) { begin_views(threads); }

    /// Some load had more stores to choose from than `max_history`: the execution is incomplete.
    [[nodiscard]] virtual bool history_cut() const noexcept { return false; }

    // --- accesses; `step` and `seq` number the step under way, as in store_record ----------------

    /// The first store of `x`, of nobody.
    virtual void initialise(location& x, std::int64_t value) = 0;

    /// Reads the store at index `i`, one of list_options(); returns its value.
    virtual std::int64_t load(thread_id t, location& x, int i, memory_order order,
                              step_index step) = 0;

    /// A store, as the successor of the store at index `i` in modification order: one of
    /// list_places() if inserts_stores(), else the newest.
    virtual void store_after(int i, thread_id t, location& x, std::int64_t value,
                             memory_order order, step_index step, timestamp seq) = 0;

    /// Reads the store at index `i` and puts `value` after it; continues its release sequence. `i`
    /// is as for store_after(), of a read-modify-write.
    virtual void update(int i, thread_id t, location& x, std::int64_t value, memory_order order,
                        step_index step, timestamp seq) = 0;

    /// A relaxed addition whose result nobody uses. It reads what was there before the additions
    /// that it commutes with; of those it learns nothing, since their order does not matter. `i` is
    /// as for update(), and the newest store if it commutes.
    virtual void add(int i, thread_id t, location& x, std::int64_t delta, bool commutes,
                     step_index step, timestamp seq) = 0;

    /// `known` is what the newest store of `x`, a read-modify-write of `t`, passes on, and what
    /// that one has read; not what `t` knows besides.
    virtual void pass_on(thread_id t, location& x, const view& known) = 0;

    // --- late loads, of models that have them ---------------------------------------------------

    /// The newest load of `t` could be performed late, to judge by its kind.
    virtual void may_be_late(thread_id /*t*/) {}

    /// A conditional change begins, which will happen; and it is over, with all barriers around it.
    /// With a late value it might not have happened: then there are no barriers.
    virtual void begin_conditional(thread_id /*t*/) {}
    virtual void end_conditional(thread_id /*t*/, const kept_condition& /*accepts*/) {}

    /// A load of `x` that is late: it returns `value`, which is stored only because of what follows
    /// the load in its thread.
    virtual void load_late(thread_id /*t*/, location& /*x*/, std::int64_t /*value*/,
                           step_index /*step*/) {}

    /// A read-modify-write that is late: it reads `read` so, and puts `written` after the store at
    /// index `i`. What it reads will be put between the two. `returns`: somebody uses what it read.
    struct late_update {
        std::int64_t read;
        std::int64_t written;
        memory_order order;
        bool returns;
    };
    virtual void update_late(int /*i*/, thread_id /*t*/, location& /*x*/,
                             const late_update& /*what*/, step_index /*step*/, timestamp /*seq*/) {}

    /// Is there a store for each late load? If not, there is no such execution. Of equal ones,
    /// which differ in which of the loads that are `allowed` to be late are so, all but one are
    /// refused as well, unless `any_will_do`.
    [[nodiscard]] virtual bool settle_late_loads(const std::vector<late_load>& /*allowed*/,
                                                 bool /*any_will_do*/) {
        return true;
    }

    /// Of each late load, once that is settled: its step, and that of the store.
    [[nodiscard]] virtual std::vector<std::pair<step_index, step_index>> late_sources() const {
        return {};
    }

    /// Loads of the execution that could have been late, and what they would have returned. If late
    /// loads could not be settled, those that would have if they had returned something else. And
    /// the objects whose additions have to be ordered before it is known.
    virtual void list_late_loads(std::vector<late_load>& /*out*/,
                                 std::vector<object_id>& /*ordered*/) {}

    // --- plain accesses, which views judge ------------------------------------------------------

    /// A plain access of `t` to the variable at `object`, whose only name that is.
    virtual void plain_access(thread_id /*t*/, const void* /*object*/, bool /*writes*/) {}

    /// Views do not order the newest plain access of `t` after an earlier one of the same variable.
    /// Is it a race to the model as well?
    [[nodiscard]] virtual bool is_race(thread_id /*t*/) { return true; }

    /// Has a load been late so far? Then what is_race() may not be one, because of what that load
    /// turns out to read.
    [[nodiscard]] virtual bool has_late_loads() const noexcept { return false; }

    /// Once late loads are settled: is it a race that is_race() took for one, with late loads, for
    /// the k-th time?
    [[nodiscard]] virtual bool is_race_after_all(std::size_t /*k*/) { return true; }

    /// Whom to tell what depends on what is read; nullptr: nobody asks.
    [[nodiscard]] virtual dependencies* followed() noexcept { return nullptr; }

    // --- fences ---------------------------------------------------------------------------------

    /// smp_rmb() and smp_wmb().
    virtual void read_fence(thread_id t, step_index step) = 0;
    virtual void write_fence(thread_id t, step_index step) = 0;

    /// smp_mb(). `step` is the newest step of the thread.
    virtual void full_fence(thread_id t, step_index step) = 0;

    /// A full fence that orders what came before the point `before` of the past, against what `t`
    /// does from now on. What `t` did in between is not ordered by it.
    virtual void full_fence_since(thread_id t, const view& before, step_index step) = 0;

    // --- what an access may choose from ---------------------------------------------------------

    /// Lists what a load of `t` may read from `x`, the newest store first; of the older stores only
    /// those whose value is `wanted`. True: the order of additions that commute so far could be
    /// observed by it, and the exploration has to start over.
    virtual bool list_options(thread_id t, const location& x, const store_past& past,
                              value_condition wanted, read_options& out) = 0;

    /// The same in the execution without the steps `gone`; whether it looks into additions is not
    /// asked. `gone` holds for the causal future of what it holds for.
    virtual void list_options_without(const removed_steps& gone, thread_id t, const location& x,
                                      const store_past& past, value_condition wanted,
                                      read_options& out) = 0;

    /// Lists the stores of `x` after which `t` may put its own, the newest first. `reads`: the
    /// store is that of a read-modify-write, which reads the one before it.
    virtual void list_places(thread_id t, const location& x, const store_past& past, bool reads,
                             read_options& out) = 0;

protected:
    explicit memory_model(traits of) noexcept : traits_(of) {}

private:
    traits traits_;
};

} // namespace wbsync::engine
