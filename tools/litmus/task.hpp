// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ast.hpp"

#include <wbsync/memory/atomic.hpp>
#include <wbsync/rcu/grace_period.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace wbsync::litmus {

using engine::view;

/// A value, and what is known to whoever depends on it.
struct known_value {
    std::int64_t number = 0;
    view from = {};
    // To a memory model that asks:
    engine::dependency depends = 0; ///< on these reads
    engine::dependency decided = 0; ///< these have decided that it was assigned
};

struct task;
struct postponed;

/// The content of a register: a value, or where it will come from.
struct content {
    known_value value = {};
    task* loaded_by = nullptr;                         ///< not performed yet, as far as one knows
    std::shared_ptr<const postponed> computed_by = {}; ///< from such contents
};

/// An expression without accesses, with the registers as they were.
struct postponed {
    const expression* what;
    std::vector<content> registers;
};

/// A location, and what its address depends on.
struct place {
    int index = 0;
    view from = {};
    engine::dependency depends = 0;
};

/// A section of thread `owner`.
struct open_section {
    detail::grace_periods* periods;
    engine::thread_id owner;
    std::size_t number;
};

/// An access that an auxiliary thread performs for a thread of the test.
struct task {
    int process = 0;
    int before_site = -1; ///< it is early: begun before the access there; -1: it is late
    engine::thread_id parent = -1;
    engine::thread_id thread = -1; ///< the auxiliary one

    const expression* what = nullptr; ///< the call
    /// Or a plain store that may turn out not to be done: whoever takes the ticket first, the
    /// auxiliary thread or the one of the test, decides whether it was guessed.
    const statement* guess = nullptr;
    std::unique_ptr<atomic64_t> ticket = {};
    bool given_up = false;
    place where = {};
    content operand = {}; ///< of a store
    view control = {};
    const std::int64_t* wanted = nullptr;
    std::vector<task*> after = {}; ///< performed before it

    bool issued = false;
    bool never = false; ///< the parent has ended without it
    bool done = false;
    bool joined = false; ///< the parent has waited for it
    engine::timestamp issued_at = 0;
    engine::timestamp done_at = 0;
    known_value result = {};
    std::vector<open_section> keeps_open = {};
};

} // namespace wbsync::litmus
