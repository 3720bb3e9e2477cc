// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/patterns/guarded.hpp>

namespace wbsync::patterns {

/// Shape (b): producers check whether an object is active and then queue work for it; teardown
/// makes it inactive, flushes and frees it. Can work be queued after the flush? docs/patterns.md.
///
/// The protocol `P` has
///
///     patterns::guarded object{"device"};  what the work needs
///     void submit();                      a producer: looks, and queues
///     void stop_and_free();               teardown; ends with object.end()
///
/// and its works, whose functions call object.use(). If it wants to know the number of producers,
/// it also has a constructor P(int). The producers are symmetric, as in last_use.
///
/// Findings: "use-after-end"; "never-ended"; "deadlock"; and all that wbsync watches in every
/// model, such as a work that is freed while it is pending. Taken from the umount of cgroup
/// writeback (c22d70a162d3, CVE-2026-64378) and bdi removal (f87904c07551, CVE-2022-49995).
template <class P>
class check_then_queue {
    static constexpr bool with_submit = requires(P & p) { p.submit(); };
    static constexpr bool with_stop = requires(P & p) { p.stop_and_free(); };
    static constexpr thread_names called =
        detail::names_of<P>(thread_names{"producer", "teardown"});

    static_assert(
        detail::has_object<P>,
        "patterns::check_then_queue<P>: P has no member `patterns::guarded object{\"its name\"};`");
    static_assert(with_submit,
                  "patterns::check_then_queue<P>: P has no member function `void submit();`");
    static_assert(
        with_stop,
        "patterns::check_then_queue<P>: P has no member function `void stop_and_free();`");

public:
    explicit check_then_queue(int producers = 1, control what = control::none)
        : protocol_(detail::build<P>(producers)), producers_(producers), control_(what) {}

    void threads(scenario& s) {
        if constexpr (with_submit)
            detail::add_users<P>(s, called.users, producers_, [this] { protocol_.submit(); });
        if (control_ == control::free_at_once)
            s.thread(called.teardown, [this] { protocol_.object.end("free_at_once"); });
        else if constexpr (with_stop)
            s.thread(called.teardown, [this] { protocol_.stop_and_free(); });
    }

    void finally() { protocol_.object.expect_ended(); }

private:
    P protocol_;
    int producers_;
    control control_;
};

} // namespace wbsync::patterns
