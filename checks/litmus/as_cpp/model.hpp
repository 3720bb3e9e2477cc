// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/pointer.hpp>
#include <wbsync/rcu/rcu.hpp>
#include <wbsync/rcu/srcu.hpp>
#include <wbsync/scenario.hpp>
#include <wbsync/sync/spinlock.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

/// Litmus tests as programs in C++: what generate.hpp writes is compiled together with this.
namespace as_cpp {

using namespace wbsync;

class model;

/// A value that a final state consists of.
struct shown {
    enum class kind : std::uint8_t { reg, variable, pointer, lock } what;
    const char* name; ///< "0:r1", "x"
    std::size_t index = 0;
};

struct variable {
    const char* name;
    std::int64_t initial;
};
struct pointer_variable {
    const char* name;
    std::size_t initial; ///< the variable that it points to
};

struct test {
    const char* file;
    std::vector<variable> variables;
    std::vector<pointer_variable> pointers;
    std::vector<const char*> locks;
    std::vector<const char*> domains;
    std::vector<void (*)(model&)> threads;
    std::vector<shown> state;
    std::vector<const char*> expected;  ///< the states that there are
    std::vector<const char*> gaps;      ///< why the library may miss some
    std::vector<const char*> surpluses; ///< why it may have others
};

/// The model of all tests, so that check() is compiled once.
class model {
public:
    using learns_from_executions = void; ///< it collects their states

    model(const test* of, std::set<std::string>* states);
    void threads(scenario& s);
    void finally();

    std::deque<atomic64_t> variables;
    std::deque<pointer<atomic64_t>> pointers;
    std::deque<spinlock_t> locks;
    std::deque<srcu_struct> domains;

    /// What a thread ends with in a register; `i`: where it stands in the state.
    void ends_with(std::size_t i, std::int64_t number) { registers_[i] = std::to_string(number); }
    void ends_with(std::size_t i, const atomic64_t* p) { registers_[i] = name_of(p); }
    template <class T>
    void ends_with(std::size_t i, const value<T>& v) {
        ends_with(i, v.peek());
    }

private:
    [[nodiscard]] std::string name_of(const atomic64_t* p) const;
    [[nodiscard]] std::string value_of(const shown& s) const;

    const test& test_;
    std::set<std::string>& states_;
    std::vector<std::string> registers_; ///< by place in the state
};

/// Tests of one generated file. Defined there, in the order of their numbers.
using tests = std::vector<test>;

/// How many tests could not be written in C++, and why.
struct left_out {
    const char* reason;
    int tests;
};

/// In the generated table.
std::vector<const tests*> all_tests();
std::vector<left_out> all_left_out();

} // namespace as_cpp
