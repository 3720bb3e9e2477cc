// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/script.hpp"

#include <wbsync/wbsync.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace conformance {

/// The result of an operation that returns nothing.
inline constexpr std::int64_t no_result = std::numeric_limits<std::int64_t>::min();
/// The result of an operation that was left out because it would have been misuse.
inline constexpr std::int64_t left_out = -77;

/// A line of a script while it is executed, with its arguments and its thread.
struct call : line {
    std::size_t thread = 0;
    bool careful = true;
    bool alone = true; ///< there is no other thread
};

/// One kind of operation on objects of type `Objects`.
template <class Objects>
struct operation_on {
    const char* name;
    std::function<std::int64_t(Objects&, const call&)> run;
    bool returns;        ///< does it have a result?
    bool alone = false;  ///< not in scripts of two threads
    bool silent = false; ///< leaving it out cannot be noticed: a barrier, a hint
};

template <class Objects>
using operations_on = std::vector<operation_on<Objects>>;

template <class Objects, class F>
inline constexpr bool returns = !std::is_void_v<std::invoke_result_t<F, Objects&, const call&>>;

/// Makes an operation from a function with any result.
template <class Objects, class F>
operation_on<Objects> op(const char* name, F f) {
    return {name,
            [f](Objects& o, const call& c) -> std::int64_t {
                if constexpr (returns<Objects, F>)
                    return static_cast<std::int64_t>(f(o, c));
                f(o, c);
                return no_result;
            },
            returns<Objects, F>};
}
template <class Objects>
operation_on<Objects> alone(operation_on<Objects> o) {
    o.alone = true;
    return o;
}
template <class Objects>
operation_on<Objects> silent(operation_on<Objects> o) {
    o.silent = true;
    return o;
}

/// One of two.
template <class T>
T& one_of(T& first, T& second, int i) {
    return i == 0 ? first : second;
}

/// Values at the end of a script.
using values = std::vector<std::int64_t>;

} // namespace conformance
