// SPDX-License-Identifier: BSD-3-Clause
// Grace periods and read-side sections of RCU and SRCU in the Linux-kernel memory model.
#include "checks/memory/lkmm_graph.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace lkmm_graph;

namespace {

/// A row of threads: each reads what the one before it has written, and writes something else. What
/// it does in between, a letter each:
///
///     G, R    a grace period, a section (around both accesses)
///     g, r    the same of SRCU, in one domain; h, in another one
///     .       a dependency
///
/// With `closed` the first thread reads what the last one has written.
struct row {
    graph g{"st0123456789"};
    std::vector<event_index> begins; ///< of each thread: its section, or its grace period
    std::vector<event_index> ends;   ///< the end of its section, or its grace period

    row(std::string_view kinds, bool closed) {
        std::vector<event_index> reads;
        std::vector<event_index> writes;
        for (std::size_t i = 0; i != kinds.size(); ++i) {
            const char here = static_cast<char>('0' + i);
            const char next = static_cast<char>('0' + (i + 1) % kinds.size());
            g.thread();
            begins.push_back(before(kinds[i]));
            reads.push_back(g.read(here));
            in_between(kinds[i]);
            writes.push_back(g.write(next));
            if (kinds[i] == '.')
                g.data(reads.back(), writes.back());
            ends.push_back(after(kinds[i]));
        }
        for (std::size_t i = 1; i != kinds.size(); ++i)
            g.rf(writes[i - 1], reads[i]);
        if (closed)
            g.rf(writes.back(), reads.front());
    }

private:
    event_index before(char c) {
        return c == 'R' ? g.mark(kind::rcu_lock) : c == 'r' ? g.mark(kind::srcu_lock, 's') : 0;
    }
    void in_between(char c) {
        if (c == 'G')
            begins.back() = g.mark(kind::sync_rcu);
        if (c == 'g' || c == 'h')
            begins.back() = g.mark(kind::sync_srcu, c == 'g' ? 's' : 't');
    }
    event_index after(char c) {
        if (c == 'R')
            return g.mark(kind::rcu_unlock);
        if (c != 'r')
            return begins.back();
        const event_index end = g.mark(kind::srcu_unlock, 's');
        g.data(begins.back(), end);
        return end;
    }
};

axiom in_a_ring(std::string_view kinds) {
    return judge(row(kinds, true).g);
}

/// rcu-order, from the first thread to the last: to where a section begins, from where it ends.
bool in_a_row(std::string_view kinds) {
    const row of(kinds, false);
    const event_graph g = of.g.build();
    model m(g);
    m.judge();
    return m.rcu_order.has(of.ends.front(), of.begins.back());
}

/// A section of `kinds`, as marks of one thread with a write in the middle.
relation sections(const graph& of) {
    const event_graph g = of.build();
    model m(g);
    m.judge();
    return m.b.rcu_rscs | m.srcu_rscs;
}

} // namespace

TEST_CASE("lkmm: as many grace periods as sections forbid a ring, fewer do not") {
    for (const std::string allowed : {"R.", "RR", "RRG", "RGR", "RRGRG", "rr", "rrg"}) {
        CAPTURE(allowed);
        CHECK(in_a_ring(allowed) == axiom::none);
    }
    for (const std::string forbidden :
         {"GR", "RG", "RGRG", "GGRR", "GRRG", "RRGG", "gr", "rg", "ggrr"}) {
        CAPTURE(forbidden);
        CHECK(in_a_ring(forbidden) == axiom::rcu);
        CHECK(is_closed(row(forbidden, true).g));
    }
    CHECK(why(row("GR", true).g) == "po rcu-gp po rfe po rcu-rscsi po rfe");
}

TEST_CASE("lkmm: grace periods and sections of SRCU count in their own domain") {
    for (const std::string allowed : {"hr", "Gr", "gR", "hgrr"}) {
        CAPTURE(allowed);
        CHECK(in_a_ring(allowed) == axiom::none);
    }
    CHECK(in_a_ring("GgrR") == axiom::rcu);
    CHECK(in_a_ring("gGRr") == axiom::rcu);
}

TEST_CASE("lkmm: rcu-order is made of grace periods, each with a section at most") {
    for (const std::string ordered :
         {"GR",   "RG",   "GGRR", "RRGG", "GRRG", "RGGR", "GRGR", "G.R",  "R.G", "gr", "rg",
          "ggrr", "rrgg", "gGRr", "GgrR", "rRGg", "RrgG", "GRg",  "GRrg", "GG",  "G"}) {
        CAPTURE(ordered);
        CHECK(in_a_row(ordered));
    }
    for (const std::string unordered :
         {"R", "RR", "GRR", "RRG", "hr", "rh", "Gr", "rG", "gR", "Rg", "hGRr", "rRGh", "GgrRR"}) {
        CAPTURE(unordered);
        CHECK_FALSE(in_a_row(unordered));
    }
}

TEST_CASE("lkmm: a section and a grace period order what is outside of both") {
    // The grace period's thread has its accesses around it, the reader's are both in its section.
    const auto two_reads = [](bool in_section, access_order second = once) {
        graph g("xy");
        g.write('x');
        g.mark(kind::sync_rcu);
        const event_index wy = g.write('y');
        g.thread();
        if (in_section)
            g.mark(kind::rcu_lock);
        const event_index ry = g.read('y');
        g.read('x', second);
        if (in_section)
            g.mark(kind::rcu_unlock);
        return g.rf(wy, ry);
    };
    CHECK(judge(two_reads(true)) == axiom::rcu);
    CHECK(is_closed(two_reads(true)));
    CHECK(judge(two_reads(false)) == axiom::none);
    CHECK(judge(two_reads(true, plain)) == axiom::plain_coherence); // no arc begins plainly
}

TEST_CASE("lkmm: time passes and full barriers count between a grace period and a section") {
    // x is written before the grace period; the section does not see it, writes y, and a third
    // thread knows of both.
    struct store_buffering {
        body between = nothing; ///< the third thread's accesses
        arc linked = unlinked;
        [[nodiscard]] graph make() const {
            graph g("xyz");
            g.mark(kind::rcu_lock);
            const event_index wx = g.write('x');
            g.read('y');
            g.mark(kind::rcu_unlock);
            g.thread().write('y');
            g.mark(kind::sync_rcu);
            const event_index wz = g.write('z');
            const event_index rz = g.thread().read('z');
            between(g);
            const event_index rx = g.read('x');
            linked(g, rz, rx);
            (void)wx;
            return g.rf(wz, rz);
        }
    };
    CHECK(judge(store_buffering{}.make()) == axiom::none);
    CHECK(judge(store_buffering{.between = rmb}.make()) == axiom::rcu);
    CHECK(judge(store_buffering{.linked = by_addr}.make()) == axiom::rcu);
    CHECK(is_closed(store_buffering{.between = rmb}.make()));

    const auto through_full_barriers = [](const body& second) {
        graph g("xyz");
        g.mark(kind::rcu_lock);
        g.write('x');
        g.read('y');
        g.mark(kind::rcu_unlock);
        g.thread().write('y');
        g.mark(kind::sync_rcu);
        g.read('z');
        g.thread().write('z');
        second(g);
        g.read('x');
        return g;
    };
    CHECK(judge(through_full_barriers(smp_mb)) == axiom::rcu);
    CHECK(is_closed(through_full_barriers(smp_mb)));
    CHECK(judge(through_full_barriers(wmb)) == axiom::none);

    // A full barrier of another thread on each side.
    const auto on_both_sides = [](const body& first, const body& second) {
        graph g("xyza");
        g.mark(kind::rcu_lock);
        g.write('x');
        g.read('y');
        g.mark(kind::rcu_unlock);
        g.thread().write('y');
        first(g);
        g.read('a');
        g.thread().write('a');
        g.mark(kind::sync_rcu);
        g.read('z');
        g.thread().write('z');
        second(g);
        g.read('x');
        return g;
    };
    CHECK(judge(on_both_sides(smp_mb, smp_mb)) == axiom::rcu);
    CHECK(is_closed(on_both_sides(smp_mb, smp_mb)));
    CHECK(judge(on_both_sides(smp_mb, nothing)) == axiom::none);
    CHECK(judge(on_both_sides(nothing, smp_mb)) == axiom::none);
}

TEST_CASE("lkmm: an unlock ends the newest section that is open") {
    graph g("x");
    const event_index outer = g.mark(kind::rcu_lock);
    const event_index inner = g.mark(kind::rcu_lock);
    const event_index inner_end = g.mark(kind::rcu_unlock);
    const event_index outer_end = g.mark(kind::rcu_unlock);
    const event_index open = g.mark(kind::rcu_lock);
    relation expected(g.size());
    expected.add(outer, outer_end);
    expected.add(inner, inner_end);
    CHECK(sections(g) == expected);
    const event_graph built = g.build();
    model m(built);
    m.judge();
    CHECK(m.misuses() == std::vector<misuse>{{misuse::kind::unmatched_rcu_lock, open, open}});
}

TEST_CASE("lkmm: the cookie says which section of SRCU is ended") {
    graph g("s");
    const event_index first = g.mark(kind::srcu_lock, 's');
    const event_index second = g.mark(kind::srcu_lock, 's');
    const event_index first_end = g.mark(kind::srcu_unlock, 's');
    const event_index second_end = g.mark(kind::srcu_unlock, 's');
    g.data(first, first_end).data(second, second_end).co(first_end, second_end);
    relation expected(g.size());
    expected.add(first, first_end);
    expected.add(second, second_end);
    CHECK(sections(g) == expected); // they overlap
}

TEST_CASE("lkmm: a cookie may be handed over to another thread") {
    const auto handed_over = [](char domain) {
        graph g("zst");
        const event_index begin = g.mark(kind::srcu_lock, 's');
        const event_index out = g.write('z');
        const event_index in = g.thread().read('z');
        const event_index end = g.mark(kind::srcu_unlock, domain);
        g.data(begin, out).rf(out, in).data(in, end);
        return sections(g).has(begin, end);
    };
    CHECK(handed_over('s'));
    CHECK_FALSE(handed_over('t'));
}

TEST_CASE("lkmm: the cookie that srcu_read_lock() reads is not that of the section it reads from") {
    graph g("s");
    const event_index first = g.mark(kind::srcu_lock, 's');
    const event_index first_end = g.mark(kind::srcu_unlock, 's');
    const event_index second = g.mark(kind::srcu_lock, 's');
    const event_index second_end = g.mark(kind::srcu_unlock, 's');
    g.data(first, first_end).data(second, second_end).co(first_end, second_end);
    g.rf(first_end, second);
    CHECK(sections(g).has(second, second_end));
    CHECK_FALSE(sections(g).has(first, second_end));
}

TEST_CASE("lkmm: wrong uses of RCU and SRCU are flagged") {
    const auto flagged = [](const graph& of) {
        const event_graph g = of.build();
        model m(g);
        CHECK(m.judge() == axiom::none);
        std::vector<misuse::kind> kinds;
        for (const misuse& u : m.misuses())
            kinds.push_back(u.what);
        return kinds;
    };
    using kinds = std::vector<misuse::kind>;
    using enum misuse::kind;
    const auto marks = [](std::initializer_list<std::pair<kind, char>> all) {
        graph g("st");
        for (const auto& [what, x] : all)
            g.mark(what, x);
        return g;
    };
    CHECK(flagged(marks({{kind::rcu_unlock, '\0'}})) == kinds{unmatched_rcu_unlock});
    CHECK(flagged(marks({{kind::srcu_lock, 's'}})) == kinds{unmatched_srcu_lock});
    CHECK(flagged(marks({{kind::srcu_unlock, 's'}})) == kinds{unmatched_srcu_unlock});
    CHECK(flagged(
              marks({{kind::rcu_lock, '\0'}, {kind::sync_srcu, 's'}, {kind::rcu_unlock, '\0'}})) ==
          kinds{invalid_sleep});
    CHECK(flagged(marks({{kind::rcu_lock, '\0'}, {kind::rcu_unlock, '\0'}, {kind::sync_srcu, 's'}}))
              .empty());
    const auto section = [](std::int64_t cookie, bool ended_twice) {
        graph g("s");
        const event_index begin = g.mark(kind::srcu_lock, 's');
        const event_index end = g.mark(kind::srcu_unlock, 's');
        g.data(begin, end).value(end, cookie);
        if (ended_twice) {
            const event_index again = g.mark(kind::srcu_unlock, 's');
            g.data(begin, again).co(end, again);
        }
        return g;
    };
    CHECK(flagged(section(0, false)).empty());
    CHECK(flagged(section(1, false)) == kinds{srcu_bad_value_match});
    CHECK(flagged(section(0, true)) == kinds{multiple_srcu_matches, multiple_srcu_matches});
}
