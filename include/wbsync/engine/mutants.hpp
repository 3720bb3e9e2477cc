// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wbsync::engine {

/// Ways to break the engine on purpose, one at a time, to see that its tests notice. A build with
/// `-D WBSYNC_ENGINE_MUTANT=<name>` has that flaw; any other build has none, and pays nothing for
/// this. The program wbsync-mutants is built with WBSYNC_ENGINE_MUTANTS and chooses at run time.
enum class mutant : std::uint8_t {
    none,
    // which steps commute
    writes_commute,
    reads_commute_with_writes,
    reads_commute_with_additions,
    unlock_commutes,
    grace_period_commutes,
    // races
    no_blocking_races,
    no_races_of_waiting,
    blocking_races_of_one_step,
    sums_see_no_old_store,
    only_new_races,
    second_step_only,
    shortcut_for_any_access,
    // what is planned, and what is left out
    one_branch_a_node,
    equal_branches,
    no_weak_initials,
    sleepers_never_wake,
    sleepers_wake_at_once,
    one_store_a_load,
    every_store_for_each_load,
    no_start_over,
    // read-modify-writes that change nothing
    reversed_step_keeps_class,
    sleepers_have_later_class,
    failed_update_is_write,
    // loops that try again
    effects_are_in_vain,
    undone_though_seen,
    results_tell_all,
    old_store_does_not_bring_back,
    outdated_round_is_livelock,
    any_local_state,
    // memory
    every_old_store,
    loads_have_no_rank,
    sources_force_nothing,
    read_backwards,
    release_sends_nothing,
    acquire_learns_nothing,
    no_release_sequence,
    no_psc_veto,
    psc_never_renewed,
    quiet_for_ever,
    fence_where_it_stands,
    relock_learns_nothing,
    relock_passes_no_stores,
    relock_passes_reads,
    relock_forgets_uses,
    relock_orders_plain,
    unlock_passes_no_reads,
    await_takes_any_value,
    // lkmm
    no_model_veto,
    links_forgotten,
    stores_at_the_end,
    updates_at_the_end,
    part_of_run_is_all,
    gaps_hidden_by_additions,
    values_depend_on_nothing,
    branch_never_ends,
    order_of_change_unknown,
    no_late_loads,
    late_loads_unjudged,
    late_loads_twice,
    no_late_updates,
    no_late_failures,
    reads_without_result_are_ordered,
    no_other_late_values,
    untaken_branch_forbids,
    late_load_acquires_nothing,
    // grace periods
    grace_period_waits_for_nobody,
    grace_period_learns_nothing,
    section_learns_nothing,
    grace_period_end_has_no_past,
    // symmetric threads, divided search
    all_symmetric_exchangeable,
    distant_reversals_lost,
    finished_nodes_forgotten,
    all_sleepers_explored,
    sleepers_hide_waits,
};

struct mutant_description {
    mutant which;
    std::string_view name;
    std::string_view flaw;
};

inline constexpr std::array mutant_descriptions = [] {
    using enum mutant;
#define WBSYNC_MUTANT(name, flaw)                                                                  \
    mutant_description {                                                                           \
        name, #name, flaw                                                                          \
    }
    return std::array{
        WBSYNC_MUTANT(writes_commute, "two writes to one variable commute"),
        WBSYNC_MUTANT(reads_commute_with_writes, "a read commutes with a write"),
        WBSYNC_MUTANT(reads_commute_with_additions, "a read commutes with an addition"),
        WBSYNC_MUTANT(unlock_commutes, "a release store, such as an unlock, commutes with all"),
        WBSYNC_MUTANT(grace_period_commutes,
                      "the start of a grace period commutes with the start of a section"),
        WBSYNC_MUTANT(no_blocking_races, "the races of a step with a guard are left out"),
        WBSYNC_MUTANT(no_races_of_waiting, "the races of what still waits at the end are left out"),
        WBSYNC_MUTANT(blocking_races_of_one_step,
                      "for a wait no more than one conflicting step is taken out of the way"),
        WBSYNC_MUTANT(sums_see_no_old_store, "a wait for a sum is not tried before all additions"),
        WBSYNC_MUTANT(only_new_races,
                      "races in the part that was run before are not reversed again"),
        WBSYNC_MUTANT(second_step_only,
                      "the sequence that reverses a race has its second step only"),
        WBSYNC_MUTANT(shortcut_for_any_access,
                      "a reversal is left out whenever its second step sleeps"),
        WBSYNC_MUTANT(one_branch_a_node, "a wakeup tree keeps its first branch only"),
        WBSYNC_MUTANT(equal_branches, "a sequence is planned although the tree has its like"),
        WBSYNC_MUTANT(no_weak_initials,
                      "a sleeper that is no part of a sequence does not speak against it"),
        WBSYNC_MUTANT(sleepers_never_wake, "who sleeps stays asleep after a step that conflicts"),
        WBSYNC_MUTANT(sleepers_wake_at_once, "who sleeps is awake after the next step"),
        WBSYNC_MUTANT(one_store_a_load, "a load reads one of its stores only"),
        WBSYNC_MUTANT(every_store_for_each_load,
                      "a load reads all its stores also where a sleeper has seen to that"),
        WBSYNC_MUTANT(no_start_over, "additions commute although a load could tell their order"),
        WBSYNC_MUTANT(reversed_step_keeps_class,
                      "a read-modify-write that failed is planned to fail where it comes first"),
        WBSYNC_MUTANT(sleepers_have_later_class,
                      "a sleeper that fails later is taken to fail where it sleeps"),
        WBSYNC_MUTANT(failed_update_is_write,
                      "a read-modify-write that fails conflicts with reads"),
        WBSYNC_MUTANT(effects_are_in_vain, "a round that stored something is given up"),
        WBSYNC_MUTANT(results_tell_all,
                      "who learns only whether a result is 0 or negative is taken to see it all"),
        WBSYNC_MUTANT(undone_though_seen,
                      "a round that put back what others have looked at is given up"),
        WBSYNC_MUTANT(old_store_does_not_bring_back,
                      "a round is given up for good although its old store can be read"),
        WBSYNC_MUTANT(outdated_round_is_livelock,
                      "a loop that would see something new is taken to go on for ever"),
        WBSYNC_MUTANT(any_local_state,
                      "a thread at the same operation is taken to be as it was there before"),
        WBSYNC_MUTANT(every_old_store, "old stores are read also where none is forced"),
        WBSYNC_MUTANT(loads_have_no_rank,
                      "of two loads that miss each other's store either one is the later one"),
        WBSYNC_MUTANT(sources_force_nothing,
                      "that a load comes after the store that it reads forces no old value"),
        WBSYNC_MUTANT(read_backwards, "a thread reads older stores than it has read before"),
        WBSYNC_MUTANT(release_sends_nothing,
                      "a release store passes on no more than a relaxed one"),
        WBSYNC_MUTANT(acquire_learns_nothing, "an acquire load learns no more than a relaxed one"),
        WBSYNC_MUTANT(no_release_sequence, "a read-modify-write ends the release sequence"),
        WBSYNC_MUTANT(no_psc_veto, "full barriers may form a cycle"),
        WBSYNC_MUTANT(psc_never_renewed, "the predecessors of a full barrier are found only once"),
        WBSYNC_MUTANT(quiet_for_ever, "only the first full barrier of a thread counts"),
        WBSYNC_MUTANT(fence_where_it_stands,
                      "a barrier that belongs to an earlier operation orders what came in between"),
        WBSYNC_MUTANT(relock_learns_nothing,
                      "a load before an unlock is not ordered before what follows the next lock"),
        WBSYNC_MUTANT(relock_passes_no_stores,
                      "a store before an unlock is not ordered before those after the next lock"),
        WBSYNC_MUTANT(relock_passes_reads,
                      "a store after a lock passes on what was read before the unlock"),
        WBSYNC_MUTANT(relock_forgets_uses,
                      "a use before an unlock is not ordered before what a store after the next "
                      "lock leads to"),
        WBSYNC_MUTANT(relock_orders_plain,
                      "what a lock orders after an earlier unlock, it orders for plain accesses"),
        WBSYNC_MUTANT(unlock_passes_no_reads,
                      "an unlock passes on nothing of what was read without acquiring it"),
        WBSYNC_MUTANT(await_takes_any_value, "a wait ends with a value that it does not accept"),
        WBSYNC_MUTANT(no_model_veto, "lkmm: views and full barriers are all that forbids"),
        WBSYNC_MUTANT(links_forgotten, "lkmm: what views alone tell is not told to the model"),
        WBSYNC_MUTANT(stores_at_the_end, "lkmm: a store is the last in modification order"),
        WBSYNC_MUTANT(updates_at_the_end, "lkmm: a read-modify-write reads the newest store"),
        WBSYNC_MUTANT(part_of_run_is_all, "lkmm: who reads a part of a run has read all of it"),
        WBSYNC_MUTANT(gaps_hidden_by_additions,
                      "lkmm: additions commute although one may go before a store"),
        WBSYNC_MUTANT(values_depend_on_nothing, "lkmm: a value depends on no load"),
        WBSYNC_MUTANT(branch_never_ends, "lkmm: a branch decides about what comes after it, too"),
        WBSYNC_MUTANT(order_of_change_unknown,
                      "lkmm: where a store may go does not depend on its own order"),
        WBSYNC_MUTANT(no_late_loads, "lkmm: no load is late"),
        WBSYNC_MUTANT(late_loads_unjudged, "lkmm: a late load reads any store that has its value"),
        WBSYNC_MUTANT(reads_without_result_are_ordered,
                      "lkmm: smp_rmb() orders what a read-modify-write without a result reads"),
        WBSYNC_MUTANT(no_late_updates, "lkmm: no read-modify-write is late"),
        WBSYNC_MUTANT(no_late_failures,
                      "lkmm: no change that has happened could have failed with a late value"),
        WBSYNC_MUTANT(no_other_late_values,
                      "lkmm: what a late read-modify-write reads is guessed only once"),
        WBSYNC_MUTANT(late_loads_twice,
                      "lkmm: executions differ in which loads of a cycle are the late ones"),
        WBSYNC_MUTANT(untaken_branch_forbids,
                      "lkmm: what a late load leaves out keeps it from being late"),
        WBSYNC_MUTANT(late_load_acquires_nothing,
                      "lkmm: a race is one whatever store the late load before it reads"),
        WBSYNC_MUTANT(grace_period_waits_for_nobody, "a grace period waits for no section"),
        WBSYNC_MUTANT(grace_period_learns_nothing,
                      "the sections that end do not happen before the end of the grace period"),
        WBSYNC_MUTANT(section_learns_nothing,
                      "what comes before a grace period does not happen before later sections"),
        WBSYNC_MUTANT(grace_period_end_has_no_past,
                      "sections that end are no part of the causal past of the grace period's end"),
        WBSYNC_MUTANT(all_symmetric_exchangeable,
                      "symmetric threads are exchangeable whatever they did"),
        WBSYNC_MUTANT(distant_reversals_lost,
                      "a task of a divided search plans nothing above its floor"),
        WBSYNC_MUTANT(finished_nodes_forgotten,
                      "a divided search forgets nodes at which nothing is left"),
        WBSYNC_MUTANT(all_sleepers_explored,
                      "a divided search takes what another task still explores for explored"),
        WBSYNC_MUTANT(sleepers_hide_waits,
                      "a wait that never ended is overlooked where all others are asleep"),
    };
#undef WBSYNC_MUTANT
}();

#ifdef WBSYNC_ENGINE_MUTANTS
inline mutant chosen_mutant = mutant::none;
#endif

/// Does the engine have this flaw?
#ifdef WBSYNC_ENGINE_MUTANTS
template <class Mutant> // only a template may be constexpr and look at a variable
constexpr bool mutated(Mutant m) noexcept {
    return m == chosen_mutant;
}
#else
constexpr bool mutated([[maybe_unused]] mutant m) noexcept {
#ifdef WBSYNC_ENGINE_MUTANT
    return m == mutant::WBSYNC_ENGINE_MUTANT;
#else
    return false;
#endif
}
#endif

} // namespace wbsync::engine
