// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace wbsync {

/// The order that an operation, or a part of it, imposes. The first four are engine::memory_order.
enum class ordering : std::uint8_t {
    relaxed, ///< nothing
    acquire,
    release,
    acq_rel,
    read_fence,  ///< smp_rmb()
    write_fence, ///< smp_wmb()
    full_fence,  ///< smp_mb()
};

constexpr const char* name_of(ordering o) noexcept {
    switch (o) {
    case ordering::acquire: return "acquire";
    case ordering::release: return "release";
    case ordering::acq_rel: return "acquire and release";
    case ordering::read_fence: return "smp_rmb()";
    case ordering::write_fence: return "smp_wmb()";
    case ordering::full_fence: return "smp_mb()";
    default: return "nothing";
    }
}

/// The weaker one of `asked` and `left`.
constexpr ordering weaker(ordering asked, ordering left) noexcept {
    const bool half_access = left == ordering::acquire || left == ordering::release;
    const bool half_fence = left == ordering::read_fence || left == ordering::write_fence;
    const bool is_less = left == ordering::relaxed || (asked == ordering::acq_rel && half_access) ||
                         (asked == ordering::full_fence && half_fence);
    return is_less ? left : asked;
}

/// A place in a source that asks for an order: an access that is not relaxed, a fence, or one of
/// the two fences of a fully ordered read-modify-write.
struct ordering_place {
    std::string file; ///< without its folders
    unsigned line = 0;
    std::string function;
    std::string verb; ///< "smp_mb", "atomic_dec_and_test", "spin_lock"
    std::string part; ///< "before" and "after" a read-modify-write; empty: the operation itself
    ordering asked = ordering::relaxed;

    friend auto operator<=>(const ordering_place&, const ordering_place&) = default;

    /// "isw.hpp:42 in release_work: atomic_dec_and_test, smp_mb() before it".
    [[nodiscard]] std::string str() const;
};

/// All places that executions have reached.
using ordering_table = std::set<ordering_place>;

/// Places that are to order less than they ask for. A field that is empty, or 0, matches every
/// place.
struct weakening {
    std::string file = {}; ///< without its folders
    unsigned line = 0;
    std::string function = {};
    std::string verb = {};
    std::string part = {};
    ordering left = ordering::relaxed; ///< the order that is left to them, if that is less

    [[nodiscard]] bool is_of(const ordering_place& p) const;
    /// Does the weakening match this place, and does the place then order less?
    [[nodiscard]] bool changes(const ordering_place& p) const {
        return is_of(p) && weaker(p.asked, left) != p.asked;
    }

    /// "isw.hpp:42 in release_work: atomic_dec_and_test, before: nothing".
    [[nodiscard]] std::string str() const;
};

/// A hash of the weakenings, to tell apart schedules under different ones; 0: there are none.
std::uint32_t key_of(const std::vector<weakening>& all);

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/ordering_inl.hpp>
#endif
