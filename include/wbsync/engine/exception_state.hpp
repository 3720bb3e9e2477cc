// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include <cxxabi.h>

namespace wbsync::engine {

/// The exceptions that are under way or being handled. The C++ runtime keeps them for each thread
/// of the process; fibers that share one each have their own.
///
/// O(1). To be taken before a switch of fibers, and put back after it.
class exception_state {
public:
    exception_state() = default;

    /// That of the current fiber, in a place that is the same for all fibers of the thread. As the
    /// Itanium C++ ABI lays down __cxa_eh_globals, which it does not define in the header.
    static exception_state& current() noexcept {
        return *reinterpret_cast<exception_state*>(abi::__cxa_get_globals()); // NOLINT: see above
    }

    /// Leaves none.
    exception_state take() noexcept { return std::exchange(*this, {}); }

    /// One more may be under way by now, on its way out.
    void put_back(const exception_state& taken) noexcept {
        if (caught_ == nullptr)
            caught_ = taken.caught_;
        uncaught_ += taken.uncaught_;
    }

private:
    void* caught_ = nullptr;
    unsigned uncaught_ = 0;
};

} // namespace wbsync::engine
