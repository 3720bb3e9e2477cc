// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace conformance {

/// Two lists of one kind, and three objects for them. Two threads hold the lock wherever the
/// kernel's would.
template <class Head, class Node>
struct linked {
    struct object {
        explicit object(int n) : id(n), node({"node", n}, this) {}
        int id;
        Node node;
    };

    wbsync::spinlock_t lock{"lock"};
    Head a{"a"};
    Head b{"b"};
    std::array<object, 3> objects{object{1}, object{2}, object{3}};
    std::array<bool, 3> on_list{}; ///< read and written under the lock

    [[nodiscard]] Head& head(const call& c) { return one_of(a, b, c.i); }
    [[nodiscard]] Node& node(const call& c) { return objects[static_cast<std::size_t>(c.j)].node; }
    [[nodiscard]] bool& is_on(const call& c) { return on_list[static_cast<std::size_t>(c.j)]; }
    void forget(const object& o) { on_list[static_cast<std::size_t>(o.id - 1)] = false; }

    /// The numbers of the objects on a list, as decimal digits.
    template <class Range>
    static std::int64_t digits(Range all) {
        std::int64_t n = 0;
        for (object* o : all)
            if (n = 10 * n + o->id; n > 99'999)
                break; // a list with a cycle
        return n;
    }
    static std::int64_t number(const object* o) { return o == nullptr ? 0 : o->id; }

    template <class F>
    auto locked(const call& c, F f) {
        if (c.alone)
            return f();
        wbsync::spin_lock(lock);
        if constexpr (std::is_void_v<decltype(f())>) {
            f();
            wbsync::spin_unlock(lock);
        } else {
            auto result = f();
            wbsync::spin_unlock(lock);
            return result;
        }
    }
};

} // namespace conformance
