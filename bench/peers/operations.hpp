// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

/// Programs of other checkers, written anew operation for operation. What they do is from the tests
/// of GenMC v0.11.0 (github.com/MPI-SWS/genmc, tests/correct) and the benchmarks of Nidhugg
/// (github.com/nidhugg/nidhugg, benchmarks). Each is a model that is built from a size.
///
/// Relaxed, acquire and release are as there. A sequentially consistent fence is smp_mb(), a
/// sequentially consistent compare-and-exchange the fully ordered one. What they access without an
/// atomic is a relaxed atomic here, an event as it is there, or plain<T> if a lock orders it.
///
/// A loop that only waits is await(), and one that tries again retry_until(): the peers' own tools
/// make assumptions of these, and so count what fails as blocked. Each round looks for itself, also
/// where the C code goes on with what a failed compare-and-exchange saw. What they assume in words
/// ends the thread here if it is not so.
namespace bench::peers {

using namespace wbsync;

/// Acquire and release.
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
