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

/// Models with threads that are declared alike, explored up to renaming and without.
namespace alike {

struct shared {
    wbsync::atomic_t x{"x"}, y{"y"};
    wbsync::spinlock_t lock{"l"};
};

/// What a thread does; it returns what it has read.
using body = std::function<std::vector<std::int64_t>(shared&)>;

struct program {
    std::string name;
    int copies;
    body copied;
    std::vector<body> others;
    std::uint64_t executions; ///< up to renaming; 0: no formula
};

/// What the threads have read; that of the copies is sorted, for it does not matter which is which.
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
    return {
        {"3 exchange: 3! / 3!", 3, exchange(1), {}, 1},
        {"2 exchange twice: 4! / 2!^2 / 2!", 2, exchange(2), {}, 3},
        {"3 exchange twice: 6! / 2!^3 / 3!", 3, exchange(2), {}, 15},
        {"2 exchange, and another one: 3! / 2!", 2, exchange(1), {exchange(1)}, 3},
        {"3 take a lock, and look again", 3, locked, {}, 0},
        {"store buffering, one side of it twice", 2, buffers, {other}, 0},
    };
}

} // namespace alike
