// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/count_table.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// The shapes of tools/memory-model/Documentation, with and without ordering, and the number of
/// final states of each under the kernel's memory model: the results of all loads, and the
/// variables. Loads come before what follows them: nothing here needs load buffering.
namespace lkmm_shapes {

using namespace count_table;

struct shape {
    std::string name;
    threads what;
    std::size_t states;
};

inline std::vector<shape> all() {
    const auto mp = [](const thread& between_stores, const thread& between_loads) {
        threads p{{store(0)}, {load(1)}};
        p[0].insert(p[0].end(), between_stores.begin(), between_stores.end());
        p[0].push_back(store(1));
        p[1].insert(p[1].end(), between_loads.begin(), between_loads.end());
        p[1].push_back(load(0));
        return p;
    };
    const thread unlock_lock{lock, unlock, lock, unlock};
    return {
        // store buffering
        {"SB", {{store(0), load(1)}, {store(1), load(0)}}, 4},
        {"SB+mb+po", {{store(0), mb, load(1)}, {store(1), load(0)}}, 4},
        {"SB+mb+mb", {{store(0), mb, load(1)}, {store(1), mb, load(0)}}, 3},
        {"SB+inc+mb", {{add(0), load(1)}, {store(1), mb, load(0)}}, 4},
        {"SB+inc-after_atomic+mb", {{add(0), after_atomic, load(1)}, {store(1), mb, load(0)}}, 3},
        {"SB+before_atomic-inc+mb",
         {{store(0), before_atomic, add(2), load(1)}, {store(1), mb, load(0)}},
         3},
        {"SB+fetch_add+mb", {{fetch_add(0), load(1)}, {store(1), mb, load(0)}}, 3},
        {"SB+unlock-lock+mb",
         {{store(0), lock, unlock, lock, unlock, load(1)}, {store(1), mb, load(0)}},
         4},
        {"SB+after_spinlock+mb",
         {{store(0), lock, after_spinlock, load(1), unlock}, {store(1), mb, load(0)}},
         3},
        {"SB+after_unlock_lock+mb",
         {{store(0), lock, unlock, lock, after_unlock_lock, unlock, load(1)},
          {store(1), mb, load(0)}},
         3},
        // message passing
        {"MP", mp({}, {}), 4},
        {"MP+wmb+po", mp({wmb}, {}), 4},
        {"MP+po+rmb", mp({}, {rmb}), 4},
        {"MP+wmb+rmb", mp({wmb}, {rmb}), 3},
        {"MP+mb+rmb", mp({mb}, {rmb}), 3},
        {"MP+unlock-lock+rmb", mp(unlock_lock, {rmb}), 3},
        {"MP+release+acquire", {{store(0), release(1)}, {acquire(1), load(0)}}, 3},
        {"MP+inc+rmb", {{store(0), wmb, add(1)}, {load(1), rmb, load(0)}}, 3},
        // stores against stores
        {"S", {{store(0, 2), store(1)}, {load(1), store(0)}}, 4},
        {"S+wmb+branch", {{store(0, 2), wmb, store(1)}, {load(1), store(0)}}, 3},
        {"S+po+acquire", {{store(0, 2), store(1)}, {acquire(1), store(0)}}, 4},
        {"R+wmb+mb", {{store(0), wmb, store(1)}, {store(1, 2), mb, load(0)}}, 4},
        {"R+mb+mb", {{store(0), mb, store(1)}, {store(1, 2), mb, load(0)}}, 3},
        {"2+2W", {{store(0), store(1, 2)}, {store(1), store(0, 2)}}, 4},
        {"2+2W+wmb+wmb", {{store(0), wmb, store(1, 2)}, {store(1), wmb, store(0, 2)}}, 4},
        {"2+2W+mb+mb", {{store(0), mb, store(1, 2)}, {store(1), mb, store(0, 2)}}, 3},
        {"2+2W+releases", {{store(0), release(1, 2)}, {store(1), release(0, 2)}}, 4},
        // a read-modify-write before a store that was executed earlier
        {"S with fetch_add", {{store(0, 2), store(1)}, {load(1), fetch_add(0)}}, 4},
        {"S+wmb with fetch_add", {{store(0, 2), wmb, store(1)}, {load(1), fetch_add(0)}}, 3},
        {"S with an addition", {{store(0, 2), store(1)}, {load(1), add(0)}}, 4},
        {"S with two additions", {{store(0, 2), store(1), add(0)}, {load(1), add(0)}}, 4},
        // an addition that is passed over together with another one
        {"one of two additions", {{add(1), load(0), load(1)}, {add(1, 4), store(0, 3)}}, 4},
        // three and four threads
        {"WRC+po+rmb", {{store(0)}, {load(0), store(1)}, {load(1), rmb, load(0)}}, 8},
        {"WRC+wmb+rmb", {{store(0)}, {load(0), wmb, store(1)}, {load(1), rmb, load(0)}}, 8},
        {"WRC+release+rmb", {{store(0)}, {load(0), release(1)}, {load(1), rmb, load(0)}}, 7},
        {"ISA2+release+branch+acquire",
         {{store(0), release(1)}, {load(1), store(2)}, {acquire(2), load(0)}},
         8},
        {"ISA2+release+release+acquire",
         {{store(0), release(1)}, {load(1), release(2)}, {acquire(2), load(0)}},
         7},
        {"RWC+mb+mb", {{store(0)}, {load(0), mb, load(1)}, {store(1), mb, load(0)}}, 7},
        {"IRIW+rmb+rmb",
         {{store(0)}, {store(1)}, {load(0), rmb, load(1)}, {load(1), rmb, load(0)}},
         16},
        {"IRIW+mb+mb",
         {{store(0)}, {store(1)}, {load(0), mb, load(1)}, {load(1), mb, load(0)}},
         15},
        // synchronization by other means than variables
        {"two writers of two variables in a semaphore",
         {{{kind::down_write}, store(0), store(1), {kind::up_write}},
          {{kind::down_write}, store(0, 2), store(1, 2), {kind::up_write}}},
         2},
        // grace periods
        {"MP+sync+section",
         {{store(0), synchronize, store(1)}, {read_lock, load(1), load(0), read_unlock}},
         3},
        {"SB+sync+section",
         {{store(0), synchronize, load(1)}, {read_lock, store(1), load(0), read_unlock}},
         3},
        {"2+2W+sync+section",
         {{store(0), synchronize, store(1, 2)}, {read_lock, store(1), store(0, 2), read_unlock}},
         3},
        {"two sections, one grace period",
         {{store(0), synchronize, load(1)},
          {read_lock, store(1), load(2), read_unlock},
          {read_lock, store(2), load(0), read_unlock}},
         8},
    };
}

} // namespace lkmm_shapes
