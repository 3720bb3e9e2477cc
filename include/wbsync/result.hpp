// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/counters.hpp>
#include <wbsync/engine/memory_kind.hpp>
#include <wbsync/engine/trace.hpp>
#include <wbsync/limit.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace wbsync {

enum class verdict : std::uint8_t {
    verified,   ///< the whole space of the bounded model was seen, and no property failed
    finding,    ///< a property failed; see `what` and `counterexample`
    incomplete, ///< a limit was hit before the end: nothing is known about the rest
    vacuous,    ///< the whole space was seen, but nothing in it could have failed; see `vacuity`
};

constexpr const char* name_of(verdict v) noexcept {
    switch (v) {
    case verdict::verified: return "verified";
    case verdict::finding: return "finding";
    case verdict::vacuous: return "vacuous";
    default: return "incomplete";
    }
}

constexpr const char* name_of(engine::memory_kind m) noexcept {
    return engine::registered(m).word;
}

/// The result of check(). There is no conversion to bool: ask for the verdict that you expect.
struct [[nodiscard]] result : counters {
    verdict outcome = verdict::incomplete;
    finding what;         ///< valid if outcome is `finding`
    trace counterexample; ///< valid if outcome is `finding`
    std::string schedule; ///< valid if outcome is `finding`; see options::replay
    limit_hit limit;      ///< the first limit that was hit, or none; see report::text_of()
    std::string vacuity;  ///< valid if outcome is `vacuous`: why, and what to do about it
    engine::memory_kind memory = engine::default_memory;
    /// The explored share of the search: 1, or an estimate if there was a limit; less than 0 if it
    /// is not known, as for a replay.
    double explored = -1;
    std::string resume; ///< file that the search was saved to, see options::resume
    /// A bit for each of options::weaken: it made some place order less.
    std::uint64_t weakened = 0;
    double seconds = 0;

    [[nodiscard]] bool verified() const noexcept { return outcome == verdict::verified; }
    /// There are two or more threads, and no object that two of them touched; or there is no
    /// property, wait, lock or anything else that can fail. options::accept_vacuous makes it
    /// `verified`.
    [[nodiscard]] bool vacuous() const noexcept { return outcome == verdict::vacuous; }
    [[nodiscard]] bool incomplete() const noexcept { return outcome == verdict::incomplete; }

    /// Did a property fail whose name or message contains `text`?
    [[nodiscard]] bool found(std::string_view text) const {
        return outcome == verdict::finding && (what.property.find(text) != std::string::npos ||
                                               what.message.find(text) != std::string::npos);
    }
};

} // namespace wbsync
