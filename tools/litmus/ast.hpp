// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "builtin.hpp"
#include "source.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wbsync::litmus {

/// The value of a pointer to location number `i`, far away from the numbers that tests use.
constexpr std::int64_t first_address = std::int64_t{1} << 40;
constexpr std::int64_t address_of(int location) noexcept {
    return first_address + 8 * std::int64_t{location};
}

/// An expression of a thread.
struct expression {
    enum class kind : std::uint8_t {
        number,
        reg,     ///< register number `index`
        address, ///< of location number `index`
        unary,   ///< `op` of one argument
        binary,  ///< `op` of two
        access,  ///< `*` of one argument, a plain load
        call,    ///< of `function`
        awaited, ///< the value that a loop has just loaded
    } what = kind::number;
    position at;
    std::int64_t number = 0;
    int index = 0;
    std::string_view op = {};
    const builtin* function = nullptr;
    std::vector<expression> args = {};
    int site = -1; ///< number among the accesses of its thread
};

struct statement {
    enum class kind : std::uint8_t {
        evaluate,   ///< value
        assign,     ///< register `target` = value
        store,      ///< *place = value, a plain store
        branch,     ///< if (value) inner[0] else inner[1]
        await,      ///< loads `place` (into `target`, if not -1) until `value` is 0
        block,      ///< inner
        unfinished, ///< a loop continues, further than it is followed
        // Only while the test is being read, see flatten.hpp:
        loop,  ///< inner[0] while (value)
        leave, ///< return
    } what = kind::block;
    position at;
    int target = -1;
    int site = -1; ///< of the plain store
    expression value = {};
    expression place = {};
    std::vector<statement> inner = {};
};

struct location {
    std::string name;
    std::int64_t initial = 0;
    enum class kind : std::uint8_t { variable, spinlock, srcu } what = kind::variable;
    bool used = false; ///< named by a thread, by the condition or as a value, or shown
    int elements = 0;  ///< of the array that begins here; 0: there is none
};

struct process {
    std::string name; ///< "P0"
    std::vector<std::string> registers;
    std::vector<std::int64_t> initial; ///< of each register
    statement body;
    int sites = 0;
};

/// An operand of a condition: a number, a register of a thread, a location's final value.
struct operand {
    enum class kind : std::uint8_t { number, reg, location } what = kind::number;
    std::int64_t number = 0;
    int process = 0;
    int index = 0;
    std::size_t shown = 0; ///< index of its value in a final state; unused for a number
};

/// A formula on final states.
struct formula {
    enum class kind : std::uint8_t { equal, unequal, all, any, negation, truth } what = kind::truth;
    bool value = true; ///< of `truth`
    operand left = {};
    operand right = {};
    std::vector<formula> parts = {};
};

enum class quantifier : std::uint8_t { exists, not_exists, forall };

/// A litmus test, parsed.
struct litmus_test {
    std::string name;
    std::vector<location> locations;
    std::vector<process> processes;
    quantifier asks = quantifier::exists;
    formula condition;
    formula filter;
    std::vector<operand> shown;     ///< the parts of a state: all that condition and locations name
    std::vector<std::string> notes; ///< about names that may be misspelt; they change no result
};

} // namespace wbsync::litmus
