// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/families.hpp"
#include "models/kvm/async_pf.hpp"

#include <vector>

namespace wbsync::models::kvm {

template <class Model>
void add(std::vector<model>& to, const variant& v) {
    const auto check = [](const options& o, const parameter_values& p) {
        return wbsync::check<Model>(o, p.at("faults"));
    };
    to.push_back(
        entry(v, {{"faults", "page faults that are fetched at the same time", 1, 1, 3}}, check));
}

void add_models(std::vector<model>& to) {
    const char* too_late = "use-after-free/unloaded-text";
    add<at_5f6de5cbebee>(to, {"kvm/async_pf", "5f6de5cbebee", "5.18",
                              "a work drops its reference on the VM last, and returns",
                              "unloaded-text"});
    add<flush_with_reference>(to,
                              {"kvm/async_pf+flush", "3d75b8aa5c29", "mutant",
                               "who destroys the VM waits for the work: for itself", "deadlock"});
    add<no_reference>(to, {"kvm/async_pf-reference", "3d75b8aa5c29", "mutant",
                           "no reference, and nobody waits for the work", too_late});
    add<no_flush_on_completion>(to,
                                {"kvm/async_pf+3d75b8aa5c29-completion", "3d75b8aa5c29", "mutant",
                                 "who takes a fault that is done does not wait", too_late});
    add<at_3d75b8aa5c29>(to, {"kvm/async_pf+3d75b8aa5c29", "3d75b8aa5c29", "6.9",
                              "no reference; who takes a fault waits for its work"});
}

} // namespace wbsync::models::kvm
