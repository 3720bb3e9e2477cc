// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace wbsync {

/// The value of a lock that one thread holds alone, or nobody.
struct lock_owner {
    int thread = -1; ///< -1: nobody
    std::string name = {};

    friend bool operator==(const lock_owner& a, const lock_owner& b) noexcept {
        return a.thread == b.thread;
    }
};

/// The value of an object as its type sees it: nothing, if there is none to tell; a number; a
/// truth; who holds the lock; or a name for what it means.
using event_value = std::variant<std::monostate, std::int64_t, bool, std::string, lock_owner>;

constexpr bool has_value(const event_value& v) noexcept {
    return v.index() != 0;
}

/// "1", "true", "&inode[0]", "held by umount"; nothing for nothing.
inline std::string text_of(const event_value& v) {
    struct writer {
        std::string operator()(std::monostate) const { return {}; }
        std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
        std::string operator()(bool truth) const { return truth ? "true" : "false"; }
        std::string operator()(const std::string& name) const { return name; }
        std::string operator()(const lock_owner& owner) const {
            return owner.thread < 0 ? std::string{"free"} : "held by " + owner.name;
        }
    };
    return std::visit(writer{}, v);
}

} // namespace wbsync
