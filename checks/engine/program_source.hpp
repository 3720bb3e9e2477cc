// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/engine/random_program.hpp"

#include <wbsync/options.hpp>
#include <wbsync/result.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

/// Random programs as source code.
namespace fuzz {

namespace detail {

/// A call of an operation of atomic_t, with a result.
inline std::string call_of(const wbsync::atomic_operation& op, const std::string& x, int n,
                           int other) {
    using kind_of = wbsync::atomic_operation::kind_of;
    const std::string name = std::string{"atomic_"}.append(op.word);
    const bool is_one = op.operand == wbsync::atomic_operation::operand_of::one;
    switch (op.kind) {
    case kind_of::load:
    case kind_of::unless_zero:
    case kind_of::unless_negative:
    case kind_of::unless_positive:
    case kind_of::if_positive: return fmt::format("{}({})", name, x);
    case kind_of::store: return fmt::format("({}({}, {}), 0)", name, x, n);
    case kind_of::quiet:
        return is_one ? fmt::format("({}({}), 0)", name, x)
                      : fmt::format("({}({}, {}), 0)", name, n, x);
    case kind_of::fetch:
    case kind_of::result:
    case kind_of::test:
    case kind_of::negative:
        return is_one ? fmt::format("{}({})", name, x) : fmt::format("{}({}, {})", name, n, x);
    case kind_of::exchange: return fmt::format("{}({}, {})", name, x, n);
    case kind_of::compare: return fmt::format("{}({}, {}, {})", name, x, other, n);
    case kind_of::try_compare:
        return fmt::format(
            "[&](std::int64_t old) {{ return {}({}, &old, {}) ? old : old ^ 4096; }}({})", name, x,
            n, other);
    case kind_of::unless:
    case kind_of::fetch_unless: return fmt::format("{}({}, {}, {})", name, x, n, other);
    }
    return "";
}

/// An operation as a statement without its semicolon. `link` numbers callbacks and list elements.
inline std::string text_of(const operation& o, int link) {
    const std::string x = fmt::format("x{}", o.variable);
    const int n = o.value;
    const auto on_x = [&](const char* function) { return fmt::format("{}({})", function, x); };
    const auto to_x = [&](const char* function) {
        return fmt::format("{}({}, {})", function, x, n);
    };
    const auto add_to_x = [&](const char* function) {
        return fmt::format("{}({}, {})", function, n, x);
    };
    const auto wait_for_x = [&](const char* function, const char* is) {
        return fmt::format("{}({}, [](auto v) {{ return v {} {}; }})", function, x, is, n);
    };
    switch (o.what) {
    case kind::load: return on_x("READ_ONCE");
    case kind::free_load: return on_x("READ_ONCE") + ".peek()";
    case kind::free_fetch_add: return add_to_x("atomic_fetch_add_relaxed") + ".peek()";
    case kind::free_xchg: return to_x("atomic_xchg_relaxed") + ".peek()";
    case kind::load_acquire: return on_x("smp_load_acquire");
    case kind::store: return to_x("WRITE_ONCE");
    case kind::store_release: return to_x("smp_store_release");
    case kind::fetch_add: return add_to_x("atomic_fetch_add");
    case kind::fetch_add_relaxed: return add_to_x("atomic_fetch_add_relaxed");
    case kind::fetch_add_acquire: return add_to_x("atomic_fetch_add_acquire");
    case kind::fetch_add_release: return add_to_x("atomic_fetch_add_release");
    case kind::xchg: return to_x("atomic_xchg");
    case kind::add: return add_to_x("atomic_add");
    case kind::mb: return "smp_mb()";
    case kind::rmb: return "smp_rmb()";
    case kind::wmb: return "smp_wmb()";
    case kind::await_equal: return wait_for_x("await", "==");
    case kind::await_not: return wait_for_x("await", "!=");
    case kind::await_acquire_equal: return wait_for_x("await_acquire", "==");
    case kind::lock: return "spin_lock(l)";
    case kind::unlock: return "spin_unlock(l)";
    case kind::read_lock: return "rcu_read_lock()";
    case kind::read_unlock: return "rcu_read_unlock()";
    case kind::synchronize: return "synchronize_rcu()";
    case kind::cmpxchg: return fmt::format("atomic_cmpxchg({}, {}, {})", x, n % 2, n);
    case kind::add_unless: return fmt::format("atomic_add_unless({}, {}, {})", x, n, n % 2);
    case kind::other_lock: return "spin_lock(k)";
    case kind::other_unlock: return "spin_unlock(k)";
    case kind::before_atomic: return "smp_mb__before_atomic()";
    case kind::after_atomic: return "smp_mb__after_atomic()";
    case kind::after_spinlock: return "smp_mb__after_spinlock()";
    case kind::after_unlock_lock: return "smp_mb__after_unlock_lock()";
    case kind::trylock: return fmt::format("store_under_trylock({}, {})", x, n);
    case kind::bug_on: return fmt::format("BUG_ON(last == {})", n);
    case kind::plain_read: return "static_cast<void>(p.read())";
    case kind::plain_write: return fmt::format("p.write({})", n);
    case kind::use: return "READ_ONCE(allocated->member)";
    case kind::free: return "free_object()";
    case kind::dereference: return "dereference_object()";
    case kind::unpublish: return "rcu_assign_pointer(o, static_cast<object*>(nullptr))";
    case kind::call_rcu_free:
        return fmt::format("call_rcu(head{}, [this] {{ free_object(); }})", link);
    case kind::call_rcu:
        return fmt::format("call_rcu(head{}, [this] {{ atomic_add({}, {}); }})", link, n, x);
    case kind::rcu_barrier: return "rcu_barrier()";
    case kind::queue_work: return "queue_work(wq, work)";
    case kind::flush_work: return "flush_work(work)";
    case kind::wait_var:
        return fmt::format("wait_var_event({0}, [this] {{ return READ_ONCE({0}) == {1}; }})", x, n);
    case kind::wake_var: return on_x("wake_up_var");
    case kind::llist_add: return fmt::format("llist_add(node{}, list)", link);
    case kind::llist_del_all: return "take_all()";
    case kind::percpu_add: return fmt::format("percpu_counter_add(counter, {})", n);
    case kind::percpu_sum: return "percpu_counter_sum(counter)";
    case kind::kfree_rcu: return "free_object_after_rcu()";
    case kind::mutex_lock: return "mutex_lock(m)";
    case kind::mutex_unlock: return "mutex_unlock(m)";
    case kind::down_read: return "down_read(rwsem)";
    case kind::up_read: return "up_read(rwsem)";
    case kind::down_write: return "down_write(rwsem)";
    case kind::up_write: return "up_write(rwsem)";
    case kind::down_read_trylock: return fmt::format("load_under_read_trylock({})", x);
    case kind::down_write_trylock: return fmt::format("store_under_write_trylock({}, {})", x, n);
    case kind::srcu_read_lock: return "index = srcu_read_lock(srcu)";
    case kind::srcu_read_unlock: return "srcu_read_unlock(srcu, index)";
    case kind::synchronize_srcu: return "synchronize_srcu(srcu)";
    case kind::complete: return "complete(done)";
    case kind::wait_for_completion: return "wait_for_completion(done)";
    case kind::try_wait_for_completion: return "try_wait_for_completion(done)";
    case kind::write_seqlock: return fmt::format("store_under_seqlock({}, {})", x, n);
    case kind::read_seqlock: return fmt::format("load_under_seqlock({})", x);
    case kind::wait_event:
        return fmt::format("wait_event(queue, [this] {{ return READ_ONCE({}) == {}; }})", x, n);
    case kind::wake_up: return "wake_up(queue)";
    case kind::refcount_get: return "refcount_inc_not_zero(refs)";
    case kind::refcount_put: return "refcount_dec_and_test(refs)";
    case kind::add_negative: return fmt::format("atomic_add_negative({}, {})", n - 3, x);
    case kind::retry_add: return to_x("retry_add");
    case kind::retry_cmpxchg: return to_x("retry_cmpxchg");
    case kind::retry_look: return to_x("retry_look");
    case kind::retry_xchg: return to_x("retry_xchg");
    case kind::retry_undo: return to_x("retry_undo");
    case kind::retry_trylock: return to_x("retry_trylock");
    case kind::retry_dance: return to_x("retry_dance");
    case kind::retry_seqlock: return on_x("retry_seqlock");
    case kind::spin_look: return to_x("spin_look");
    case kind::spin_xchg: return to_x("spin_xchg");
    case kind::spin_bit: return on_x("spin_bit");
    case kind::spin_trylock: return to_x("spin_trylock_and_store");
    case kind::spin_count: return to_x("spin_count");
    case kind::atomic: return call_of(wbsync::atomic_operations[o.row], x, n, n % 2);
    }
    return "";
}

constexpr bool has_link(kind k) {
    return k == kind::call_rcu || k == kind::call_rcu_free || k == kind::llist_add;
}

/// Writes a program as a model, thread by thread.
class model_writer {
public:
    explicit model_writer(const program& p, const std::vector<int>& order) : program_(p) {
        for (const int declared : order)
            thread(static_cast<std::size_t>(declared));
        results_ = p.results_before(p.threads.size());
    }

    [[nodiscard]] std::string text(const std::string& name) const {
        return fmt::format(
            "struct {0} {{\n"
            "    std::set<std::vector<std::int64_t>>* seen;\n"
            "{1}"
            "    explicit {0}(std::set<std::vector<std::int64_t>>* into) : seen(into) "
            "{{}}\n\n"
            "    void threads(scenario& s) {{\n"
            "{2}"
            "{3}"
            "    }}\n"
            "    void finally() {{\n"
            "{4}"
            "        seen->insert({{{5}x0.value.newest(), x1.value.newest(), "
            "x2.value.newest()}});\n"
            "    }}\n"
            "}};\n",
            name, members(),
            any(kind::call_rcu, kind::call_rcu_free) ? "        rcu_callback_thread(s);\n" : "",
            threads_,
            needs_object() ? "        if (!freed)\n"
                             "            free_object();\n"
                           : "",
            results());
    }

private:
    void thread(std::size_t t) {
        threads_ += fmt::format("        s.thread(\"P{}\", [&] {{\n", t);
        const auto& all = program_.threads[t];
        const bool looks_back = std::any_of(all.begin(), all.end(), [](const operation& o) {
            return o.conditional || needs_result(o.what);
        });
        if (std::any_of(all.begin(), all.end(),
                        [](const operation& o) { return o.what == kind::srcu_read_lock; }))
            threads_ += "            int index = 0;\n";
        if (looks_back)
            threads_ += "            std::int64_t last = 0;\n";
        int result = program_.results_before(t);
        for (const operation& o : all) {
            threads_ += "            ";
            if (o.conditional)
                threads_ += "if (last != 0) ";
            if (gives_result(o.what))
                threads_ += fmt::format(
                    "{}r{} = ", looks_back && may_decide(o.what) ? "last = " : "", result++);
            threads_ += text_of(o, links_) + ";\n";
            links_ += has_link(o.what) ? 1 : 0;
        }
        threads_ += "        });\n";
    }

    template <class... Kinds>
    [[nodiscard]] bool any(Kinds... kinds) const {
        return (program_.has(kinds) || ...);
    }
    [[nodiscard]] bool needs_object() const {
        return any(kind::use, kind::free, kind::dereference, kind::unpublish, kind::call_rcu_free,
                   kind::kfree_rcu);
    }

    [[nodiscard]] std::string results() const {
        std::string list;
        for (int r = 0; r != results_; ++r)
            list += fmt::format("r{}, ", r);
        return list;
    }

    [[nodiscard]] std::string members() const {
        std::string text = "    atomic_t x0{\"x0\"}, x1{\"x1\"}, x2{\"x2\"};\n";
        if (any(kind::lock, kind::trylock, kind::retry_trylock, kind::retry_dance,
                kind::spin_trylock))
            text += "    spinlock_t l{\"l\"};\n";
        if (any(kind::other_lock, kind::retry_dance))
            text += "    spinlock_t k{\"k\"};\n";
        if (any(kind::trylock))
            text += "    bool store_under_trylock(atomic_t& x, std::int64_t n) {\n"
                    "        if (!spin_trylock(l))\n"
                    "            return false;\n"
                    "        WRITE_ONCE(x, n);\n"
                    "        spin_unlock(l);\n"
                    "        return true;\n"
                    "    }\n";
        if (any(kind::plain_read, kind::plain_write))
            text += "    plain<int> p{\"p\"};\n";
        if (needs_object())
            text += "    struct object {\n"
                    "        atomic_t member{\"member\"};\n"
                    "        rcu_head rcu;\n"
                    "    };\n"
                    "    object* allocated = kmalloc<object>(\"object\");\n"
                    "    pointer<object> o{\"o\", allocated};\n"
                    "    bool freed = false;\n"
                    "    void free_object() {\n"
                    "        freed = true;\n"
                    "        kfree(allocated);\n"
                    "    }\n"
                    "    void free_object_after_rcu() {\n"
                    "        freed = true;\n"
                    "        kfree_rcu(allocated, &object::rcu);\n"
                    "    }\n"
                    "    void dereference_object() {\n"
                    "        if (const object* it = rcu_dereference(o))\n"
                    "            READ_ONCE(it->member);\n"
                    "    }\n";
        if (any(kind::queue_work, kind::flush_work))
            text += "    workqueue_struct wq{\"wq\"};\n"
                    "    work_struct work{\"work\", [this](work_struct&) { atomic_add(8, x0); }};\n"
                    "    bool added = (wq.add(work), true);\n";
        if (any(kind::percpu_add, kind::percpu_sum))
            text += "    percpu_counter counter{\"counter\", 0, 2};\n";
        if (any(kind::mutex_lock))
            text += "    mutex m{\"m\"};\n";
        if (any(kind::down_read, kind::down_write, kind::down_read_trylock,
                kind::down_write_trylock))
            text += "    rw_semaphore rwsem{\"rwsem\"};\n"
                    "    std::int64_t load_under_read_trylock(atomic_t& x) {\n"
                    "        if (!down_read_trylock(rwsem))\n"
                    "            return -1;\n"
                    "        const std::int64_t seen = READ_ONCE(x);\n"
                    "        up_read(rwsem);\n"
                    "        return seen;\n"
                    "    }\n"
                    "    bool store_under_write_trylock(atomic_t& x, std::int64_t n) {\n"
                    "        if (!down_write_trylock(rwsem))\n"
                    "            return false;\n"
                    "        WRITE_ONCE(x, n);\n"
                    "        up_write(rwsem);\n"
                    "        return true;\n"
                    "    }\n";
        if (any(kind::srcu_read_lock, kind::synchronize_srcu))
            text += "    srcu_struct srcu{\"srcu\"};\n";
        if (any(kind::complete, kind::wait_for_completion, kind::try_wait_for_completion))
            text += "    completion done{\"done\"};\n";
        if (any(kind::write_seqlock, kind::read_seqlock, kind::retry_seqlock))
            text += "    seqlock_t seqlock{\"seqlock\"};\n"
                    "    void store_under_seqlock(atomic_t& x, std::int64_t n) {\n"
                    "        write_seqlock(seqlock);\n"
                    "        WRITE_ONCE(x, n);\n"
                    "        write_sequnlock(seqlock);\n"
                    "    }\n"
                    "    std::int64_t load_under_seqlock(atomic_t& x) {\n"
                    "        const std::int64_t start = read_seqbegin(seqlock);\n"
                    "        const std::int64_t seen = READ_ONCE(x);\n"
                    "        return read_seqretry(seqlock, start) ? -1 : seen;\n"
                    "    }\n";
        text += loops();
        text += undeclared_loops();
        if (any(kind::wait_event, kind::wake_up))
            text += "    wait_queue_head_t queue{\"queue\"};\n";
        if (any(kind::refcount_get, kind::refcount_put))
            text += "    refcount_t refs{\"refs\", 2};\n";
        if (any(kind::llist_add, kind::llist_del_all))
            text += "    llist_head list{\"list\"};\n";
        if (any(kind::llist_del_all))
            text += "    std::int64_t take_all() {\n"
                    "        std::int64_t n = 0;\n"
                    "        for (const llist_node* i = llist_del_all(list); i != nullptr; i = "
                    "i->next)\n"
                    "            ++n;\n"
                    "        return n;\n"
                    "    }\n";
        for (int i = 0; i != links_; ++i) {
            if (any(kind::call_rcu, kind::call_rcu_free))
                text += fmt::format("    rcu_head head{};\n", i);
            if (any(kind::llist_add))
                text += fmt::format("    llist_node node{0}{{\"node{0}\", nullptr}};\n", i);
        }
        for (int r = 0; r != results_; ++r)
            text += fmt::format("    std::int64_t r{} = -1;\n", r);
        return text;
    }

    /// The member function that the operation calls, if there is one.
    [[nodiscard]] std::string function_of(kind k, const char* head, const std::string& body) const {
        if (!any(k))
            return "";
        return fmt::format("    {} {{\n"
                           "        std::int64_t seen = 0;\n"
                           "        {}"
                           "        return seen;\n"
                           "    }}\n",
                           head, body);
    }

    /// The declared loops that try again.
    [[nodiscard]] std::string loops() const {
        std::string text;
        const auto function = [&](kind k, const char* head, const char* attempt,
                                  const char* after) {
            text += function_of(k, head,
                                fmt::format("retry_until([&] {{\n"
                                            "            {}\n"
                                            "        }});\n"
                                            "{}",
                                            attempt, after));
        };
        function(kind::retry_add, "std::int64_t retry_add(atomic_t& x, std::int64_t n)",
                 "seen = READ_ONCE(x);\n"
                 "            return atomic_cmpxchg(x, seen, seen + n) == seen;",
                 "");
        function(kind::retry_cmpxchg, "std::int64_t retry_cmpxchg(atomic_t& x, std::int64_t n)",
                 "return atomic_cmpxchg(x, n % 2, n) == n % 2;", "");
        function(kind::retry_look, "std::int64_t retry_look(atomic_t& x, std::int64_t n)",
                 "return READ_ONCE(x) == n;", "");
        function(kind::retry_xchg, "std::int64_t retry_xchg(atomic_t& x, std::int64_t n)",
                 "return (seen = atomic_xchg(x, n)) != n;", "");
        function(kind::retry_undo, "std::int64_t retry_undo(atomic_t& x, std::int64_t n)",
                 "if ((seen = atomic_fetch_add(n, x)) % 2 == 0)\n"
                 "                return true;\n"
                 "            atomic_fetch_sub(n, x);\n"
                 "            return false;",
                 "");
        function(kind::retry_trylock, "std::int64_t retry_trylock(atomic_t& x, std::int64_t n)",
                 "return spin_trylock(l);",
                 "        WRITE_ONCE(x, n);\n"
                 "        spin_unlock(l);\n");
        function(kind::retry_dance, "std::int64_t retry_dance(atomic_t& x, std::int64_t n)",
                 "spin_lock(l);\n"
                 "            if (spin_trylock(k))\n"
                 "                return true;\n"
                 "            spin_unlock(l);\n"
                 "            return false;",
                 "        WRITE_ONCE(x, n);\n"
                 "        spin_unlock(k);\n"
                 "        spin_unlock(l);\n");
        function(kind::retry_seqlock, "std::int64_t retry_seqlock(atomic_t& x)",
                 "const std::int64_t start = read_seqbegin(seqlock);\n"
                 "            seen = READ_ONCE(x);\n"
                 "            return !read_seqretry(seqlock, start);",
                 "");
        return text;
    }

    /// The loops that spin.
    [[nodiscard]] std::string undeclared_loops() const {
        std::string text;
        const auto function = [&](kind k, const char* head, const char* body) {
            text += function_of(k, head, body + std::string{"\n"});
        };
        function(kind::spin_look, "std::int64_t spin_look(atomic_t& x, std::int64_t n)",
                 "while (READ_ONCE(x) != n)\n"
                 "            cpu_relax();");
        function(kind::spin_xchg, "std::int64_t spin_xchg(atomic_t& x, std::int64_t n)",
                 "while ((seen = atomic_xchg(x, n)) == n)\n"
                 "            cpu_relax();");
        function(kind::spin_bit, "std::int64_t spin_bit(atomic_t& x)",
                 "while (test_and_set_bit(0, x))\n"
                 "            cpu_relax();");
        function(kind::spin_trylock,
                 "std::int64_t spin_trylock_and_store(atomic_t& x, std::int64_t n)",
                 "while (!spin_trylock(l))\n"
                 "            cpu_relax();\n"
                 "        WRITE_ONCE(x, n);\n"
                 "        spin_unlock(l);");
        function(kind::spin_count, "std::int64_t spin_count(atomic_t& x, std::int64_t n)",
                 "for (int i = 0; i != 3 && seen != n; ++i)\n"
                 "            seen = READ_ONCE(x);");
        return text;
    }

    const program& program_;
    std::string threads_;
    int links_ = 0;
    int results_ = 0;
};

} // namespace detail

/// The program as a model, its threads declared in the order given.
inline std::string source(const program& p, const std::vector<int>& order,
                          const std::string& name = "shrunk") {
    return detail::model_writer(p, order).text(name);
}

/// The includes above one or more source_of_test().
inline std::string source_head() {
    return "#include <wbsync/doctest.hpp>\n"
           "#include <wbsync/wbsync.hpp>\n\n"
           "#include <set>\n"
           "#include <string>\n"
           "#include <utility>\n"
           "#include <vector>\n\n"
           "using namespace wbsync;\n\n";
}

/// The model, and a test case that compares the explorer with the reference scheduler on it.
inline std::string source_of_test(const program& p, const std::vector<int>& order,
                                  wbsync::memory_kind memory, const std::string& name) {
    return source(p, order, name) +
           fmt::format(
               "\nTEST_CASE(\"{0} under {1}: the explorer finds what the reference finds\") "
               "{{\n"
               "    const auto outcomes = [](scheduler_kind by) {{\n"
               "        std::set<std::vector<std::int64_t>> seen;\n"
               "        std::set<std::string> findings;\n"
               "        options with;\n"
               "        with.memory = memory_kind::{1};\n"
               "        with.scheduler = by;\n"
               "        with.all_findings = true;\n"
               "        with.trace = false;\n"
               "        with.on_execution = [&](const std::vector<finding>& all) {{\n"
               "            for (const finding& f : all)\n"
               "                findings.insert(f.property);\n"
               "        }};\n"
               "        CHECK(check<{0}>(with, &seen).sleep_set_blocked == 0);\n"
               "        return std::pair{{seen, findings}};\n"
               "    }};\n"
               "    CHECK(outcomes(scheduler_kind::dpor) == "
               "outcomes(scheduler_kind::reference));\n"
               "}}\n",
               name, wbsync::name_of(memory));
}

} // namespace fuzz
