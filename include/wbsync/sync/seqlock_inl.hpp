// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/sync/seqlock.hpp>

#include <fmt/core.h>

namespace wbsync {

inline std::int64_t read_seqcount_begin(const seqcount_t& s, const site& at) {
    std::int64_t seen = 0;
    s.sequence.value.await([](std::int64_t v) { return v % 2 == 0; }, memory_order::acquire,
                           "read_seqcount_begin", at, &seen);
    return seen;
}

inline bool read_seqcount_retry(const seqcount_t& s, std::int64_t start, const site& at) {
    smp_rmb(at);
    return s.sequence.value.load(memory_order::relaxed, "read_seqcount_retry", at) != start;
}

} // namespace wbsync

namespace wbsync::detail {

inline void step_sequence(seqcount_t& s, bool was_odd, const char* verb, const site& at) {
    const auto before = s.sequence.value.update(plus(1), memory_order::relaxed, verb, at);
    if ((before % 2 != 0) != was_odd)
        violated("misuse",
                 fmt::format("{}({}): {}", verb, s.sequence.value.name().str(),
                             was_odd ? "no writer is inside" : "another writer is inside"),
                 at);
}

} // namespace wbsync::detail

namespace wbsync {

inline void write_seqcount_begin(seqcount_t& s, const site& at) {
    detail::step_sequence(s, false, "write_seqcount_begin", at);
    smp_wmb(at);
}

inline void write_seqcount_end(seqcount_t& s, const site& at) {
    smp_wmb(at);
    detail::step_sequence(s, true, "write_seqcount_end", at);
}

inline void write_seqlock(seqlock_t& s, const site& at) {
    s.lock.lock(part_of("write_seqlock"), at);
    write_seqcount_begin(s.seqcount, at);
}

inline void write_sequnlock(seqlock_t& s, const site& at) {
    write_seqcount_end(s.seqcount, at);
    s.lock.unlock(part_of("write_sequnlock"), at);
}

inline void read_seqbegin_or_lock(seqlock_t& s, std::int64_t& seq, const site& at) {
    if (seq % 2 == 0)
        seq = read_seqbegin(s, at);
    else
        read_seqlock_excl(s, at);
}

} // namespace wbsync
