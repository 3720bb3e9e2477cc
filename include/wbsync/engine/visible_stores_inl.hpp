// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/visible_stores.hpp>
#include <wbsync/linkage.hpp>

namespace wbsync::engine {

WBSYNC_INLINE void visible_stores::list_places(const view& now, const location& x,
                                               const store_past& past, read_options& out) {
    out.clear();
    out.push_back({x.newest(), 0, 0});
    psc_veto veto(psc_, now.fences, nothing_gone{});
    std::uint64_t key = 0;
    for (int i = x.newest(); i > 0; --i) {
        const store_record& s = x.at(i);
        if (!may_pass_over(now, s, x.inserted ? store_past{} : past) ||
            veto.forbids(x, i, x.newest()))
            return;
        key += hash(s.thread, s.seq);
        if (s.follows)
            continue;
        if (is_full(out))
            return;
        out.push_back({i - 1, key, x.at(i - 1).value});
    }
}

WBSYNC_INLINE bool visible_stores::may_pass_over(const view& now, const store_record& s,
                                                 const store_past& past) const {
    return (mutated(mutant::read_backwards) ? !now.clock.covers(s.thread, s.epoch)
                                            : !s.is_known_by(now)) &&
           (mutated(mutant::every_old_store) || past.holds(s));
}

WBSYNC_INLINE bool visible_stores::is_full(const read_options& out) {
    const bool full = static_cast<int>(out.size()) == max_history;
    history_cut_ = history_cut_ || full;
    return full;
}

WBSYNC_INLINE std::uint64_t visible_stores::hash(thread_id t, timestamp seq) {
    auto h = (static_cast<std::uint64_t>(t) << 16 | static_cast<std::uint16_t>(seq)) + 1;
    h *= 0x9e3779b97f4a7c15; // splitmix64
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
    h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
    return h ^ (h >> 31);
}

} // namespace wbsync::engine
