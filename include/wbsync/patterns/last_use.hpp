// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/patterns/guarded.hpp>

namespace wbsync::patterns {

/// Shape (a): users hold an object by a count or a reference, and the thread that sees the last one
/// gone frees it. Does a user touch it after it has let go? docs/patterns.md.
///
/// The protocol `P` has
///
///     patterns::guarded object{"sb"};  what is protected
///     bool enter();          optional: takes the reference; false: refused. Without it the users
///                            hold theirs from the start
///     void use();            optional; without it the shape uses the object
///     void leave();          lets go; calls object.use() where it still touches it
///     void wait_and_free();  optional: teardown, up to object.end(). Without it the last leave()
///                            ends the object
///
/// If it wants to know the number of users, it also has a constructor P(int). The users are
/// symmetric, unless it has `static constexpr bool users_are_symmetric = false;`, which it needs if
/// it uses per-CPU data.
///
/// Findings: "use-after-end"; "never-ended"; "deadlock" if somebody waits for ever; and all that
/// wbsync watches in every model. Taken from fsnotify (21d1b618b6b9), KVM (3d75b8aa5c29), EROFS
/// (1caf50ce4af0).
template <class P>
class last_use {
    static constexpr bool with_enter = requires(P & p) { p.enter(); };
    static constexpr bool with_use = requires(P & p) { p.use(); };
    static constexpr bool with_leave = requires(P & p) { p.leave(); };
    static constexpr bool with_teardown = requires(P & p) { p.wait_and_free(); };
    static constexpr thread_names called = detail::names_of<P>(thread_names{"user", "teardown"});

    static_assert(
        detail::has_object<P>,
        "patterns::last_use<P>: P has no member `patterns::guarded object{\"its name\"};`");
    static_assert(with_leave, "patterns::last_use<P>: P has no member function `void leave();`");

public:
    explicit last_use(int users = 1, control what = control::none)
        : protocol_(detail::build<P>(users)), users_(users), control_(what) {}

    void threads(scenario& s) {
        detail::add_users<P>(s, called.users, users_, [this] { user(); });
        if (control_ == control::free_at_once)
            s.thread(called.teardown, [this] { protocol_.object.end("free_at_once"); });
        else if constexpr (with_teardown)
            s.thread(called.teardown, [this] { protocol_.wait_and_free(); });
    }

    void finally() { protocol_.object.expect_ended(); }

private:
    void user() {
        if constexpr (with_enter)
            if (!detail::accepted([this] { return protocol_.enter(); }))
                return;
        if constexpr (with_use)
            protocol_.use();
        else
            protocol_.object.use();
        if constexpr (with_leave)
            protocol_.leave();
    }

    P protocol_;
    int users_;
    control control_;
};

} // namespace wbsync::patterns
