// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/world.hpp"

namespace conformance {

/// Makes scripts: number n is the same on both platforms, and on every machine. Each uses one or
/// two families of objects, taken in turn so that none is left out.
class generator {
public:
    explicit generator(std::uint64_t seed) : seed_(seed) {}

    /// A script of one thread; every third one is careless.
    [[nodiscard]] script alone(std::uint64_t n) const {
        random r(seed_ * 1'000'003 + 2 * n);
        script s;
        s.careful = n % 3 != 2;
        const choice from{(n / 3 * 3 + n % 3 * 5) % world::families, true};
        s.threads.push_back(lines(r, from, r.between(8, 16)));
        return s;
    }
    /// A script of two threads, always careful.
    [[nodiscard]] script pair(std::uint64_t n) const {
        random r(seed_ * 1'000'003 + 2 * n + 1);
        script s;
        const choice from{n % (world::families - 1), false}; // the last one is for one thread
        for (std::size_t t = 0; t != 2; ++t)
            s.threads.push_back(lines(r, from, r.between(2, 3)));
        return s;
    }

private:
    struct choice {
        std::size_t family;
        bool alone;
    };

    static std::vector<line> lines(random& r, const choice& from, int length) {
        std::vector<line> all;
        while (length-- > 0)
            all.push_back(one(r, {r.one_in(4) && from.alone ? 0 : from.family, from.alone}));
        return all;
    }

    static line one(random& r, const choice& from) {
        const auto& table = operation_table::get();
        const family_table& parts = table.of(from.family);
        for (;;) {
            const auto& part = parts[pick(r, parts.size())];
            line l;
            l.operation = part[pick(r, part.size())];
            l.i = r.below(2);
            l.j = r.below(3);
            l.n = r.between(-1, 2);
            l.m = r.between(0, 3);
            if (from.alone || !table[l.operation].alone)
                return l;
        }
    }

    static std::size_t pick(random& r, std::size_t of) {
        return static_cast<std::size_t>(r.below(static_cast<int>(of)));
    }

    std::uint64_t seed_;
};

/// The text of a script, for people.
inline std::string str(const script& s) {
    std::string text;
    for (std::size_t t = 0; t != s.threads.size(); ++t)
        for (const line& l : s.threads[t])
            text += fmt::format("  P{}: {} (i={} j={} n={} m={})\n", t,
                                operation_table::get()[l.operation].name, l.i, l.j, l.n, l.m);
    return (s.careful ? "  careful\n" : "  careless\n") + text;
}

} // namespace conformance
