// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/random_program.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

/// Random programs as source code.
namespace fuzz {

inline std::string statement(const operation& o, int result, int condition) {
    const std::string x = fmt::format("x{}", o.variable);
    const int n = o.value;
    const auto equal = [&](const char* verb, const char* op) {
        return fmt::format("{}({}, [](auto v) {{ return v {} {}; }})", verb, x, op, n);
    };
    std::string text;
    switch (o.what) {
    case kind::load: text = fmt::format("READ_ONCE({})", x); break;
    case kind::load_acquire: text = fmt::format("smp_load_acquire({})", x); break;
    case kind::store: text = fmt::format("WRITE_ONCE({}, {})", x, n); break;
    case kind::store_release: text = fmt::format("smp_store_release({}, {})", x, n); break;
    case kind::fetch_add: text = fmt::format("atomic_fetch_add({}, {})", n, x); break;
    case kind::fetch_add_relaxed:
        text = fmt::format("atomic_fetch_add_relaxed({}, {})", n, x);
        break;
    case kind::fetch_add_acquire:
        text = fmt::format("atomic_fetch_add_acquire({}, {})", n, x);
        break;
    case kind::fetch_add_release:
        text = fmt::format("atomic_fetch_add_release({}, {})", n, x);
        break;
    case kind::xchg: text = fmt::format("atomic_xchg({}, {})", x, n); break;
    case kind::add: text = fmt::format("atomic_add({}, {})", n, x); break;
    case kind::mb: text = "smp_mb()"; break;
    case kind::rmb: text = "smp_rmb()"; break;
    case kind::wmb: text = "smp_wmb()"; break;
    case kind::await_equal: text = equal("await", "=="); break;
    case kind::await_not: text = equal("await", "!="); break;
    case kind::await_acquire_equal: text = equal("await_acquire", "=="); break;
    case kind::cmpxchg: text = fmt::format("atomic_cmpxchg({}, {}, {})", x, n % 2, n); break;
    case kind::trylock: text = "try_lock_and_unlock(l)"; break;
    case kind::plain_read: text = "p.read()"; break;
    case kind::plain_write: text = fmt::format("p.write({})", n); break;
    case kind::use: text = "READ_ONCE(o->member)"; break;
    case kind::free: text = "kfree(o)"; break;
    case kind::call_rcu:
        text = fmt::format("call_rcu(head, [this] {{ atomic_add({}, {}); }})", n, x);
        break;
    case kind::rcu_barrier: text = "rcu_barrier()"; break;
    case kind::queue_work: text = "queue_work(wq, work)"; break;
    case kind::flush_work: text = "flush_work(work)"; break;
    case kind::wait_var:
        text = fmt::format("wait_var_event({0}, [this] {{ return READ_ONCE({0}) == {1}; }})", x, n);
        break;
    case kind::wake_var: text = fmt::format("wake_up_var({})", x); break;
    case kind::lock: text = "spin_lock(l)"; break;
    case kind::unlock: text = "spin_unlock(l)"; break;
    case kind::read_lock: text = "rcu_read_lock()"; break;
    case kind::read_unlock: text = "rcu_read_unlock()"; break;
    case kind::synchronize: text = "synchronize_rcu()"; break;
    }
    if (gives_result(o.what))
        text = fmt::format("r{} = {}", result, text);
    if (o.conditional)
        text = fmt::format("if (r{} != 0) {}", condition, text);
    return text + ";";
}

/// The program as a model that can be pasted into a test.
inline std::string source(const program& p, const std::vector<int>& order) {
    bool locks = false;
    std::string threads;
    for (const int declared : order) {
        const auto t = static_cast<std::size_t>(declared);
        int results = p.results_before(t);
        threads += fmt::format("        s.thread(\"P{}\", [this] {{\n", t);
        int condition = -1;
        for (const operation& o : p.threads[t]) {
            threads += "            " + statement(o, results, condition) + "\n";
            locks = locks || o.what == kind::lock;
            if (gives_result(o.what))
                condition = results++;
        }
        threads += "        });\n";
    }
    const int results = p.results_before(p.threads.size());
    std::string list;
    for (int r = 0; r != results; ++r)
        list += fmt::format("r{}, ", r);
    std::string text = "struct shrunk {\n"
                       "    std::set<std::vector<std::int64_t>>* seen;\n"
                       "    atomic_t x0{\"x0\"}, x1{\"x1\"}, x2{\"x2\"};\n";
    if (locks)
        text += "    spinlock_t l{\"l\"};\n";
    for (int r = 0; r != results; ++r)
        text += fmt::format("    std::int64_t r{} = -1;\n", r);
    text += "    explicit shrunk(std::set<std::vector<std::int64_t>>* into) : seen(into) {}\n"
            "    void threads(scenario& s) {\n" +
            threads + "    }\n    void finally() {\n        seen->insert({" + list +
            "x0.value.newest(), x1.value.newest(), x2.value.newest()});\n    }\n};\n";
    return text;
}

} // namespace fuzz
