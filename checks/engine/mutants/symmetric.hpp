// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/wbsync.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// Models with threads that are declared symmetric, explored with and without symmetry.
namespace symmetric {

struct shared {
    wbsync::atomic_t x{"x"}, y{"y"}, z{"z"};
    wbsync::spinlock_t lock{"l"};
};

/// The code of a thread; it returns what it has read.
using body = std::function<std::vector<std::int64_t>(shared&)>;

struct program {
    std::string name;
    int copies;
    body copied;
    std::vector<body> others;
    std::uint64_t executions; ///< up to renaming, under sc; 0: no formula
    std::uint64_t weak;       ///< up to renaming, under weak
};

/// What the threads have read. The results of the copies are sorted, since it does not matter which
/// copy is which.
using outcome = std::vector<std::vector<std::int64_t>>;

class model {
public:
    model(const program* what, std::set<outcome>* into) : program_(*what), outcomes_(*into) {}

    void threads(wbsync::scenario& s) {
        s.threads("P", program_.copies, [this] { copies_.push_back(program_.copied(shared_)); });
        others_.resize(program_.others.size());
        for (std::size_t i = 0; i != others_.size(); ++i)
            s.thread({"Q", static_cast<int>(i)},
                     [this, i] { others_[i] = program_.others[i](shared_); });
    }

    void finally() {
        std::sort(copies_.begin(), copies_.end());
        outcome all = copies_;
        all.insert(all.end(), others_.begin(), others_.end());
        outcomes_.insert(std::move(all));
    }

private:
    const program& program_;
    std::set<outcome>& outcomes_;
    shared shared_;
    outcome copies_;
    outcome others_;
};

inline std::vector<program> programs() {
    using namespace wbsync;
    const auto exchange = [](int n) -> body {
        return [n](shared& m) {
            std::vector<std::int64_t> read;
            for (int i = 0; i != n; ++i)
                read.push_back(atomic_fetch_add(1, m.x));
            return read;
        };
    };
    const body locked = [](shared& m) -> std::vector<std::int64_t> {
        spin_lock(m.lock);
        const std::int64_t x = READ_ONCE(m.x);
        WRITE_ONCE(m.x, x + 1);
        spin_unlock(m.lock);
        return {x, READ_ONCE(m.x)};
    };
    const body buffers = [](shared& m) -> std::vector<std::int64_t> {
        WRITE_ONCE(m.x, 1);
        return {READ_ONCE(m.y)};
    };
    const body other = [](shared& m) -> std::vector<std::int64_t> {
        WRITE_ONCE(m.y, 1);
        return {READ_ONCE(m.x)};
    };
    const body only_locks = [](shared& m) -> std::vector<std::int64_t> {
        spin_lock(m.lock);
        spin_unlock(m.lock);
        return {};
    };
    // A thread that reads z reads at its barrier, before the other one passes over the store of y
    // that precedes that barrier, and again after it.
    const body looks_before = [](shared& m) -> std::vector<std::int64_t> {
        WRITE_ONCE(m.x, 1);
        WRITE_ONCE(m.z, 1);
        const std::int64_t y = READ_ONCE(m.y);
        smp_mb();
        WRITE_ONCE(m.z, 2);
        const std::int64_t again = READ_ONCE(m.y);
        WRITE_ONCE(m.z, 3);
        return {y, again};
    };
    const body looks_after = [](shared& m) -> std::vector<std::int64_t> {
        WRITE_ONCE(m.y, 1);
        smp_mb();
        const std::int64_t z = READ_ONCE(m.z);
        const std::int64_t again = READ_ONCE(m.z);
        return {z, again, READ_ONCE(m.x)};
    };
    return {
        {"3 exchange: 3! / 3!", 3, exchange(1), {}, 1, 1},
        {"2 exchange twice: 4! / 2!^2 / 2!", 2, exchange(2), {}, 3, 3},
        {"3 exchange twice: 6! / 2!^3 / 3!", 3, exchange(2), {}, 15, 15},
        {"2 exchange, and another one: 3! / 2!", 2, exchange(1), {exchange(1)}, 3, 3},
        {"3 take a lock, and look again", 3, locked, {}, 0, 0},
        {"store buffering, one side of it twice", 2, buffers, {other}, 0, 0},
        {"2 take a lock, and SB+mb of two others",
         2,
         only_locks,
         {looks_before, looks_after},
         20,
         57},
    };
}

} // namespace symmetric
