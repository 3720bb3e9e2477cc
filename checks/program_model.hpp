// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/random_program.hpp"

#include <wbsync/wbsync.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace fuzz {

/// How an execution of a program ended: how far each thread came, each result, the final values,
/// and what was found.
struct state {
    static constexpr int max_results = 12;

    std::array<std::int16_t, max_program_threads> reached{};
    std::array<std::int16_t, max_results> results{};
    std::array<std::int16_t, max_variables> values{};
    std::string findings;

    friend auto operator<=>(const state&, const state&) = default;
};

/// Where the executions of a program leave how they ended.
struct outcomes {
    state last;
    bool ended = false;
    std::set<state> seen;
};

/// Runs a program.
class program_model {
public:
    program_model(const program* what, const std::vector<int>* order, outcomes* into)
        : program_(*what), order_(*order), into_(*into) {
        state_.results.fill(-1);
    }
    program_model(const program_model&) = delete;
    program_model& operator=(const program_model&) = delete;

    ~program_model() {
        for (std::size_t v = 0; v != x_.size(); ++v)
            state_.values[v] = static_cast<std::int16_t>(x_[v].value.newest());
        into_.last = state_;
        into_.ended = ended_;
    }

    void threads(wbsync::scenario& s) {
        static constexpr std::array<const char*, max_program_threads> names{"P0", "P1", "P2",
                                                                            "P3"};
        for (const int declared : order_) {
            const auto t = static_cast<std::size_t>(declared);
            s.thread(names[t], [this, t] { run(t); });
        }
    }

    void finally() { ended_ = true; }

private:
    void run(std::size_t t) {
        std::int64_t last = 0;
        int result = program_.results_before(t);
        for (const operation& o : program_.threads[t]) {
            const bool skip = o.conditional && last == 0;
            if (!skip) {
                const std::int64_t got = perform(o);
                if (gives_result(o.what)) {
                    last = got;
                    state_.results[static_cast<std::size_t>(result)] =
                        static_cast<std::int16_t>(got);
                }
            }
            if (gives_result(o.what)) ++result;
            ++state_.reached[t];
        }
    }

    std::int64_t perform(const operation& o) {
        using namespace wbsync;
        atomic_t& x = x_[static_cast<std::size_t>(o.variable)];
        const std::int64_t n = o.value;
        switch (o.what) {
        case kind::load: return READ_ONCE(x);
        case kind::load_acquire: return smp_load_acquire(x);
        case kind::store: WRITE_ONCE(x, n); break;
        case kind::store_release: smp_store_release(x, n); break;
        case kind::fetch_add: return atomic_fetch_add(n, x);
        case kind::fetch_add_relaxed: return atomic_fetch_add_relaxed(n, x);
        case kind::fetch_add_acquire: return atomic_fetch_add_acquire(n, x);
        case kind::fetch_add_release: return atomic_fetch_add_release(n, x);
        case kind::xchg: return atomic_xchg(x, n);
        case kind::add: atomic_add(n, x); break;
        case kind::mb: smp_mb(); break;
        case kind::rmb: smp_rmb(); break;
        case kind::wmb: smp_wmb(); break;
        case kind::await_equal: return await(x, [n](auto v) { return v == n; });
        case kind::await_not: return await(x, [n](auto v) { return v != n; });
        case kind::await_acquire_equal: return await_acquire(x, [n](auto v) { return v == n; });
        case kind::lock: lock_.await_update([](auto v) { return v == 0; }, [](auto) { return 1; }, memory_order::acquire, "spin_lock", site::here()); break;
        case kind::unlock: lock_.store(0, memory_order::release, "spin_unlock", site::here()); break;
        case kind::read_lock: rcu_read_lock(); break;
        case kind::read_unlock: rcu_read_unlock(); break;
        case kind::synchronize: synchronize_rcu(); break;
        }
        return 0;
    }

    const program& program_;
    const std::vector<int>& order_;
    outcomes& into_;
    std::array<wbsync::atomic_t, max_variables> x_{wbsync::atomic_t{"x0"}, wbsync::atomic_t{"x1"},
                                                   wbsync::atomic_t{"x2"}};
    wbsync::engine::variable lock_{"l"};
    state state_;
    bool ended_ = false;
};

} // namespace fuzz
