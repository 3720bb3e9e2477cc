// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

namespace wbsync {

/// What an operation, or a part of it, orders. The first four are those of engine::memory_order.
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

/// `asked`, or `left` if that is less.
constexpr ordering weaker(ordering asked, ordering left) noexcept {
    const bool half_access = left == ordering::acquire || left == ordering::release;
    const bool half_fence = left == ordering::read_fence || left == ordering::write_fence;
    const bool is_less = left == ordering::relaxed || (asked == ordering::acq_rel && half_access) ||
                         (asked == ordering::full_fence && half_fence);
    return is_less ? left : asked;
}

/// A place in a source that asks for an order: an access that is no relaxed one, a fence, or one of
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
    [[nodiscard]] std::string str() const {
        return fmt::format("{}:{} in {}: {}, {}{}", file, line, function, verb, name_of(asked),
                           part.empty() ? "" : fmt::format(" {} it", part));
    }
};

/// All places that executions came to.
using ordering_table = std::set<ordering_place>;

/// Places that are to order less than they ask for. What is empty, or 0, is the same for all.
struct weakening {
    std::string file = {}; ///< without its folders
    unsigned line = 0;
    std::string function = {};
    std::string verb = {};
    std::string part = {};
    ordering left = ordering::relaxed; ///< what they order then, if that is less

    [[nodiscard]] bool is_of(const ordering_place& p) const {
        const auto same = [](const std::string& wanted, const std::string& is) {
            return wanted.empty() || wanted == is;
        };
        return same(file, p.file) && (line == 0 || line == p.line) && same(function, p.function) &&
               same(verb, p.verb) && same(part, p.part);
    }

    /// "isw.hpp:42 in release_work: atomic_dec_and_test, before: nothing".
    [[nodiscard]] std::string str() const {
        const auto or_any = [](const std::string& s) { return s.empty() ? "any" : s.c_str(); };
        return fmt::format("{}:{} in {}: {}, {}: {}", or_any(file),
                           line == 0 ? "any" : fmt::format("{}", line), or_any(function),
                           or_any(verb), or_any(part), name_of(left));
    }
};

/// A number for them, to tell schedules under different ones apart; 0: there are none.
inline std::uint32_t key_of(const std::vector<weakening>& all) {
    if (all.empty())
        return 0;
    std::uint32_t key = 2166136261; // FNV-1a
    for (const weakening& w : all)
        for (const char c : w.str() + '\n')
            key = (key ^ static_cast<unsigned char>(c)) * 16777619;
    return key | 1;
}

namespace engine {

/// Decides what each place orders. An execution without one gives each what it asks for
/// (execution::ordered()).
class ordering_policy {
public:
    /// `seen`: is told each place; nullptr: nobody wants to know. Both must outlive it. At most 64
    /// weakenings.
    ordering_policy(const std::vector<weakening>& weakened, ordering_table* seen)
        : weakened_(weakened), seen_(seen) {}

    /// O(1) for a place that was asked for before.
    ordering decide(const site& at, const char* verb, const char* part, ordering asked) {
        const auto [known, is_new] =
            known_.try_emplace(key{at.file, at.function, verb, part, at.line, asked}, asked);
        if (is_new)
            known->second = decide(place_of(at, verb, part, asked));
        return known->second;
    }

    /// A bit for each weakening: has it changed what a place orders?
    [[nodiscard]] std::uint64_t applied() const noexcept { return applied_; }

private:
    struct key {
        const char* file;
        const char* function;
        const char* verb;
        const char* part;
        unsigned line;
        ordering asked;

        friend bool operator==(const key&, const key&) = default;
    };
    struct hash {
        std::size_t operator()(const key& k) const noexcept {
            std::size_t h = k.line * 8U + static_cast<unsigned>(k.asked);
            for (const char* text : {k.file, k.function, k.verb, k.part})
                h = h * 31 + std::hash<const void*>{}(text);
            return h;
        }
    };

    static ordering_place place_of(const site& at, const char* verb, const char* part,
                                   ordering asked) {
        const std::string_view path{at.file};
        const auto slash = path.find_last_of('/');
        return {std::string{slash == path.npos ? path : path.substr(slash + 1)},
                at.line,
                at.function,
                verb,
                part,
                asked};
    }

    ordering decide(const ordering_place& p) {
        if (seen_ != nullptr)
            seen_->insert(p);
        ordering gets = p.asked;
        for (std::size_t i = 0; i != weakened_.size(); ++i) {
            const ordering left = weakened_[i].is_of(p) ? weaker(gets, weakened_[i].left) : gets;
            if (left != gets)
                applied_ |= std::uint64_t{1} << i;
            gets = left;
        }
        return gets;
    }

    const std::vector<weakening>& weakened_;
    ordering_table* seen_;
    std::unordered_map<key, ordering, hash> known_;
    std::uint64_t applied_ = 0;
};

} // namespace engine

} // namespace wbsync
