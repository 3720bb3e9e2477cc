// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/xfs/cpumask.hpp"
#include "models/xfs/flush.hpp"
#include "models/xfs/stop.hpp"

using namespace wbsync::catalogue;
using namespace wbsync::models::xfs;

WBSYNC_FAMILY(xfs) {
    // At the next size the two together take minutes.
    const auto one_other = [](bounds size) {
        return parameter_values{{"others", size.others + 1}, {"shrinker", 0}};
    };
    const auto beside_somebody = [](const parameter_values& p) {
        return p.at("others") + p.at("shrinker") > 0;
    };
    const auto beside_others = [](const parameter_values& p) { return p.at("others") > 0; };
    const bounds alone{0, 0};
    const bounds beside_shrinker{0, 1};
    const auto inodes = cpumask_bounds{}.parameters();
    const auto unlinkers = flush_bounds{}.parameters();
    const auto of_several = [](const char* what) {
        return [what](const parameter_values& p) { return p.at(what) > 1; };
    };
    return {
        {.version = "xfs/inodegc_stop",
         .commit = "6191cf3ad59f",
         .release = "5.14",
         .summary = "stop queues the works, and cancels them",
         .parameters = alone.parameters(),
         .larger = one_other(alone),
         .expected = sc_and_weak(fails({"forgotten"})),
         .check = checks<inodegc_stop<stops::by_cancelling>, bounds>},
        {.version = "xfs/inodegc_stop+6191",
         .commit = "6191cf3ad59f",
         .release = "5.17-rc1",
         .summary = "stop drains the workqueue; the shrinker queues meanwhile",
         .parameters = beside_shrinker.parameters(),
         .larger = one_other(beside_shrinker),
         .expected = sc_and_weak({{{"misuse"}, beside_somebody}, {{"forgotten"}, beside_others}}),
         .check = checks<inodegc_stop<stops::by_draining>, bounds>},
        {.version = "xfs/inodegc_stop+2254",
         .commit = "2254a7396a0c",
         .release = "6.4",
         .summary = "stop flushes until the lists are empty",
         .parameters = alone.parameters(),
         .larger = one_other(alone),
         .expected = sc_and_weak(fails({"forgotten"}, beside_somebody)),
         .check = checks<inodegc_stop<stops::by_looping>, bounds>},
        {.version = "xfs/inodegc_stop+2254",
         .question = "shrinker",
         .commit = "2254a7396a0c",
         .release = "6.4",
         .summary = "the shrinker takes away the work that the flush waits for",
         .parameters = beside_shrinker.parameters(),
         .larger = one_other(beside_shrinker),
         .expected = sc_and_weak(fails({"forgotten"}, beside_somebody)),
         .check = checks<inodegc_stop<stops::by_looping>, bounds>},
        {.version = "xfs/inodegc_stop+2254+flush",
         .commit = "2254a7396a0c",
         .release = "repair",
         .summary = "and flushes once more when the lists are empty",
         .parameters = beside_shrinker.parameters(),
         .larger = one_other(beside_shrinker),
         .expected = sc_and_weak(holds),
         .check = checks<inodegc_stop<stops::by_flushing_last>, bounds>},
        {.version = "xfs/inodegc_flush",
         .commit = "7cf2b0f9611b",
         .release = "5.14",
         .summary = "a plain work that somebody else is about to queue: PENDING, and on no queue",
         .parameters = unlinkers,
         .expected = sc_and_weak(fails({"forgotten"}, of_several("unlinkers"))),
         .check = checks<inodegc_flush<false>, flush_bounds>},
        {.version = "xfs/inodegc_flush+7cf2",
         .commit = "7cf2b0f9611b",
         .release = "5.19",
         .summary = "a work with a timer: others take away what a flush waits for",
         .parameters = unlinkers,
         .expected = sc_and_weak(fails({"forgotten"}, of_several("unlinkers"))),
         .check = checks<inodegc_flush<true>, flush_bounds>},
        {.version = "xfs/inodegc_cpumask",
         .commit = "62334fab4762",
         .release = "6.6-rc3",
         .summary = "the worker takes the list, then clears its CPU's bit",
         .parameters = inodes,
         .expected = sc_and_weak(fails({"forgotten"}, of_several("inodes"))),
         .check = checks<inodegc_cpumask<first::takes_list, cpu::anywhere>, cpumask_bounds>},
        {.version = "xfs/inodegc_cpumask",
         .question = "preempt",
         .commit = "62334fab4762",
         .release = "6.6-rc3",
         .summary = "all on one CPU, the worker can be preempted",
         .parameters = inodes,
         .expected = sc_and_weak(fails({"forgotten"}, of_several("inodes"))),
         .check = checks<inodegc_cpumask<first::takes_list, cpu::preemptible>, cpumask_bounds>},
        {.version = "xfs/inodegc_cpumask",
         .question = "nopreempt",
         .commit = "62334fab4762",
         .release = "6.6-rc3",
         .summary = "all on one CPU, the worker is not preempted: nothing is forgotten",
         .parameters = inodes,
         .expected = sc_and_weak(holds),
         .check = checks<inodegc_cpumask<first::takes_list, cpu::undisturbed>, cpumask_bounds>},
        {.version = "xfs/inodegc_cpumask+clear_first",
         .commit = "62334fab4762",
         .release = "repair",
         .summary = "the worker clears the bit, then takes the list",
         .parameters = inodes,
         .expected = sc_and_weak(holds),
         .check = checks<inodegc_cpumask<first::clears_bit, cpu::anywhere>, cpumask_bounds>},
    };
}
