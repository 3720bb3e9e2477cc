// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/bounds.hpp>
#include <wbsync/wbsync.hpp>

#include <deque>

/// Asynchronous page faults: a work fetches the page while the guest continues. The work has to
/// end, to its last instruction, before the module that contains its function is unloaded.
/// virt/kvm/async_pf.c, virt/kvm/kvm_main.c.
namespace wbsync::models::kvm {

/// The code of the module. Freed when the module is unloaded.
struct module_text {
    atomic_t instruction{"module.instruction"};
};

/// The current thread runs code of the module.
inline void execute(const module_text& text, const site& at = site::here()) {
    READ_ONCE(text.instruction, at);
}

/// A fault.
struct kvm_async_pf {
    template <class Function>
    kvm_async_pf(const label& name, workqueue_struct& wq, Function function)
        : work(wq, name, [function](work_struct&) { function(); }) {}

    work_struct work;
};

/// A fault's entry on the vCPU's two lists.
struct async_pf_entry {
    explicit async_pf_entry(int number)
        : queued({"async_pf.queue", number}, false), done({"async_pf.done", number}, false) {}

    plain<bool> queued, done; ///< protected by the lists' lock
    kvm_async_pf* apf = nullptr;
};

WBSYNC_BOUNDS(bounds, (faults, 1, 1, 3, "page faults that are fetched at the same time"));

/// A VM with one vCPU.
struct kvm_vm {
    refcount_t users_count{"vm.users_count"}; ///< 1: the reference of the vCPU's file
    spinlock_t async_pf_lock{"vcpu.async_pf.lock"};
    std::deque<async_pf_entry> async_pf;
    atomic_t wait{"vcpu.wait"}; ///< where a work wakes the vCPU
};

/// Which threads wait for the work of a fault.
struct form {
    bool references; ///< each fault holds a reference on the VM, which its work drops at its end
    bool vcpu_waits; ///< the thread that takes a fault off the list of completed faults
    bool last_waits; ///< the thread that destroys the VM, for faults on that list
};

/// af585b921e5d (2.6.38) as of 5f6de5cbebee (5.18), where a VM has a reference on the module.
inline constexpr form at_5f6de5cbebee{.references = true, .vcpu_waits = false, .last_waits = false};
/// 3d75b8aa5c29 (6.9): no reference on the VM; taking a fault off the list waits for its work.
inline constexpr form at_3d75b8aa5c29{.references = false, .vcpu_waits = true, .last_waits = true};

/// A vCPU with faults, and the end of its VM and of the module.
template <form Form>
class async_pf {
public:
    explicit async_pf(const bounds& b) : bounds_(b) {}

    void threads(scenario& s) {
        text_ = kmalloc<module_text>({"module", "unloaded-text"});
        vm_ = kmalloc<kvm_vm>({"vm"});
        for (int n = 0; n != bounds_.faults; ++n) {
            async_pf_entry& e = vm_->async_pf.emplace_back(n);
            e.apf = kmalloc<kvm_async_pf>({label{"apf", n}}, label{"apf", n}, system_wq_,
                                          [this, &e] { async_pf_execute(e); });
        }
        s.thread("vcpu", [this] { vcpu(); });
        s.thread("rmmod", [this] { rmmod(); });
    }

private:
    /// The fault was on the list of completed faults. Its work may still be running.
    template <bool Waits>
    static void free_done(kvm_async_pf* apf) {
        if constexpr (Waits)
            flush_work(apf->work);
        kfree(apf);
    }

    /// KVM_RUN, and close() of the file. (V1) to (V4)
    void vcpu() {
        for (async_pf_entry& e : vm_->async_pf)
            kvm_setup_async_pf(e); // (V1)
        for (async_pf_entry& e : vm_->async_pf)
            kvm_check_async_pf_completion(e); // (V2)
        kvm_put_kvm();                        // (V3)
        execute(*text_);
        module_put(); // (V4) fops_put(), not by code of the module
    }

    void kvm_setup_async_pf(async_pf_entry& e) {
        if constexpr (Form.references)
            refcount_inc(vm_->users_count);
        spin_lock(vm_->async_pf_lock);
        e.queued.write(true);
        spin_unlock(vm_->async_pf_lock);
        queue_work(system_wq_, e.apf->work);
    }

    /// The work. (W1) to (W4)
    void async_pf_execute(async_pf_entry& e) {
        execute(*text_); // (W1) get_user_pages_remote()
        spin_lock(vm_->async_pf_lock);
        e.done.write(true); // (W2)
        spin_unlock(vm_->async_pf_lock);
        WRITE_ONCE(vm_->wait, 1); // (W3)
        if constexpr (Form.references)
            kvm_put_kvm(); // (W4)
        execute(*text_);   // and returns
    }

    /// Takes the fault off both lists if it is completed.
    bool take_done(async_pf_entry& e) {
        spin_lock(vm_->async_pf_lock);
        const bool done = e.done.read();
        if (done) {
            e.queued.write(false);
            e.done.write(false);
        }
        spin_unlock(vm_->async_pf_lock);
        return done;
    }

    void kvm_check_async_pf_completion(async_pf_entry& e) {
        if (take_done(e))
            free_done<Form.vcpu_waits>(e.apf);
    }

    /// No reference on the VM is left. (K1) to (K4)
    void kvm_destroy_vm() {
        for (async_pf_entry& e : vm_->async_pf)
            kvm_clear_async_pf_completion_queue(e);
        kfree(vm_);   // (K3)
        module_put(); // (K4)
    }

    void kvm_clear_async_pf_completion_queue(async_pf_entry& e) {
        spin_lock(vm_->async_pf_lock);
        const bool under_way = e.queued.read() && !e.done.read();
        spin_unlock(vm_->async_pf_lock);
        if (under_way && cancel_work_sync(e.apf->work)) { // (K1)
            kfree(e.apf);
            return;
        }
        if (take_done(e))
            free_done<Form.last_waits>(e.apf); // (K2)
    }

    void kvm_put_kvm() {
        if (refcount_dec_and_test(vm_->users_count))
            kvm_destroy_vm();
    }

    void module_put() { atomic_dec_return(module_refs_); }

    /// Unloads the module when no reference on it is left. (X1), (X2)
    void rmmod() {
        await_acquire(module_refs_, [](std::int64_t refs) { return refs == 0; }); // (X1)
        kfree(text_);                                                             // (X2)
    }

    bounds bounds_;
    workqueue_struct system_wq_{"system_wq"};
    atomic_t module_refs_{"module.refcnt", 2}; ///< of the VM, and of the vCPU's file
    module_text* text_ = nullptr;
    kvm_vm* vm_ = nullptr;
};

} // namespace wbsync::models::kvm
