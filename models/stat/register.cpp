// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/stat/fences.hpp"
#include "models/stat/mutants.hpp"
#include "models/stat/transaction.hpp"

#include <string>
#include <vector>

namespace wbsync::models::stat {

template <class Model>
void add(std::vector<model>& to, const variant& v) {
    const auto check = [](const options& o, const parameter_values& p) {
        return wbsync::check<Model>(o, bounds{p.at("readers"), p.at("switches")});
    };
    to.push_back(entry(v,
                       {{"readers", "users of statistics, each cleans a page of its own", 2, 1, 6},
                        {"switches", "of the inode, one after the other", 2, 1, 6}},
                       check));
}

void add_models(std::vector<model>& to) {
    add<transaction>(to, {"stat/transaction", "682aa8e1a6a1", "4.2",
                          "statistics of an inode's wb, with release and acquire on I_WB_SWITCH"});
    add<fences>(to, {"stat/fences", "cb5db358ab57", "6.19", "the same with smp_wmb and smp_rmb"});
    add<free_at_once>(to, {"stat/transaction+free_at_once", "682aa8e1a6a1", "mutant",
                           "the old wb is freed without a grace period: nobody has it any more"});
    add<no_grace_period>(to, {"stat/transaction-gp", "682aa8e1a6a1", "mutant",
                              "the switch waits for nobody (X2)", "P7"});
    add<no_lock>(to, {"stat/transaction-lock", "682aa8e1a6a1", "mutant",
                      "who sees the switch does not take the pages' lock (R3)", "P7"});
    add<no_acquire>(to, {"stat/transaction-acquire", "682aa8e1a6a1", "mutant",
                         "a relaxed look at I_WB_SWITCH (R2)", "", "P7"});
    add<no_release>(to, {"stat/transaction-release", "682aa8e1a6a1", "mutant",
                         "I_WB_SWITCH is cleared with a relaxed store (X5)", "", "P7"});
    add<no_read_barrier>(to, {"stat/fences-rmb", "cb5db358ab57", "mutant",
                              "no barrier after the look at I_WB_SWITCH (R2)", "", "P7"});
    add<no_write_barrier>(to, {"stat/fences-wmb", "cb5db358ab57", "mutant",
                               "no barrier before I_WB_SWITCH is cleared (X5)", "", "P7"});
    add<use_after_end>(to, {"stat/transaction-section", "682aa8e1a6a1", "mutant",
                            "the wb is used once more after the transaction", "P3"});
}

} // namespace wbsync::models::stat
