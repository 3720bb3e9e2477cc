// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <array>

namespace conformance {

/// How a thread holds each of two locks, as far as careful scripts have to know. Each thread has
/// its own.
class held {
public:
    enum how : std::uint8_t { no, as_reader, yes };

    [[nodiscard]] how& of(const call& c) { return by_[c.thread][static_cast<std::size_t>(c.i)]; }
    [[nodiscard]] how of(std::size_t thread, std::size_t i) const { return by_[thread][i]; }

    /// Does the thread hold no lock that must be taken later? The order is a, b.
    [[nodiscard]] bool none_after(const call& c) const {
        for (auto i = static_cast<std::size_t>(c.i); i != 2; ++i)
            if (by_[c.thread][i] != no)
                return false;
        return true;
    }

    /// Must the operation be left out? The native platform does not track the order of locks, so
    /// they are always taken in that order.
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

inline std::int64_t newest(const wbsync::atomic_t& value) {
    return wbsync::atomic_read(value);
}
inline std::int64_t newest(const wbsync::plain<std::int64_t>& value) {
    return value.peek();
}

/// Two locks, what they protect, and who holds them.
template <class Lock, class Value = wbsync::atomic_t>
struct two_locks {
    Lock a{"a"};
    Lock b{"b"};
    Value value{"value"};
    held by;

    [[nodiscard]] Lock& at(const call& c) { return one_of(a, b, c.i); }
    void end(values& v) const { v.push_back(newest(value)); }

    /// Releases what a thread holds: `unlock` gets the lock, and how the thread holds it.
    template <class F>
    void give_back(std::size_t thread, F unlock) {
        if (by.of(thread, 1) != held::no)
            unlock(b, by.of(thread, 1));
        if (by.of(thread, 0) != held::no)
            unlock(a, by.of(thread, 0));
    }
};

/// Takes or releases one of two locks: `f` gets the lock, and returns false if it was not taken.
template <class Objects, class F>
operation_on<Objects> lock_op(const char* name, held::how before, held::how after, F f) {
    return op<Objects>(name, [before, after, f](Objects& o, const call& c) {
        if (o.by.refuses(c, before))
            return left_out;
        if constexpr (std::is_same_v<decltype(f(o.at(c))), bool>) {
            if (!f(o.at(c)))
                return std::int64_t{0};
        } else {
            f(o.at(c));
        }
        o.by.of(c) = after;
        return std::int64_t{1};
    });
}

template <class Objects, class F>
operation_on<Objects> takes(const char* name, F f) {
    return lock_op<Objects>(name, held::no, held::yes, f);
}
template <class Objects, class F>
operation_on<Objects> gives_back(const char* name, F f) {
    return lock_op<Objects>(name, held::yes, held::no, f);
}

} // namespace conformance
