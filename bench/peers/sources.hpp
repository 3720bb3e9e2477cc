// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/table.hpp"

#include <array>
#include <cstddef>
#include <string_view>

/// Where the peers have the programs of the table. Included are only those that are the same
/// program of the same size, which GenMC 0.11 confirmed by reporting the numbers of the table. For
/// ms_queue 3, qspinlock 3 and buf_ring 4 it reported others. {} in the words stands for the size.
namespace bench::peers {

inline constexpr int any_size = -1;

struct source {
    std::string_view program;
    int size;
    std::string_view file;
    std::string_view compiler = ""; ///< words for the compiler
    std::string_view checker = "";  ///< words for the checker
};

/// In tests/correct of GenMC. Without -disable-ipr, which its own message recommends, it reports a
/// false error in ttaslock.
inline constexpr std::array genmc_sources{
    source{"cas_p", any_size, "synthetic/cas/variants/cas0.c", "-DN={}"},
    source{"wcas", any_size, "synthetic/wcas/variants/wcas0.c", "-DN={}"},
    source{"casrot", any_size, "synthetic/casrot/variants/casrot0.c", "-DN={}"},
    source{"casw", any_size, "synthetic/casw/variants/casw0.c", "-DN={}"},
    source{"chase-lev", any_size, "data-structures/chase-lev/variants/chase-lev0.c",
           "-DCONFIG_DEQ_STEALERS={}", "-disable-race-detection"},
    source{"treiber", any_size, "data-structures/treiber-stack/variants/main0.c",
           "-DCONFIG_STACK_WRITERS={} -DCONFIG_STACK_READERS=1"},
    source{"treiber_rw", any_size, "data-structures/treiber-stack/variants/main0.c",
           "-DCONFIG_STACK_WRITERS=0 -DCONFIG_STACK_READERS=0 -DCONFIG_STACK_RDWR={}"},
    source{"ms_queue", 2, "data-structures/ms-queue/variants/main0.c",
           "-DCONFIG_QUEUE_WRITERS=0 -DCONFIG_QUEUE_READERS=0 -DCONFIG_QUEUE_RDWR={}",
           "-disable-spin-assume"},
    source{"qspinlock", 2, "data-structures/qspinlock/variants/main0.c",
           "-Idata-structures/qspinlock -Idata-structures/mcs_spinlock -DN={}"},
    source{"mpmc", 2, "data-structures/mpmc-queue/variants/main0.c",
           "-DCONFIG_MPMC_WRITERS={} -DCONFIG_MPMC_READERS={}"},
    source{"ttaslock", any_size, "data-structures/ttaslock/variants/ttaslock0.c", "-DN={}",
           "-disable-ipr"},
    source{"seqlock_atomic", any_size, "data-structures/seqlock-atomic/variants/main0.c",
           "-Idata-structures/seqlock-atomic -DCONFIG_SEQ_READERS={} -DCONFIG_SEQ_WRITERS={}"},
    source{"linuxrwlocks", any_size, "data-structures/linuxrwlocks/variants/linuxrwlocks0.c",
           "-DCONFIG_RWLOCK_WRITERS=0 -DCONFIG_RWLOCK_READERS=0 -DCONFIG_RWLOCK_RDWR={}"},
    source{"linuxrwlocks_r", any_size, "data-structures/linuxrwlocks/variants/linuxrwlocks0.c",
           "-DCONFIG_RWLOCK_WRITERS=1 -DCONFIG_RWLOCK_READERS={}"},
    source{"fib_bench", any_size, "synthetic/fib_bench/variants/fib_bench0.c", "-DNUM={}"},
    source{"eratosthenes", any_size, "synthetic/eratosthenes/variants/eratosthenes0.c", "-DN={}"},
    source{"big0", 0, "synthetic/big0/variants/big00.c"},
    source{"big0", 1, "synthetic/big1/variants/big10.c"},
};

/// In the benchmarks of Nidhugg.
inline constexpr std::array nidhugg_sources{
    source{"casrot", any_size, "from_RCMC/casrot.c", "-DN={}"},
    source{"casw", any_size, "from_RCMC/casw.c", "-DN={}"},
    source{"circular_buffer", any_size, "from_SCTBench/circular_buffer.c", "-DN={}"},
    source{"szymanski", 2, "SV-COMP/szymanski.c"},
    source{"parker", any_size, "from_RFSC/benchmarks/asserts/from_DCDPOR/parker.c", "-DN={}"},
};

/// The source for a row, or nullptr.
template <std::size_t N>
const source* find_source(const std::array<source, N>& all, const row& r) {
    for (const source& s : all)
        if (s.program == r.program && (s.size == any_size || s.size == r.size))
            return &s;
    return nullptr;
}

} // namespace bench::peers
