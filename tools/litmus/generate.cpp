// SPDX-License-Identifier: BSD-3-Clause
#include "generate.hpp"

#include <random>

#include <fmt/format.h>

namespace wbsync::litmus {

namespace {

/// Random numbers that are the same with every standard library, unlike its distributions.
class dice {
public:
    explicit dice(std::uint64_t seed) : from_(seed) {}
    /// 0 … n-1
    std::size_t roll(std::size_t n) { return static_cast<std::size_t>(from_() % n); }

private:
    std::mt19937_64 from_;
};

struct cycle {
    std::vector<bool> grace_period; ///< for each thread; otherwise it has a section
    std::vector<bool> is_read;      ///< for each edge: a store that the next thread reads
};

cycle draw(dice& d, edge_kind edges) {
    cycle c;
    const std::size_t threads = 2 + d.roll(4);
    for (std::size_t t = 0; t != threads; ++t) {
        c.grace_period.push_back(d.roll(2) == 0);
        c.is_read.push_back(edges == edge_kind::mixed ? d.roll(2) == 0
                                                      : edges == edge_kind::read_write);
    }
    return c;
}

/// Thread `t` goes from location x<t> to the next one.
std::string thread_text(const cycle& c, std::size_t t) {
    const std::size_t n = c.grace_period.size();
    const std::size_t next = (t + 1) % n;
    const bool first_loads = c.is_read[(t + n - 1) % n];
    const bool second_stores = c.is_read[t];
    const std::string first = first_loads ? fmt::format("r0 = READ_ONCE(*x{});", t)
                                          : fmt::format("WRITE_ONCE(*x{}, 1);", t);
    const std::string second = second_stores ? fmt::format("WRITE_ONCE(*x{}, 1);", next)
                                             : fmt::format("r1 = READ_ONCE(*x{});", next);
    const std::string body =
        c.grace_period[t]
            ? fmt::format("\t{}\n\tsynchronize_rcu();\n\t{}\n", first, second)
            : fmt::format("\trcu_read_lock();\n\t{}\n\t{}\n\trcu_read_unlock();\n", first, second);
    return fmt::format("P{0}(int *x{0}, int *x{1})\n{{\n\tint r0;\n\tint r1;\n{2}}}\n", t, next,
                       body);
}

/// The condition that every edge is seen: r0 of the next thread is 1, or r1 of this one 0.
std::string condition(const cycle& c) {
    std::string all;
    const std::size_t n = c.is_read.size();
    for (std::size_t t = 0; t != n; ++t)
        all += (all.empty() ? "" : " /\\ ") +
               (c.is_read[t] ? fmt::format("{}:r0=1", (t + 1) % n) : fmt::format("{}:r1=0", t));
    return "exists (" + all + ")\n";
}

} // namespace

std::vector<generated_test> generate_rcu(std::uint64_t seed, int count, edge_kind edges) {
    dice d(seed);
    std::vector<generated_test> tests;
    for (int i = 0; i != count; ++i) {
        const cycle c = draw(d, edges);
        std::size_t periods = 0;
        generated_test t;
        t.name = fmt::format("rcu-{}-{}", seed, i);
        for (std::size_t k = 0; k != c.grace_period.size(); ++k) {
            periods += c.grace_period[k] ? 1U : 0U;
            t.name += fmt::format("{}{}{}", k == 0 ? "-" : "+", c.grace_period[k] ? 'G' : 'R',
                                  c.is_read[k] ? "rf" : "fr");
        }
        const std::size_t sections = c.grace_period.size() - periods;
        t.expected = periods != 0 && periods >= sections ? "Never" : "Sometimes";
        t.text = fmt::format("C {}\n(* Result: {} *)\n{{ }}\n", t.name, t.expected);
        for (std::size_t k = 0; k != c.grace_period.size(); ++k)
            t.text += thread_text(c, k);
        t.text += condition(c);
        tests.push_back(std::move(t));
    }
    return tests;
}

} // namespace wbsync::litmus
