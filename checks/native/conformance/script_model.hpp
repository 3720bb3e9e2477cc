// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/world.hpp"

#include <array>
#include <string>

namespace conformance {

/// A sabotaged operation, to see that this is noticed: it has another result, or is left out if it
/// has none.
struct sabotage {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t operation = none;
    bool torn = false; ///< instead, all additions to an atomic_t take two steps
};

/// Where a run records its end.
struct record {
    std::array<values, most_threads> results;
    values end;

    [[nodiscard]] outcome str() const {
        std::string text;
        for (const values& v : results)
            text += one(v) + "/";
        return text + one(end);
    }

private:
    static std::string one(const values& all) {
        std::string text;
        for (const auto v : all)
            text += std::to_string(v) + " ";
        return text;
    }
};

/// Runs a script, on the platform that it is compiled for.
class script_model {
public:
    script_model(const script* what, const sabotage* wrong, record* into)
        : script_(*what), wrong_(*wrong), record_(*into) {
        record_ = {};
        world_.for_each([this](std::size_t family, auto& objects) {
            if (uses(family))
                objects.emplace();
        });
    }
    script_model(const script_model&) = delete;
    script_model& operator=(const script_model&) = delete;

    void threads(wbsync::scenario& s) {
        world_.for_each([&](std::size_t, auto& objects) {
            if constexpr (requires { objects->declare(s); })
                if (objects)
                    objects->declare(s);
        });
        for (std::size_t t = 0; t != script_.threads.size(); ++t)
            s.thread({"P", static_cast<int>(t)}, [this, t] { run(t); });
    }

    void finally() {
        world_.for_each([this](std::size_t, auto& objects) {
            if (objects)
                objects->end(record_.end);
        });
    }

private:
    [[nodiscard]] bool uses(std::size_t family) const {
        for (const auto& thread : script_.threads)
            for (const line& l : thread)
                if (operation_table::get()[l.operation].family == family)
                    return true;
        return false;
    }

    void run(std::size_t t) {
        for (const line& l : script_.threads[t])
            if (const std::int64_t result = perform(l, t); result != no_result)
                record_.results[t].push_back(result);
        if (script_.careful)
            leave(t);
    }

    std::int64_t perform(const line& l, std::size_t t) {
        const operation& o = operation_table::get()[l.operation];
        const call c{l, t, script_.careful, script_.alone()};
        if (wrong_.torn)
            return add_in_two_steps(c);
        if (l.operation != wrong_.operation)
            return o.run(world_, c);
        if (!o.returns)
            return no_result;
        const std::int64_t result = o.run(world_, c);
        return result == left_out ? result : result + 1;
    }

    std::int64_t add_in_two_steps(const call& c) {
        wbsync::atomic_t& x = world_.get<atomics>().at(c);
        wbsync::atomic_set(x, wbsync::atomic_read(x) + c.n);
        return no_result;
    }

    /// Releases everything.
    void leave(std::size_t t) {
        world_.for_each([t](std::size_t, auto& objects) {
            if constexpr (requires { objects->leave(t); })
                if (objects)
                    objects->leave(t);
        });
    }

    const script& script_;
    const sabotage& wrong_;
    record& record_;
    world world_;
};

} // namespace conformance
