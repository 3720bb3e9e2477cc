// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace wbsync {

/// The value of a lock: the one thread that holds it, or nobody.
struct lock_owner {
    int thread = -1; ///< -1: nobody
    std::string name = {};
};

/// The value of an object as its type sees it: nothing, a number, a truth value, the holder of a
/// lock, or a name for what the value means.
class event_value {
public:
    enum class form : std::uint8_t { nothing, number, truth, name, owner };

    event_value() = default;
    template <class T>
    requires std::integral<T> event_value(T value)
    noexcept // NOLINT: like the value
        : form_(std::is_same_v<T, bool> ? form::truth : form::number),
          number_(static_cast<std::int64_t>(value)) {}
    event_value(std::string name) noexcept // NOLINT: like the value
        : form_(form::name), name_(std::move(name)) {}
    event_value(const char* name) : form_(form::name), name_(name) {} // NOLINT: like the value
    event_value(lock_owner owner) noexcept                            // NOLINT: like the value
        : form_(form::owner), number_(owner.thread), name_(std::move(owner.name)) {}

    [[nodiscard]] form kind() const noexcept { return form_; }

    /// The number; 0 or 1 for a truth value; the thread that holds the lock, or -1.
    [[nodiscard]] std::int64_t number() const noexcept { return number_; }
    /// The name, or that of the thread that holds the lock.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Owners of a lock are compared by thread number.
    friend bool operator==(const event_value& a, const event_value& b) noexcept {
        return a.form_ == b.form_ && a.number_ == b.number_ &&
               (a.form_ == form::owner || a.name_ == b.name_);
    }

private:
    form form_ = form::nothing;
    std::int64_t number_ = 0;
    std::string name_;
};

inline bool has_value(const event_value& v) noexcept {
    return v.kind() != event_value::form::nothing;
}

/// "1", "true", "&inode[0]", "held by umount"; an empty value has an empty text.
std::string text_of(const event_value& v);

} // namespace wbsync

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/event_value_inl.hpp>
#endif
