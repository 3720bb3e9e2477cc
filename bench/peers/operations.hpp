// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

/// Programs of other checkers, rewritten operation for operation. Their operations are those of the
/// tests of GenMC v0.11.0 (github.com/MPI-SWS/genmc, tests/correct) and the benchmarks of Nidhugg
/// (github.com/nidhugg/nidhugg, benchmarks). Each is a model that is built from a size.
///
/// Relaxed, acquire and release are as in the originals. A sequentially consistent fence is
/// smp_mb(), a sequentially consistent compare-and-exchange the fully ordered one. Non-atomic
/// accesses are relaxed atomics here, events as they are there, or plain<T> if a lock orders them.
///
/// A loop that only waits is await(), and a loop that tries again is retry_until(): the peers' own
/// tools turn these into assumptions, and so count failures as blocked. Each round loads again
/// here, even where the C code goes on with the value that a failed compare-and-exchange saw. An
/// explicit assumption of the originals ends the thread here if it does not hold.
namespace bench::peers {

using namespace wbsync;

/// A compare-and-exchange with acquire and release.
inline std::int64_t cmpxchg_acq_rel(atomic_t& v, std::int64_t old, std::int64_t value,
                                    const site& at = site::here()) {
    return wbsync::detail::compare_exchange(v, old, value, memory_order::acq_rel,
                                            wbsync::detail::compare_as_named,
                                            "atomic_cmpxchg_acq_rel", at);
}

/// Variables by number: x[0], x[1], …
class atomics {
public:
    atomics(const char* name, int n, std::int64_t initial = 0) {
        for (int i = 0; i != n; ++i)
            all_.emplace_back(label{name, i}, initial);
    }
    atomic_t& operator[](std::int64_t i) { return all_.at(static_cast<std::size_t>(i)); }

private:
    std::deque<atomic_t> all_;
};

} // namespace bench::peers
