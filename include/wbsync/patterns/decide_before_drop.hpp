// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/patterns/guarded.hpp>

namespace wbsync::patterns {

/// Shape (e): a thread closes an object and waits for its count to become 0; the thread that drops
/// the last count wakes it, or frees the object, if it is closed. A thread that decides this before
/// the decrement decides too early: each side relies on the other. docs/patterns.md.
///
/// The protocol `P` has
///
///     patterns::guarded object{"conn"};  what is held
///     void drop();   drops one count, and does what the last one has to do
///     void close();  marks it closed, and waits, or leaves it to the last one
///
/// One of them calls object.end(). Each dropper holds one count from the start; the protocol's
/// constructor P(int) gets the number of droppers. They are symmetric, as in last_use.
///
/// Findings: "deadlock", the wake-up is lost; "never-ended", each side left it to the other;
/// "use-after-end", even if only because both end it; and all that wbsync watches in every model.
/// Taken from fuse (b8f95e5d13f5, 2d84a2d19b61).
template <class P>
class decide_before_drop {
    static constexpr bool with_drop = requires(P & p) { p.drop(); };
    static constexpr bool with_close = requires(P & p) { p.close(); };
    static constexpr thread_names called = detail::names_of<P>(thread_names{"dropper", "closer"});

    static_assert(detail::has_object<P>, "patterns::decide_before_drop<P>: P has no member "
                                         "`patterns::guarded object{\"its name\"};`");
    static_assert(std::constructible_from<P, int>,
                  "patterns::decide_before_drop<P>: P has no constructor `P(int droppers)` that "
                  "sets its count");
    static_assert(with_drop,
                  "patterns::decide_before_drop<P>: P has no member function `void drop();`");
    static_assert(with_close,
                  "patterns::decide_before_drop<P>: P has no member function `void close();`");

public:
    explicit decide_before_drop(int droppers = 1, control what = control::none)
        : protocol_(detail::build<P>(droppers)), droppers_(droppers), control_(what) {}

    void threads(scenario& s) {
        if constexpr (with_drop)
            detail::add_users<P>(s, called.users, droppers_, [this] { dropper(); });
        if (control_ == control::free_at_once)
            s.thread(called.teardown, [this] { protocol_.object.end("free_at_once"); });
        else if constexpr (with_close)
            s.thread(called.teardown, [this] { protocol_.close(); });
    }

    void finally() { protocol_.object.expect_ended(); }

private:
    void dropper() {
        protocol_.object.use();
        protocol_.drop();
    }

    P protocol_;
    int droppers_;
    control control_;
};

} // namespace wbsync::patterns
