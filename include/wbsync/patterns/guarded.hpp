// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/platform.hpp>
#include <wbsync/scenario.hpp>

#include <concepts>

#include <fmt/core.h>

namespace wbsync::patterns {

/// What a protocol protects: a superblock, a device, a request. It stands for all of its memory, so
/// a model need not have any. The protocol says where it is used and where it ends. A use that
/// comes after the end, or is not ordered before it, is a finding "use-after-end" with both places.
/// Not a step.
class guarded {
public:
    explicit guarded(const label& name) : name_(name), scope_(name) {
        life_.begin(name_, "use-after-end");
    }
    guarded(const guarded&) = delete;
    guarded& operator=(const guarded&) = delete;

    /// The current thread uses the object, in a function called `what`.
    void use(const char* what = "use", const site& at = site::here()) {
        platform::show_use(scope_, life_, what, at);
    }

    /// The current thread ends the object, in a function called `what`. Ending it twice: finding.
    void end(const char* what = "kfree", const site& at = site::here()) {
        platform::end(scope_, life_, name_, what, at);
    }

    /// To be called when all threads have ended.
    void expect_ended(const site& at = site::here()) const {
        ensure(!life_.alive(), "never-ended",
               fmt::format("{} is still there, and nobody is left to end it", name_.str()), at);
    }

private:
    label name_;
    platform::lifetime life_;
    platform::scope scope_;
};

/// The names of a shape's threads in counterexamples. A protocol with `static constexpr
/// patterns::thread_names called{"watcher", "umount"};` uses those names.
struct thread_names {
    const char* users;    ///< possibly several
    const char* teardown; ///< exactly one
};

/// Negative controls: does the model notice anything? A shape with a control must not be verified.
enum class control : std::uint8_t {
    none,
    free_at_once, ///< teardown ends the object without waiting: "use-after-end"
};

namespace detail {

template <class P>
concept has_object = requires(P& p) {
    requires std::same_as<decltype(p.object), patterns::guarded>;
};

template <class P>
constexpr thread_names names_of(thread_names otherwise) {
    if constexpr (requires { thread_names{P::called}; })
        return P::called;
    else
        return otherwise;
}

/// Builds the protocol. A constructor that takes a number gets the number of users.
template <class P>
P build(int users) {
    if constexpr (std::constructible_from<P, int>)
        return P(users);
    else
        return P();
}

/// Users run the same code, so executions that differ only in their names are explored once. Where
/// the code depends on the CPU, and so on the thread's number, they are not symmetric: the protocol
/// then needs `static constexpr bool users_are_symmetric = false;`.
template <class P, class Body>
void add_users(scenario& s, const char* name, int n, Body body) {
    if constexpr (requires { requires !P::users_are_symmetric; })
        s.threads(name, n, [body](int) { body(); });
    else
        s.threads(name, n, body);
}

/// A step of a user that may be refused. A function that returns nothing is never refused.
template <class Step>
bool accepted(Step step) {
    if constexpr (std::same_as<decltype(step()), void>) {
        step();
        return true;
    } else {
        return static_cast<bool>(step());
    }
}

} // namespace detail
} // namespace wbsync::patterns
