// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/patterns/instances.hpp"

#include <string>
#include <vector>

using namespace wbsync::catalogue;
using namespace wbsync::models::patterns;

namespace {

/// Instances have one parameter, which the shape's constructor takes.
template <class Instance>
wbsync::result checks_shape(const wbsync::options& with, const parameter_values& size) {
    return wbsync::check<Instance>(with, size.begin()->second);
}

} // namespace

WBSYNC_FAMILY(patterns) {
    const parameter alone{"same_cpu", "1: somebody else on the CPU that puts", 0, 0, 1};
    const parameter same_cpu{"same_cpu", "1: somebody else on the CPU that puts", 1, 1, 1};
    const parameter adders{"adders", "who put an item on the list", 2, 2, 8};
    return {
        {.version = "patterns/last_use",
         .commit = "21d1b618b6b9",
         .release = "pattern",
         .summary = "a count is dropped before the last use of what it keeps",
         .parameters = {{"users", "who hold a count", 1, 1, 8}},
         .expected = sc_and_weak(fails({"use-after-end"})),
         .check = checks_shape<last_use<watched_inodes<form::as_it_was>>>},
        {.version = "patterns/last_use+repaired",
         .commit = "21d1b618b6b9",
         .release = "pattern",
         .summary = "the count goes last",
         .parameters = {{"users", "who hold a count", 1, 1, 8}},
         .expected = sc_and_weak(holds),
         .check = checks_shape<last_use<watched_inodes<form::repaired>>>},
        {.version = "patterns/check_then_queue",
         .commit = "cba38ec4cbd3",
         .release = "pattern",
         .summary = "work is queued after the flush",
         .parameters = {{"producers", "who queue the work", 1, 1, 8}},
         .expected = sc_and_weak(fails({"use-after-end"})),
         .check = checks_shape<check_then_queue<device_with_work<form::as_it_was>>>},
        {.version = "patterns/check_then_queue+repaired",
         .commit = "cba38ec4cbd3",
         .release = "pattern",
         .summary =
             "a read-side section from the look to the queueing, a grace period before the flush",
         .parameters = {{"producers", "who queue the work", 1, 1, 8}},
         .expected = sc_and_weak(holds),
         .check = checks_shape<check_then_queue<device_with_work<form::repaired>>>},
        {.version = "patterns/queue_when_first",
         .commit = "62334fab4762",
         .release = "pattern",
         .summary = "the flag is cleared after the list was taken",
         .parameters = {adders},
         .expected = sc_and_weak(fails({"forgotten-item"})),
         .check = checks_shape<queue_when_first<list_with_flag<form::as_it_was>>>},
        {.version = "patterns/queue_when_first+repaired",
         .commit = "62334fab4762",
         .release = "pattern",
         .summary = "the flag is cleared first",
         .parameters = {adders},
         .expected = sc_and_weak(holds),
         .check = checks_shape<queue_when_first<list_with_flag<form::repaired>>>},
        {.version = "patterns/queue_when_first",
         .question = "flush",
         .commit = "e1b849cfa6b6",
         .release = "pattern",
         .summary = "flushes a work that another adder is still to queue",
         .parameters = {adders},
         .expected = sc_and_weak(fails({"forgotten-item"})),
         .check = checks_shape<queue_when_first<list_with_flush<form::as_it_was>>>},
        {.version = "patterns/queue_when_first",
         .question = "flush+repaired",
         .commit = "e1b849cfa6b6",
         .release = "pattern",
         .summary = "waits for a count of the items",
         .parameters = {adders},
         .expected = sc_and_weak(holds),
         .check = checks_shape<queue_when_first<list_with_flush<form::repaired>>>},
        {.version = "patterns/percpu_sum",
         .commit = "7eb84d54fac5",
         .release = "pattern",
         .summary = "adds up CPU by CPU, and misses a reference that moves",
         .parameters = {alone},
         .expected = sc_and_weak(fails({"torn-sum"})),
         .check = checks_shape<percpu_sum<torn_count>>},
        {.version = "patterns/percpu_sum+repaired",
         .commit = "7eb84d54fac5",
         .release = "pattern",
         .summary = "gets and puts apart, puts are added up first",
         .parameters = {alone},
         .expected = sc_and_weak(holds),
         .check = checks_shape<percpu_sum<gets_and_puts>>},
        {.version = "patterns/percpu_sum",
         .question = "lost",
         .commit = "e6b1a44eccfc",
         .release = "pattern",
         .summary = "an addition that an interrupt can divide",
         .parameters = {same_cpu},
         .expected = sc_and_weak(fails({"lost-update"})),
         .check = checks_shape<percpu_sum<count_of_readers<form::as_it_was>>>},
        {.version = "patterns/percpu_sum",
         .question = "lost+repaired",
         .commit = "e6b1a44eccfc",
         .release = "pattern",
         .summary = "one that it cannot",
         .parameters = {same_cpu},
         .expected = sc_and_weak(holds),
         .check = checks_shape<percpu_sum<count_of_readers<form::repaired>>>},
        {.version = "patterns/decide_before_drop",
         .commit = "2d84a2d19b61",
         .release = "pattern",
         .summary = "decides whether to wake before it drops its count",
         .parameters = {{"droppers", "who hold a count", 1, 1, 8}},
         .expected = sc_and_weak(fails({"deadlock"})),
         .check = checks_shape<decide_before_drop<requests<form::as_it_was>>>},
        {.version = "patterns/decide_before_drop+repaired",
         .commit = "2d84a2d19b61",
         .release = "pattern",
         .summary = "drops its count, then decides",
         .parameters = {{"droppers", "who hold a count", 1, 1, 8}},
         .expected = sc_and_weak(holds),
         .check = checks_shape<decide_before_drop<requests<form::repaired>>>},
    };
}
