// SPDX-License-Identifier: BSD-3-Clause
#include "mutant.hpp"

#include <map>

namespace wbsync::litmus {

namespace {

/// The function with a change, which is the same for all functions. There is one object for each.
template <class Change>
const builtin* changed(const builtin& f, Change change) {
    static std::map<std::string_view, builtin> all;
    builtin& b = all.try_emplace(f.name, f).first->second;
    change(b);
    return &b;
}

bool synchronizes(const builtin& f) {
    return f.what == action::rcu_synchronize || f.what == action::srcu_synchronize;
}

const builtin* no_waiting(const builtin& f) {
    return synchronizes(f) ? find_builtin("smp_mb") : nullptr;
}

const builtin* no_fences(const builtin& f) {
    if (!synchronizes(f))
        return nullptr;
    return changed(f, [](builtin& b) { b.bare = true; });
}

const builtin* no_barrier(const builtin& f) {
    return f.what == action::full_fence ? find_builtin("barrier") : nullptr;
}

const builtin* no_one_sided_barriers(const builtin& f) {
    const bool one_sided = f.what == action::read_fence || f.what == action::write_fence;
    return one_sided ? find_builtin("barrier") : nullptr;
}

const builtin* not_full(const builtin& f) {
    if (!f.full)
        return nullptr;
    return changed(f, [](builtin& b) { b.full = false; });
}

const builtin* relaxed(const builtin& f) {
    const bool lock = f.what == action::spin_lock || f.what == action::spin_unlock ||
                      f.what == action::spin_trylock;
    if (f.order == engine::memory_order::relaxed || lock)
        return nullptr;
    return changed(f, [](builtin& b) { b.order = engine::memory_order::relaxed; });
}

bool replace(const mutant& m, expression& e) {
    bool any = false;
    if (e.function != nullptr)
        if (const builtin* other = m.instead(*e.function); other != nullptr) {
            e.function = other;
            if (other->arguments == 0)
                e.args.clear();
            any = true;
        }
    for (expression& a : e.args)
        any = replace(m, a) || any;
    return any;
}

bool replace(const mutant& m, statement& s) {
    bool any = replace(m, s.value);
    any = replace(m, s.place) || any;
    for (statement& i : s.inner)
        any = replace(m, i) || any;
    return any;
}

} // namespace

const std::array<mutant, 6> mutants{{{"grace periods do not wait", no_waiting},
                                     {"grace periods have no fences", no_fences},
                                     {"smp_mb() does nothing", no_barrier},
                                     {"smp_rmb() and smp_wmb() do nothing", no_one_sided_barriers},
                                     {"fully ordered operations are relaxed", not_full},
                                     {"acquire and release are relaxed", relaxed}}};

bool apply(const mutant& m, litmus_test& test) {
    bool any = false;
    for (process& p : test.processes)
        any = replace(m, p.body) || any;
    return any;
}

} // namespace wbsync::litmus
