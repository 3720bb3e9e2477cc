// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "arithmetic.hpp"
#include "ast.hpp"

#include <cstddef>
#include <cstdint>

namespace wbsync::litmus {

/// The condition of a wait, for one value of its load, which is also the value of the register
/// `target`. It has no accesses. `value_of` is called with the number of each other register in it.
template <class ValueOf>
std::int64_t wait_condition(const expression& e, int target, std::int64_t loaded,
                            const ValueOf& value_of) {
    const auto part = [&](std::size_t i) {
        return wait_condition(e.args[i], target, loaded, value_of);
    };
    switch (e.what) {
    case expression::kind::number: return e.number;
    case expression::kind::address: return address_of(e.index);
    case expression::kind::awaited: return loaded;
    case expression::kind::reg: return e.index == target ? loaded : value_of(e.index);
    case expression::kind::unary: return apply(e.op, part(0));
    case expression::kind::binary: return apply(e.op, part(0), part(1));
    default: return 0;
    }
}

} // namespace wbsync::litmus
