// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/xfs/cpumask.hpp"
#include "models/xfs/flush.hpp"
#include "models/xfs/stop.hpp"

#include <vector>

namespace wbsync::models::xfs {

/// `fails_alone`: also if nobody else queues meanwhile. `beside_others`: what fails as well if
/// other threads unlink.
template <stops Stops>
void add_stop(std::vector<model>& to, const variant& v, const bounds& size,
              bool fails_alone = false, const char* beside_others = "") {
    to.push_back(
        {v.name,
         v.commit,
         v.release,
         v.summary,
         {{"others", "threads that unlink an inode meanwhile", size.others, 0, 4},
          {"shrinker", "1: memory is short, the shrinker queues", size.shrinker, 0, 1}},
         [v, fails_alone, beside_others](memory_kind m, const parameter_values& p) {
             const bool alone = p.at("others") + p.at("shrinker") == 0;
             expectation e = alone && !fails_alone ? expectation{} : v.expected(m);
             if (p.at("others") > 0)
                 e.property += beside_others;
             return e;
         },
         [](const options& o, const parameter_values& p) {
             return wbsync::check<inodegc_stop<Stops>>(o, bounds{p.at("others"), p.at("shrinker")});
         }});
    // Both together take minutes.
    to.back().larger = {{"others", size.others + 1}, {"shrinker", 0}};
}

/// With one of `what` nothing fails.
template <class Model>
void add(std::vector<model>& to, const variant& v, const char* what, const char* means) {
    to.push_back({v.name,
                  v.commit,
                  v.release,
                  v.summary,
                  {{what, means, 2, 1, 4}},
                  [v, what](memory_kind m, const parameter_values& p) {
                      return p.at(what) == 1 ? expectation{} : v.expected(m);
                  },
                  [what](const options& o, const parameter_values& p) {
                      return wbsync::check<Model>(o, p.at(what));
                  }});
}

template <first First, cpu Cpu>
void add_cpumask(std::vector<model>& to, const variant& v) {
    add<inodegc_cpumask<First, Cpu>>(to, v, "inodes", "are queued one after the other");
}
template <bool Delayed>
void add_flush(std::vector<model>& to, const variant& v) {
    add<inodegc_flush<Delayed>>(to, v, "unlinkers", "each queues an inode, and flushes");
}

void add_models(std::vector<model>& to) {
    add_stop<stops::by_cancelling>(to,
                                   {"xfs/inodegc_stop", "6191cf3ad59f", "5.14",
                                    "stop queues the works, and cancels them", "forgotten"},
                                   {0, 0}, true);
    add_stop<stops::by_draining>(to,
                                 {"xfs/inodegc_stop+6191", "6191cf3ad59f", "5.17-rc1",
                                  "stop drains the workqueue; the shrinker queues meanwhile",
                                  "misuse"},
                                 {0, 1}, false, "/forgotten");
    add_stop<stops::by_looping>(to,
                                {"xfs/inodegc_stop+2254", "2254a7396a0c", "6.4",
                                 "stop flushes until the lists are empty", "forgotten"},
                                {0, 0});
    add_stop<stops::by_looping>(to,
                                {"xfs/inodegc_stop+2254/shrinker", "2254a7396a0c", "6.4",
                                 "the shrinker takes away the work that the flush waits for",
                                 "forgotten"},
                                {0, 1});
    add_stop<stops::by_flushing_last>(to,
                                      {"xfs/inodegc_stop+2254+flush", "2254a7396a0c", "repair",
                                       "and flushes once more when the lists are empty"},
                                      {0, 1});
    add_flush<false>(to,
                     {"xfs/inodegc_flush", "7cf2b0f9611b", "5.14",
                      "a plain work that somebody else is about to queue: PENDING, and on no queue",
                      "forgotten"});
    add_flush<true>(to,
                    {"xfs/inodegc_flush+7cf2", "7cf2b0f9611b", "5.19",
                     "a work with a timer: others take away what a flush waits for", "forgotten"});
    add_cpumask<first::takes_list, cpu::anywhere>(
        to, {"xfs/inodegc_cpumask", "62334fab4762", "6.6-rc3",
             "the worker takes the list, then clears its CPU's bit", "forgotten"});
    add_cpumask<first::takes_list, cpu::preemptible>(
        to, {"xfs/inodegc_cpumask/preempt", "62334fab4762", "6.6-rc3",
             "all on one CPU, the worker can be preempted", "forgotten"});
    add_cpumask<first::takes_list, cpu::undisturbed>(
        to, {"xfs/inodegc_cpumask/nopreempt", "62334fab4762", "6.6-rc3",
             "all on one CPU, the worker is not preempted: nothing is forgotten"});
    add_cpumask<first::clears_bit, cpu::anywhere>(
        to, {"xfs/inodegc_cpumask+clear_first", "62334fab4762", "repair",
             "the worker clears the bit, then takes the list"});
}

} // namespace wbsync::models::xfs
