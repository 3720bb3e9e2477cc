// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/operation.hpp>
#include <wbsync/engine/vector_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace wbsync::engine {

/// One thing that a model did.
struct mark {
    enum class kind : std::uint8_t {
        name,  ///< it declared a thread; the value stands for its name
        step,  ///< an operation on an object
        value, ///< what the operation read or stored
        local, ///< a plain access, or a fence
    };

    kind what = kind::step;
    access_class access = access_class::none;
    object_id object = 0;
    thread_id thread = -1;
    step_index step = 0; ///< steps before this mark
    std::int64_t value = 0;
    const char* verb = "";
    site where;
};

/// What a model did in one execution, to see whether it does the same when that execution is run
/// again. The engine repeats the execution exactly, so a difference comes from something else.
///
/// Values may be addresses, which differ without meaning. So large values, and all that are not
/// shown as numbers, only have to be equal where they were equal before.
///
/// record() or compare() come before the execution, rewind() at its beginning. A mark costs O(1),
/// or O(log n) if it is one of n addresses.
class footprint {
public:
    /// The next execution is written down.
    void record();

    /// The next execution is compared with the one that was written down.
    void compare();

    /// The execution begins once more, because it needs more fibers.
    void rewind();

    /// False: the mark differs from expected(), the one recorded; nullptr if none was.
    bool add(const mark& m, bool opaque);

    [[nodiscard]] bool comparing() const noexcept { return comparing_; }
    [[nodiscard]] const mark* expected() const noexcept {
        return compared_ == marks_.size() ? nullptr : &marks_[compared_];
    }

private:
    static constexpr std::size_t most_marks = 100'000; ///< later marks are not compared
    static constexpr std::uint64_t first_page = 4096;
    static constexpr std::uint64_t int_max = 0x7fff'ffff;

    bool same(const mark& a, const mark& b, bool opaque);

    bool stands_for(std::int64_t a, std::int64_t b, bool opaque);

    std::vector<mark> marks_;
    bool comparing_ = false;
    bool is_full_ = false; ///< marks were left out
    std::size_t compared_ = 0;
    std::map<std::int64_t, std::int64_t> there_; ///< which value now stands for which one then
    std::map<std::int64_t, std::int64_t> back_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/footprint_inl.hpp>
#endif
