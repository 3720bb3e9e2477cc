// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/interleaver.hpp"
#include "checks/native/conformance/script_model.hpp"

namespace conformance {

/// What was seen of a script on real threads.
struct sighting {
    outcomes seen;
    std::uint64_t runs = 0;
    bool all = false; ///< every order of its steps was run
};

/// How often a script is run.
struct effort {
    std::uint64_t orders = 600; ///< systematic orders, at most
    std::uint64_t random = 150; ///< random orders, if these were not all
    std::uint64_t served = 20;  ///< if other threads run, too
    std::uint64_t seed = 1;     ///< of the random orders
};

/// Runs a script on real threads.
class native_script {
public:
    native_script(const script& s, const sabotage& wrong = {})
        : script_(s), wrong_(wrong),
          turns_(static_cast<int>(s.threads.size()), conformance::is_served(s)) {}

    sighting run(const effort& how) {
        sighting all;
        if (conformance::is_served(script_)) {
            turns_.shuffle(how.seed);
            run_some(all, script_.alone() ? 2 : how.served);
            return all;
        }
        do {
            run_once(all);
            all.all = !turns_.advance();
        } while (!all.all && all.runs < how.orders);
        if (all.all)
            return all;
        turns_.shuffle(how.seed);
        run_some(all, how.random);
        return all;
    }

private:
    void run_some(sighting& all, std::uint64_t n) {
        while (n-- > 0)
            run_once(all);
    }

    void run_once(sighting& all) {
        turns_.prepare();
        wbsync::native::options with;
        with.take_turns = &turns_;
        with.jiffy = 20;
        record last;
        const auto r = wbsync::native::run<script_model>(with, &script_, &wrong_, &last);
        all.seen.insert(r.found ? "finding " + r.found->property : last.str());
        ++all.runs;
    }

    const script& script_;
    sabotage wrong_;
    interleaver turns_;
};

} // namespace conformance
