// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <new>
#include <type_traits>
#include <vector>

namespace wbsync::engine {

/// Indices into read_options, as a set.
using store_choices = std::uint64_t;

/// At most this many stores are considered for one load; an execution in which there were more is
/// reported as cut short.
inline constexpr int max_history = 64;

/// A store that a load may read; the last one of a run of additions stands for the whole run. If it
/// is `late` it reads none, as yet, and `index` is that of the store after which a
/// read-modify-write puts its own.
struct read_option {
    int index;
    std::uint64_t key; ///< names the option in all equivalent executions; 0: the newest store
    std::int64_t value;
    bool late = false;
};

/// A condition on values, without its type: the code that looks for stores is compiled once, not
/// for every lambda of a model. Refers to the condition, which must live as long.
///
/// Costs an indirect call.
class value_condition {
public:
    template <class Condition>
    explicit value_condition(const Condition& c)
        : of_(&c), call_([](const void* f, std::int64_t v) {
              return static_cast<bool>((*static_cast<const Condition*>(f))(v));
          }) {}

    bool operator()(std::int64_t value) const { return call_(of_, value); }

private:
    const void* of_;
    bool (*call_)(const void*, std::int64_t);
};

/// A copy of such a condition, which holds no more than two numbers, for later.
class kept_condition {
public:
    template <class Condition>
    requires std::is_trivially_copyable_v<Condition>
    explicit kept_condition(const Condition& c)
        : call_([](const void* f, std::int64_t v) {
              return static_cast<bool>((*static_cast<const Condition*>(f))(v));
          }) {
        static_assert(sizeof(Condition) <= sizeof(of_) && alignof(Condition) <= alignof(word));
        new (of_.data()) Condition(c);
    }

    bool operator()(std::int64_t value) const { return call_(of_.data(), value); }

private:
    using word = std::int64_t;
    std::array<word, 2> of_{};
    bool (*call_)(const void*, std::int64_t);
};

inline constexpr auto any_value = [](std::int64_t) { return true; };

/// What a load may read; the newest store first.
using read_options = std::vector<read_option>;

/// A load may return `value` late.
read_option late_option(std::int64_t value);
/// And so may a read-modify-write that puts its store at `place`.
read_option late_option(const read_option& place, std::int64_t value);

store_choices all_choices(const read_options& options);

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/read_options_inl.hpp>
#endif
