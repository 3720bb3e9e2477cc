// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/kvm/async_pf.hpp"

using namespace wbsync::catalogue;
using namespace wbsync::models::kvm;

WBSYNC_FAMILY(kvm) {
    const auto faults = bounds{}.parameters();
    const failures too_late = fails({"use-after-free", "unloaded-text"});
    return {
        {.version = "kvm/async_pf",
         .commit = "5f6de5cbebee",
         .release = "5.18",
         .summary = "a work drops its reference on the VM last, and returns",
         .parameters = faults,
         .expected = sc_and_weak(fails({"unloaded-text"})),
         .check = checks<async_pf<at_5f6de5cbebee>, bounds>},
        {.version = "kvm/async_pf+flush",
         .commit = "3d75b8aa5c29",
         .release = "mutant",
         .summary = "who destroys the VM waits for the work: for itself",
         .parameters = faults,
         .expected = sc_and_weak(fails({"deadlock"})),
         .check = checks<async_pf<form{.references = true, .vcpu_waits = true, .last_waits = true}>,
                         bounds>},
        {.version = "kvm/async_pf-reference",
         .commit = "3d75b8aa5c29",
         .release = "mutant",
         .summary = "no reference, and nobody waits for the work",
         .parameters = faults,
         .expected = sc_and_weak(too_late),
         .check =
             checks<async_pf<form{.references = false, .vcpu_waits = false, .last_waits = false}>,
                    bounds>},
        {.version = "kvm/async_pf+3d75b8aa5c29-completion",
         .commit = "3d75b8aa5c29",
         .release = "mutant",
         .summary = "who takes a fault that is done does not wait",
         .parameters = faults,
         .expected = sc_and_weak(too_late),
         .check =
             checks<async_pf<form{.references = false, .vcpu_waits = false, .last_waits = true}>,
                    bounds>},
        {.version = "kvm/async_pf+3d75b8aa5c29",
         .commit = "3d75b8aa5c29",
         .release = "6.9",
         .summary = "no reference; who takes a fault waits for its work",
         .parameters = faults,
         .expected = sc_and_weak(holds),
         .check = checks<async_pf<at_3d75b8aa5c29>, bounds>},
    };
}
