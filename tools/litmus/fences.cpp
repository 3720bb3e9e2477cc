// SPDX-License-Identifier: BSD-3-Clause
#include "fences.hpp"

#include <vector>

namespace wbsync::litmus {

namespace {

/// All calls of a thread in program order; those of both arms of a branch, one after the other.
void collect(expression& e, std::vector<expression*>& calls) {
    for (expression& a : e.args)
        collect(a, calls);
    if (e.what == expression::kind::call)
        calls.push_back(&e);
}
void collect(statement& s, std::vector<expression*>& calls) {
    collect(s.place, calls);
    collect(s.value, calls);
    for (statement& i : s.inner)
        collect(i, calls);
}

bool updates(const builtin& f) {
    return f.reads() && f.writes() && f.what != action::spin_lock && f.what != action::spin_trylock;
}
bool locks(const builtin& f) {
    return f.what == action::spin_lock || f.what == action::spin_trylock;
}
bool ends_section(const builtin& f) {
    return f.what == action::srcu_unlock || f.what == action::srcu_up;
}

/// Is there one of these between the two?
template <class Predicate>
bool any(const std::vector<expression*>& calls, std::size_t from, std::size_t to, Predicate is) {
    for (std::size_t i = from; i < to; ++i)
        if (is(*calls[i]->function))
            return true;
    return false;
}

bool stands_alone(const std::vector<expression*>& calls, std::size_t fence) {
    switch (calls[fence]->function->fence) {
    case fence_kind::before_atomic: return !any(calls, fence, calls.size(), updates);
    case fence_kind::after_atomic: return !any(calls, 0, fence, updates);
    case fence_kind::after_spinlock: return !any(calls, 0, fence, locks);
    case fence_kind::after_srcu_read_unlock: return !any(calls, 0, fence, ends_section);
    case fence_kind::after_unlock_lock:
        // The unlock may be another thread's.
        return !any(calls, 0, fence, locks);
    default: return false;
    }
}

} // namespace

void remove_lone_fences(litmus_test& test) {
    for (process& p : test.processes) {
        std::vector<expression*> calls;
        collect(p.body, calls);
        std::vector<expression*> lone;
        for (std::size_t i = 0; i != calls.size(); ++i)
            if (calls[i]->function->what == action::full_fence && stands_alone(calls, i))
                lone.push_back(calls[i]);
        for (expression* e : lone)
            e->function = find_builtin("barrier");
    }
}

} // namespace wbsync::litmus
