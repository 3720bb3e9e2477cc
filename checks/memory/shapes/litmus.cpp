// SPDX-License-Identifier: BSD-3-Clause
#include "checks/memory/shapes/shape.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace shapes {

namespace {

constexpr const char* names[] = {"x", "y", "z"};

/// One thread as C, and what the condition asks of its registers.
class writer {
public:
    writer(const shape& s, int number) : of_(s), number_(number) {}

    std::string text() {
        const thread& t = of_.threads[static_cast<std::size_t>(number_)];
        begin(t);
        perform(t.accesses.front(), t.between, true);
        if (t.accesses.size() == 2) {
            if (t.between == ordering::ctrl)
                line("if (r0 == 1)");
            if (t.between == ordering::after_branch)
                line("if (r0 == 1) WRITE_ONCE(*e, 1);");
            order(t.between);
            perform(t.accesses.back(), t.between, false);
        }
        if (t.between == ordering::section)
            line("rcu_read_unlock();");
        if (t.between == ordering::unlock_lock)
            line("spin_unlock(l);");
        return fmt::format("P{}(int *x, {}y, int *z, int *e, atomic_t *a, spinlock_t *l)\n{{\n"
                           "{}{}}}\n",
                           number_, of_.has_pointer() ? "int **" : "int *", declared_, body_);
    }

    [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }

private:
    void line(const std::string& text) { body_ += "\t" + text + "\n"; }

    void begin(const thread& t) {
        if (t.between == ordering::section)
            line("rcu_read_lock();");
        if (t.between == ordering::unlock_lock)
            line("spin_lock(l);");
    }

    void order(ordering o) {
        switch (o) {
        case ordering::rmb: return line("smp_rmb();");
        case ordering::wmb: return line("smp_wmb();");
        case ordering::mb: return line("smp_mb();");
        case ordering::inc_after: return line("smp_mb__after_atomic();");
        case ordering::before_inc: line("smp_mb__before_atomic();"); return line("atomic_inc(a);");
        case ordering::unlock_lock: line("spin_unlock(l);"); return line("spin_lock(l);");
        case ordering::synchronize_rcu: return line("synchronize_rcu();");
        default: return;
        }
    }

    void perform(const access& a, ordering o, bool is_first) {
        if (a.what == kind::load)
            load(a, o, is_first);
        else
            store(a, o, is_first);
    }

    void load(const access& a, ordering o, bool is_first) {
        const bool is_pointer = of_.has_pointer() && a.variable == 1;
        const std::string reg = fmt::format("r{}", registers_++);
        declared_ += fmt::format("\tint {}{};\n", is_pointer ? "*" : "", reg);
        const std::string from =
            !is_first && o == ordering::addr ? "r0" : names[static_cast<std::size_t>(a.variable)];
        line(is_first && o == ordering::acquire
                 ? fmt::format("{} = smp_load_acquire({});", reg, from)
                 : fmt::format("{} = READ_ONCE(*{});", reg, from));
        asked_.push_back(
            fmt::format("{}:{}={}", number_, reg,
                        is_pointer ? (a.value == 1 ? "x" : "e") : std::to_string(a.value)));
    }

    void store(const access& a, ordering o, bool is_first) {
        const std::string to = names[static_cast<std::size_t>(a.variable)];
        const bool is_pointer = of_.has_pointer() && a.variable == 1;
        const std::string number = is_pointer                         ? "x"
                                   : !is_first && o == ordering::data ? "r0"
                                                                      : std::to_string(a.value);
        if (is_first && o == ordering::fully_ordered) {
            declared_ += fmt::format("\tint old;\n");
            line(fmt::format("old = xchg({}, {});", to, number));
        } else if (is_first && (o == ordering::inc || o == ordering::inc_after)) {
            line(fmt::format("atomic_inc({});", to));
        } else if (!is_first && o == ordering::release) {
            line(fmt::format("smp_store_release({}, {});", to, number));
        } else {
            line(fmt::format("WRITE_ONCE(*{}, {});", to, number));
        }
    }

    const shape& of_;
    int number_;
    int registers_ = 0;
    std::string declared_;
    std::string body_;
    std::vector<std::string> asked_;
};

} // namespace

std::string litmus(const shape& s) {
    std::string text =
        fmt::format("C {}\n{{{}}}\n", s.full_name(), s.has_pointer() ? " y=e; " : "");
    std::vector<std::string> asked;
    for (std::size_t i = 0; i != s.threads.size(); ++i) {
        writer w(s, static_cast<int>(i));
        text += w.text();
        asked.insert(asked.end(), w.asked().begin(), w.asked().end());
    }
    if (s.coherence >= 0)
        asked.push_back(fmt::format("{}={}", names[static_cast<std::size_t>(s.coherence)], s.last));
    if (s.coherence2 >= 0)
        asked.push_back(
            fmt::format("{}={}", names[static_cast<std::size_t>(s.coherence2)], s.last2));
    return fmt::format("{}exists ({})\n", text, fmt::join(asked, " /\\ "));
}

} // namespace shapes
