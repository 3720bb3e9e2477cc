// SPDX-License-Identifier: BSD-3-Clause
// KVM's asynchronous page faults, and the module that their function is part of.

#include "checks/models/model_checks.hpp"

#include <wbsync/doctest.hpp>

using namespace model_checks;

TEST_CASE("kvm/async_pf: the work drops the last reference, and the module is unloaded under it") {
    const result r = sc("kvm/async_pf");
    CHECK(found(r, "unloaded-text"));
    CHECK(tells(r, {"vcpu: refcount_dec_and_test(vm.users_count) 2 -> 1",
                    "apf[0].kworker: refcount_dec_and_test(vm.users_count) 1 -> 0",
                    "apf[0].kworker: kfree(vm)", "apf[0].kworker: atomic_dec_return(module.refcnt)",
                    "apf[0].kworker: READ_ONCE(module.instruction)", "rmmod: kfree(module)"}));
}

TEST_CASE("kvm/async_pf+flush: the work destroys the VM, and waits for itself") {
    const result r = sc("kvm/async_pf+flush");
    CHECK(found(r, "deadlock"));
    CHECK(tells(r, {"apf[0].kworker: refcount_dec_and_test(vm.users_count) 1 -> 0",
                    "apf[0].kworker: deadlock"}));
}

TEST_CASE(
    "kvm/async_pf: without a reference everybody who takes a fault off its list has to wait") {
    for (const char* name : {"kvm/async_pf-reference", "kvm/async_pf+3d75b8aa5c29-completion"}) {
        CAPTURE(name);
        const result r = sc(name);
        CHECK(found(r, "use-after-free"));
        CHECK(tells(r, {"apf[0].kworker: WRITE_ONCE(vcpu.wait) 1", "vcpu: kfree(apf[0])",
                        "vcpu: kfree(vm)"}));
    }
}

TEST_CASE("kvm/async_pf+3d75b8aa5c29 holds, with two faults as well") {
    CHECK(verified(sc("kvm/async_pf+3d75b8aa5c29", {{"faults", 2}})));
    CHECK(verified(weak("kvm/async_pf+3d75b8aa5c29", {{"faults", 2}})));
}
