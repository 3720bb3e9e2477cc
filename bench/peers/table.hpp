// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/peers/chase_lev.hpp"
#include "bench/peers/circular_buffer.hpp"
#include "bench/peers/compare_exchange.hpp"
#include "bench/peers/loads_and_stores.hpp"
#include "bench/peers/locks.hpp"
#include "bench/peers/ms_queue.hpp"
#include "bench/peers/mutual_exclusion.hpp"
#include "bench/peers/needed.hpp"
#include "bench/peers/qspinlock.hpp"
#include "bench/peers/rings.hpp"
#include "bench/peers/treiber.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bench::peers {

/// A program of one size.
struct row {
    std::string_view program;
    int size;
    memory_kind memory;
    needed genmc;             ///< 0.11, --sc or --rc11
    needed nidhugg;           ///< --optimal; under sc only
    std::uint64_t executions; ///< of wbsync, exactly, without those that end in a failed round

    result (*check)(const options&, int);

    /// Is it quick enough for a test?
    [[nodiscard]] bool quick() const { return executions <= 80'000; }

    /// The number that we want to be close to: GenMC's complete executions, or all of Nidhugg's. 0:
    /// not known.
    [[nodiscard]] std::uint64_t better_peer() const {
        if (genmc.known() && nidhugg.known())
            return std::min(genmc.complete, nidhugg.total());
        return genmc.known() ? genmc.complete : nidhugg.total();
    }
};

template <class Program>
result check_program(const options& with, int size) {
    return check<Program>(with, size);
}

/// Accepts programs without a property that could fail: they are only counted.
inline options to_count(memory_kind memory) {
    options with;
    with.jobs = 1; // times are those of one core
    with.memory = memory;
    with.accept_vacuous = true;
    return with;
}

/// Programs with a compare-and-exchange that can fail: exactly as many executions as the peers.
inline std::vector<row> failed_exchanges() {
    constexpr auto sc = memory_kind::sc;
    return {
        {"cas_p", 8, sc, {8}, {8}, 8, check_program<cas_p>},
        {"wcas", 7, sc, {449}, {449}, 449, check_program<wcas>},
        {"casrot", 9, sc, {8'597}, {8'597}, 8'597, check_program<casrot>},
        {"casw", 4, sc, {1'200}, {1'200}, 1'200, check_program<casw>},
        {"chase-lev", 3, sc, {232'957}, {232'957}, 232'957, check_program<chase_lev>},
        {"buf_ring", 4, sc, {187'160}, {187'160}, 187'160, check_program<buf_ring>},
    };
}

/// Programs with a loop that tries again or waits, or with a lock.
inline std::vector<row> loops() {
    constexpr auto sc = memory_kind::sc;
    return {
        {"treiber", 3, sc, {666, 120}, {666, 120}, 114, check_program<treiber>},
        {"treiber_rw", 3, sc, {3'600, 4'314}, {3'600, 4'314}, 624, check_program<treiber_rw>},
        {"ms_queue", 2, sc, {114, 64}, {178}, 58, check_program<ms_queue>},
        {"ms_queue", 3, sc, {342'306, 366'907}, too_long, 23'346, check_program<ms_queue>},
        {"qspinlock", 3, sc, {234, 138}, {330, 444}, 330, check_program<qspinlock>},
        {"conf_loop", 2, sc, {6'840, 3'572}, {6'840, 3'572}, 6'840, check_program<conf_loop>},
        {"mpmc", 2, sc, {284, 554}, {1'536, 10'920}, 284, check_program<mpmc>},
        {"ttaslock", 4, sc, {576, 1'590}, {576}, 576, check_program<ttaslock>},
        {"seqlock_atomic", 2, sc, {18, 110}, {18, 182}, 18, check_program<seqlock_atomic>},
        {"linuxrwlocks", 2, sc, {14, 20}, {86}, 10, check_program<linuxrwlocks>},
        {"linuxrwlocks", 3, sc, {690, 2'790}, too_long, 318, check_program<linuxrwlocks>},
        {"linuxrwlocks_r", 3, sc, {216, 348}, {164'136}, 96, check_program<linuxrwlocks_r>},
        {"circular_buffer", 9, sc, {48'620}, {}, 48'620, check_program<circular_buffer>},
        {"szymanski", 2, sc, {22'945}, {}, 22'945, check_program<szymanski>},
        {"szymanski_waits", 2, sc, {}, {}, 1'522, check_program<szymanski_waits>},
        {"parker", 10, sc, {3'716, 1'707}, {}, 3'846, check_program<parker>},
    };
}

/// Compared with GenMC's rc11. Our weak memory is not exactly that, so neither are the numbers.
inline std::vector<row> weak() {
    constexpr auto weak = memory_kind::weak;
    return {
        {"fib_bench", 5, weak, {525'630}, {}, 525'630, check_program<fib_bench>},
        {"eratosthenes", 9, weak, {414'738}, {}, 173'274, check_program<eratosthenes>},
        {"big0", 1, weak, {2'950'753}, {}, 2'950'753, check_program<big0>},
        {"chase-lev", 3, weak, {306'706}, {}, 306'706, check_program<chase_lev>},
        {"buf_ring", 4, weak, {1'451'440}, {}, 1'451'440, check_program<buf_ring>},
    };
}

/// Smaller programs, with the numbers that GenMC's own tests expect (expected.sc.mo.in): exactly as
/// many.
inline std::vector<row> smaller() {
    constexpr auto sc = memory_kind::sc;
    const auto both = [](std::string_view what, int size, std::uint64_t n, auto check) {
        return row{what, size, sc, {n}, {}, n, check};
    };
    return {
        both("cas_p", 5, 5, check_program<cas_p>),
        both("wcas", 9, 2'305, check_program<wcas>),
        both("casrot", 8, 2'048, check_program<casrot>),
        both("casw", 3, 66, check_program<casw>),
        both("chase-lev", 1, 59, check_program<chase_lev>),
        both("qspinlock", 2, 6, check_program<qspinlock>),
        both("eratosthenes", 5, 398, check_program<eratosthenes>),
        both("big0", 0, 69'112, check_program<big0>),
    };
}

} // namespace bench::peers
