// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/run_state.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace wbsync {

/// A model describes its threads to it. As <wbsync/scenario.hpp>; each thread is a std::thread, and
/// all start together.
class scenario {
public:
    explicit scenario(native::run_state& run) : run_(run) {}

    template <class Body>
    void thread(const label& name, Body body, const char* property = "deadlock") {
        add(name, std::move(body), native::thread_kind::ordinary).property = property;
    }

    template <class Body>
    void threads(const label& name, int n, const Body& body) {
        for (int i = 0; i < n; ++i)
            if constexpr (std::is_invocable_v<const Body&, int>)
                thread({name.text, i}, [body, i] { body(i); });
            else
                thread({name.text, i}, body);
    }

    template <class Body>
    void daemon(const label& name, Body body) {
        add(name, std::move(body), native::thread_kind::daemon);
    }

private:
    native::thread_record& add(const label& name, std::function<void()> body,
                               native::thread_kind kind) {
        native::thread_record& t = run_.add(name, kind);
        t.body = std::move(body);
        return t;
    }

    native::run_state& run_;
};

} // namespace wbsync
