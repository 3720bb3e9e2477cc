// SPDX-License-Identifier: BSD-3-Clause
#include "fences.hpp"

#include <algorithm>
#include <vector>

namespace wbsync::litmus {

namespace {

/// All calls of a thread in program order; the two arms of a branch come one after the other.
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

/// The numbers of the first and of the last call of a kind.
struct ends {
    template <class Predicate>
    ends(const std::vector<expression*>& calls, Predicate is) : first(calls.size()) {
        for (std::size_t i = 0; i != calls.size(); ++i)
            if (is(*calls[i]->function)) {
                first = std::min(first, i);
                last = i;
            }
    }
    [[nodiscard]] bool any_before(std::size_t i) const { return first < i; }
    [[nodiscard]] bool any_after(std::size_t i) const { return last > i; }

    std::size_t first;
    std::size_t last = 0;
};

/// Finds the fences of a thread without the operation that their name asks for.
class lone_fences {
public:
    explicit lone_fences(const std::vector<expression*>& calls)
        : calls_(calls), updates_(calls, updates), locks_(calls, locks),
          sections_(calls, ends_section) {}

    [[nodiscard]] bool has(std::size_t fence) const {
        const builtin& f = *calls_[fence]->function;
        if (f.what != action::full_fence)
            return false;
        switch (f.fence) {
        case fence_kind::before_atomic: return !updates_.any_after(fence);
        case fence_kind::after_atomic: return !updates_.any_before(fence);
        case fence_kind::after_spinlock: return !locks_.any_before(fence);
        case fence_kind::after_srcu_read_unlock: return !sections_.any_before(fence);
        case fence_kind::after_unlock_lock:
            // The unlock may be in another thread.
            return !locks_.any_before(fence);
        default: return false;
        }
    }

private:
    const std::vector<expression*>& calls_;
    ends updates_;
    ends locks_;
    ends sections_;
};

} // namespace

void remove_lone_fences(litmus_test& test) {
    for (process& p : test.processes) {
        std::vector<expression*> calls;
        collect(p.body, calls);
        const lone_fences lone(calls);
        const builtin* const nothing = find_builtin("barrier");
        for (std::size_t i = 0; i != calls.size(); ++i)
            if (lone.has(i))
                calls[i]->function = nothing;
    }
}

} // namespace wbsync::litmus
