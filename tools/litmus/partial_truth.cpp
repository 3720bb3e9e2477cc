// SPDX-License-Identifier: BSD-3-Clause
#include "partial_truth.hpp"

#include "condition.hpp"

namespace wbsync::litmus {

namespace {

truth opposite(truth t) {
    return t == truth::unknown ? t : t == truth::yes ? truth::no : truth::yes;
}

std::optional<std::int64_t> value_of(const operand& o, const partial_state& state) {
    return o.what == operand::kind::number ? o.number : state[o.shown];
}

truth equal(const formula& f, const partial_state& state) {
    const auto a = value_of(f.left, state);
    const auto b = value_of(f.right, state);
    return !a || !b ? truth::unknown : *a == *b ? truth::yes : truth::no;
}

/// The truth of a formula that one `decisive` part decides.
truth truth_of_parts(const formula& f, truth decisive, const partial_state& state) {
    truth all = opposite(decisive);
    for (const formula& part : f.parts) {
        const truth t = truth_of(part, state);
        if (t == decisive)
            return t;
        if (t == truth::unknown)
            all = t;
    }
    return all;
}

} // namespace

truth truth_of(const formula& f, const partial_state& state) {
    switch (f.what) {
    case formula::kind::equal: return equal(f, state);
    case formula::kind::unequal: return opposite(equal(f, state));
    case formula::kind::all: return truth_of_parts(f, truth::no, state);
    case formula::kind::any: return truth_of_parts(f, truth::yes, state);
    case formula::kind::negation: return opposite(truth_of(f.parts.front(), state));
    case formula::kind::truth: break;
    }
    return f.value ? truth::yes : truth::no;
}

} // namespace wbsync::litmus
