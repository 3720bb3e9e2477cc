// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/patterns/instances.hpp"

#include <string>
#include <utility>
#include <vector>

namespace wbsync::models::patterns {

/// An instance that fails, and its repair.
struct instance {
    const char* name;
    const char* commit; ///< that made the race or mended it
    const char* summary;
    const char* repair;
    const char* property; ///< that fails
};

/// `size` is what the shape's constructor takes. It fails, if it does, for each of them.
template <class Model>
model entry(std::string name, const instance& i, const char* summary, expectation expected,
            const parameter& size) {
    return {std::move(name),
            i.commit,
            "pattern",
            summary,
            {size},
            [expected](memory_kind, const parameter_values&) { return expected; },
            [key = size.name](const options& o, const parameter_values& p) {
                return wbsync::check<Model>(o, p.at(key));
            }};
}

template <class AsItWas, class Repaired>
void add(std::vector<model>& to, const instance& i, const parameter& size) {
    const std::string name = std::string{"patterns/"} + i.name;
    to.push_back(entry<AsItWas>(name, i, i.summary, {verdict::finding, i.property}, size));
    to.push_back(entry<Repaired>(name + "+repaired", i, i.repair, {}, size));
}

void add_models(std::vector<model>& to) {
    add<last_use<watched_inodes<form::as_it_was>>, last_use<watched_inodes<form::repaired>>>(
        to,
        {"last_use", "21d1b618b6b9", "a count is dropped before the last use of what it keeps",
         "the count goes last", "use-after-end"},
        {"users", "who hold a count", 1, 1, 8});
    add<check_then_queue<device_with_work<form::as_it_was>>,
        check_then_queue<device_with_work<form::repaired>>>(
        to,
        {"check_then_queue", "cba38ec4cbd3", "work is queued after the flush",
         "a read-side section from the look to the queueing, a grace period before the flush",
         "use-after-end"},
        {"producers", "who queue the work", 1, 1, 8});
    add<queue_when_first<list_with_flag<form::as_it_was>>,
        queue_when_first<list_with_flag<form::repaired>>>(
        to,
        {"queue_when_first", "62334fab4762", "the flag is cleared after the list was taken",
         "the flag is cleared first", "forgotten-item"},
        {"adders", "who put an item on the list", 2, 2, 8});
    add<queue_when_first<list_with_flush<form::as_it_was>>,
        queue_when_first<list_with_flush<form::repaired>>>(
        to,
        {"queue_when_first/flush", "e1b849cfa6b6",
         "flushes a work that another adder is still to queue", "waits for a count of the items",
         "forgotten-item"},
        {"adders", "who put an item on the list", 2, 2, 8});
    const parameter alone{"same_cpu", "1: somebody else on the CPU that puts", 0, 0, 1};
    add<percpu_sum<torn_count>, percpu_sum<gets_and_puts>>(
        to,
        {"percpu_sum", "7eb84d54fac5", "adds up CPU by CPU, and misses a reference that moves",
         "gets and puts apart, puts are added up first", "torn-sum"},
        alone);
    const parameter same_cpu{"same_cpu", "1: somebody else on the CPU that puts", 1, 1, 1};
    add<percpu_sum<count_of_readers<form::as_it_was>>,
        percpu_sum<count_of_readers<form::repaired>>>(to,
                                                      {"percpu_sum/lost", "e6b1a44eccfc",
                                                       "an addition that an interrupt can divide",
                                                       "one that it cannot", "lost-update"},
                                                      same_cpu);
    add<decide_before_drop<requests<form::as_it_was>>,
        decide_before_drop<requests<form::repaired>>>(
        to,
        {"decide_before_drop", "2d84a2d19b61", "decides whether to wake before it drops its count",
         "drops its count, then decides", "deadlock"},
        {"droppers", "who hold a count", 1, 1, 8});
}

} // namespace wbsync::models::patterns
