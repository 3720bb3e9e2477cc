// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/held.hpp"

namespace conformance {

/// A sequence lock, and a bare sequence counter for scripts of one thread.
struct seqlocks {
    static constexpr const char* name = "seqlock_t";

    wbsync::seqlock_t lock{"lock"};
    wbsync::seqcount_t count{"count"};
    wbsync::atomic_t value{"value"};
    std::array<std::int64_t, most_threads> start{}; ///< of the last section that each thread began
    bool writing = false;                           ///< with the bare counter

    [[nodiscard]] std::int64_t& begun(const call& c) { return start[c.thread]; }

    void end(values& v) const {
        v.push_back(wbsync::atomic_read(value));
        v.push_back(wbsync::atomic_read(lock.seqcount.sequence));
        v.push_back(wbsync::atomic_read(count.sequence));
    }

    static operations_on<seqlocks> of_locks();
    static operations_on<seqlocks> of_counters();
    static std::vector<operations_on<seqlocks>> all() { return {of_locks(), of_counters()}; }
};

inline operations_on<seqlocks> seqlocks::of_locks() {
    using namespace wbsync;
    using o = seqlocks;
    return {
        op<o>("write_seqlock",
              [](o& s, const call& c) {
                  write_seqlock(s.lock);
                  WRITE_ONCE(s.value, c.n);
                  write_sequnlock(s.lock);
              }),
        op<o>("read_seqbegin",
              [](o& s, const call& c) { return s.begun(c) = read_seqbegin(s.lock); }),
        op<o>("read_seqretry",
              [](o& s, const call& c) { return read_seqretry(s.lock, s.begun(c)); }),
        op<o>("READ_ONCE(value)", [](o& s, const call&) { return READ_ONCE(s.value); }),
        op<o>("read_seqlock_excl",
              [](o& s, const call&) {
                  read_seqlock_excl(s.lock);
                  const auto n = READ_ONCE(s.value);
                  read_sequnlock_excl(s.lock);
                  return n;
              }),
        op<o>("read_seqbegin_or_lock",
              [](o& s, const call& c) {
                  std::int64_t seq = c.i;
                  read_seqbegin_or_lock(s.lock, seq);
                  const auto n = READ_ONCE(s.value);
                  const bool again = need_seqretry(s.lock, seq);
                  done_seqretry(s.lock, seq);
                  return 100 * n + 10 * seq + (again ? 1 : 0);
              }),
    };
}

inline operations_on<seqlocks> seqlocks::of_counters() {
    using namespace wbsync;
    using o = seqlocks;
    return {
        alone(op<o>("write_seqcount_begin",
                    [](o& s, const call& c) {
                        if (c.careful && s.writing)
                            return left_out;
                        write_seqcount_begin(s.count);
                        s.writing = true;
                        return std::int64_t{1};
                    })),
        alone(op<o>("write_seqcount_end",
                    [](o& s, const call& c) {
                        if (c.careful && !s.writing)
                            return left_out;
                        write_seqcount_end(s.count);
                        s.writing = false;
                        return std::int64_t{1};
                    })),
        alone(op<o>("read_seqcount_begin",
                    [](o& s, const call& c) {
                        return c.careful && s.writing ? left_out
                                                      : s.begun(c) = read_seqcount_begin(s.count);
                    })),
        alone(op<o>("raw_seqcount_begin",
                    [](o& s, const call& c) { return s.begun(c) = raw_seqcount_begin(s.count); })),
        alone(op<o>("read_seqcount_retry",
                    [](o& s, const call& c) { return read_seqcount_retry(s.count, s.begun(c)); })),
    };
}

} // namespace conformance
