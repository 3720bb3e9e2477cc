// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>

namespace wbsync::engine {

/// Threads of one model, daemons included. Every clock has room for that many.
inline constexpr int max_threads = 16;

using thread_id = int;

/// Set of threads, bit t for thread t.
using thread_set = std::uint32_t;

constexpr thread_set only(thread_id t) noexcept {
    return thread_set{1} << t;
}

/// Logical time of one thread. Signed and 16 bits wide, because that is what one packed maximum
/// instruction of baseline x86-64 works on; `max_depth` keeps every clock below the end.
using timestamp = std::int16_t;

inline constexpr timestamp never = 0x7fff;

/// Something for each thread.
template <class T>
class per_thread {
public:
    T& operator[](thread_id t) noexcept { return of_[static_cast<std::size_t>(t)]; }
    const T& operator[](thread_id t) const noexcept { return of_[static_cast<std::size_t>(t)]; }

private:
    std::array<T, max_threads> of_{};
};

/// A Lamport/Mattern vector clock over the threads of one model.
class alignas(16) vector_clock {
public:
    timestamp operator[](thread_id t) const noexcept { return at_[static_cast<std::size_t>(t)]; }
    timestamp& operator[](thread_id t) noexcept { return at_[static_cast<std::size_t>(t)]; }

    /// Least upper bound, componentwise.
    void join(const vector_clock& other) noexcept {
        for (std::size_t i = 0; i != at_.size(); ++i)
            at_[i] = at_[i] < other.at_[i] ? other.at_[i] : at_[i];
    }

    /// Is the event that thread `t` performed at time `when` in this clock's past?
    [[nodiscard]] bool covers(thread_id t, timestamp when) const noexcept {
        return (*this)[t] >= when;
    }

    void fill(timestamp value) noexcept { at_.fill(value); }

private:
    std::array<timestamp, max_threads> at_{};
};

} // namespace wbsync::engine
