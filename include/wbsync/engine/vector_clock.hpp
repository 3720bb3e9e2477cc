// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wbsync::engine {

/// Most threads of one model, daemons included. Every clock has room for that many.
inline constexpr int max_threads = 32;

using thread_id = int;

/// A set of threads: bit t for thread t.
using thread_set = std::uint32_t;

constexpr thread_set only(thread_id t) noexcept {
    return thread_set{1} << t;
}

/// Logical time of one thread. Signed and 16 bits wide, because that is what one packed maximum
/// instruction of baseline x86-64 works on; `max_depth` keeps every clock below the end.
using timestamp = std::int16_t;

inline constexpr timestamp never = 0x7fff;

/// One value for each thread.
template <class T>
class per_thread {
public:
    T& operator[](thread_id t) noexcept { return of_[static_cast<std::size_t>(t)]; }
    const T& operator[](thread_id t) const noexcept { return of_[static_cast<std::size_t>(t)]; }
    void fill(const T& value) { of_.fill(value); }

private:
    std::array<T, max_threads> of_{};
};

/// A Lamport/Mattern vector clock over the threads of one model. Operations work on blocks of eight
/// threads, and on no more of them than the model at hand needs.
///
/// Every operation is O(threads / 8): one or two packed instructions for a block. serve() must be
/// called before the first clock of an execution is used. It holds for all clocks of the process,
/// so checks do not run side by side (search::turn).
class vector_clock {
public:
    vector_clock() noexcept : at_{} {}
    vector_clock(const vector_clock& other) noexcept { *this = other; } // NOLINT: what is in use
    vector_clock& operator=(const vector_clock& other) noexcept {
        put(0, other.get(0)); // most models have no more threads than that
        for (std::size_t b = 1; b < blocks_; ++b)
            put(b, other.get(b));
        return *this;
    }
    ~vector_clock() = default;

    /// From now on clocks are for a model with that many threads. Components beyond that are
    /// undefined.
    static void serve(int threads) noexcept {
        blocks_ = (static_cast<std::size_t>(threads) + width - 1) / width;
    }

    timestamp operator[](thread_id t) const noexcept { return at_[static_cast<std::size_t>(t)]; }
    timestamp& operator[](thread_id t) noexcept { return at_[static_cast<std::size_t>(t)]; }

    /// Least upper bound, by component.
    void join(const vector_clock& other) noexcept {
        join_block(0, other);
        for (std::size_t b = 1; b < blocks_; ++b)
            join_block(b, other);
    }

    /// Is the event that thread `t` performed at time `when` in this clock's past?
    [[nodiscard]] bool covers(thread_id t, timestamp when) const noexcept {
        return (*this)[t] >= when;
    }

    /// Is some component at most that of `other`?
    [[nodiscard]] bool any_within(const vector_clock& other) const noexcept {
        std::uint64_t any = 0;
        for (std::size_t b = 0; b != blocks_; ++b) {
            const auto within = get(b) <= other.get(b);
            std::uint64_t halves[2];
            std::memcpy(halves, &within, sizeof halves);
            any |= halves[0] | halves[1];
        }
        return any != 0;
    }

    void fill(timestamp value) noexcept {
        put(0, block{} + value);
        for (std::size_t b = 1; b < blocks_; ++b)
            put(b, block{} + value);
    }

private:
    static constexpr std::size_t width = 8;
    using block = timestamp __attribute__((vector_size(width * sizeof(timestamp))));

    [[nodiscard]] block get(std::size_t b) const noexcept {
        block value;
        std::memcpy(&value, at_.data() + b * width, sizeof value);
        return value;
    }
    void put(std::size_t b, block value) noexcept {
        std::memcpy(at_.data() + b * width, &value, sizeof value);
    }

    void join_block(std::size_t b, const vector_clock& other) noexcept {
        const block mine = get(b);
        const block theirs = other.get(b);
        put(b, mine < theirs ? theirs : mine);
    }

    static inline constinit std::size_t blocks_ = max_threads / width;

    alignas(block) std::array<timestamp, max_threads> at_;
};

} // namespace wbsync::engine
