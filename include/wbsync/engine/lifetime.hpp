// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/site.hpp>
#include <wbsync/engine/vector_clock.hpp>

namespace wbsync::engine {

/// The storage duration of an object that can be freed or destroyed while others may still use it.
/// Ending it conflicts with every access: one that comes after the end, or that is not ordered
/// before it, is a use after free, in whichever order the run took them. Neither is therefore a
/// scheduling point. See lifetimes::uses and lifetimes::ends.
///
/// A lifetime may begin where another one ended, for example on the stack of a thread that calls a
/// function again. A thread that does not know of its beginning cannot mean this object: it uses
/// the one before.
///
/// begin() comes first. The memory is kept for the next execution.
class lifetime {
public:
    lifetime() = default;
    lifetime(const lifetime&) = delete;
    lifetime& operator=(const lifetime&) = delete;

    void begin(const label& name, const char* property);

    [[nodiscard]] bool alive() const noexcept { return alive_; }
    [[nodiscard]] const label& name() const noexcept { return name_; }
    [[nodiscard]] const char* property() const noexcept { return property_; }

private:
    friend class lifetimes;

    struct use {
        const char* verb = "";
        site where;
    };

    label name_;
    const char* property_ = "use-after-free";
    bool alive_ = false;
    mutable vector_clock last_access_; ///< epoch of each thread's last access; 0: none
    mutable per_thread<use> uses_;     ///< those accesses
    mutable thread_id user_ = -1;      ///< see exercise::touches
    use end_;
    thread_id ended_by_ = -1;
    const lifetime* before_ = nullptr; ///< of the object there before; nullptr: none
    thread_id begun_by_ = -1;
    timestamp begin_ = 0; ///< epoch of the thread that began it
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/lifetime_inl.hpp>
#endif
