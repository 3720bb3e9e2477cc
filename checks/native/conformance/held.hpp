// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <array>

namespace conformance {

/// How a thread holds each of two locks, as far as careful scripts have to know. Each thread looks
/// at its own.
class held {
public:
    enum how : std::uint8_t { no, as_reader, yes };

    [[nodiscard]] how& of(const call& c) { return by_[c.thread][static_cast<std::size_t>(c.i)]; }
    [[nodiscard]] how of(std::size_t thread, std::size_t i) const { return by_[thread][i]; }

    /// Does the thread hold none that a lock must not be taken under? The order is a, b.
    [[nodiscard]] bool none_after(const call& c) const {
        for (auto i = static_cast<std::size_t>(c.i); i != 2; ++i)
            if (by_[c.thread][i] != no)
                return false;
        return true;
    }

    /// Is it to be left out? The native platform does not watch the order of locks: they are
    /// always taken in that order.
    [[nodiscard]] bool refuses(const call& c, how needed) {
        if (needed == no)
            return c.careful ? !none_after(c) : wrong_order(c);
        return c.careful && of(c) != needed;
    }
    [[nodiscard]] bool wrong_order(const call& c) const {
        return c.i == 0 && by_[c.thread][0] == no && by_[c.thread][1] != no;
    }

private:
    std::array<std::array<how, 2>, most_threads> by_{};
};

/// Takes a lock, or gives one back, of two.
template <class Objects, class F>
operation_on<Objects> lock_op(const char* name, held::how before, held::how after, F f) {
    return op<Objects>(name, [before, after, f](Objects& o, const call& c) {
        if (o.by.refuses(c, before))
            return left_out;
        if constexpr (std::is_same_v<std::invoke_result_t<F, Objects&, const call&>, bool>) {
            if (!f(o, c))
                return std::int64_t{0};
        } else {
            f(o, c);
        }
        o.by.of(c) = after;
        return std::int64_t{1};
    });
}

} // namespace conformance
